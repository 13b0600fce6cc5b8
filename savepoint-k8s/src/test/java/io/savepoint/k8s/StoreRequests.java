package io.savepoint.k8s;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a store asks the API server, seen and meddled with on its way. Safe for use by any number of threads. */
final class StoreRequests implements Interceptor {
    private final List<String> single = new CopyOnWriteArrayList<>();
    private volatile boolean blind;
    private volatile Runnable beforeEachPatch = () -> {};

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        if (request.uri().getPath().endsWith("/flinkclusters")) { // of an informer
            if (blind && request.uri().getQuery().contains("watch=true")) {
                builder.uri(
                        URI.create(request.uri().toString().replaceFirst("/namespaces/[^/]+", "/namespaces/nowhere")));
            }
            return;
        }
        single.add(request.method());
        if (request.method().equals("PATCH")) {
            beforeEachPatch.run();
        }
    }

    /** Makes informers of one namespace watch another one, of which they hear nothing. To be called before they begin. */
    void blind() {
        blind = true;
    }

    /** When all that the store has a say in is done. */
    void beforeEachPatch(Runnable action) {
        beforeEachPatch = action;
    }

    /** The methods of the requests for single resources since this was called last. */
    List<String> taken() {
        List<String> taken = List.copyOf(single);
        single.clear();
        return taken;
    }
}
