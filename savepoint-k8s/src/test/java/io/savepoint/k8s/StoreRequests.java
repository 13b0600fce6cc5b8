package io.savepoint.k8s;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a store asks the API server, seen and meddled with on its way. Safe for use by any number of threads. */
final class StoreRequests implements Interceptor {
    private final List<String> single = new CopyOnWriteArrayList<>();
    private volatile boolean blind;
    private volatile boolean noStatus;
    private volatile boolean misrouted;
    private volatile Runnable beforeEachPatch = () -> {};
    private volatile Runnable beforeEachGet = () -> {};
    private volatile Runnable afterEachMiss = () -> {};

    /** A client whose requests these are. */
    KubernetesClient client() {
        return new KubernetesClientBuilder()
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("requests", this))
                .build();
    }

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
        (request.method().equals("PATCH") ? beforeEachPatch : beforeEachGet).run();
        if (noStatus && request.uri().getPath().endsWith("/status")) {
            builder.uri(URI.create(request.uri() + "-of-another-crd"));
        }
        if (misrouted) {
            builder.uri(URI.create(request.uri().toString().replaceFirst("/flinkclusters/", "/of-another-server/")));
        }
    }

    @Override
    public CompletableFuture<Boolean> afterFailure(BasicBuilder builder, HttpResponse<?> response, RequestTags tags) {
        if (response.code() == 404 && response.request().method().equals("GET")) {
            afterEachMiss.run();
        }
        return CompletableFuture.completedFuture(false);
    }

    /** Makes informers of one namespace watch another one, of which they hear nothing. To be called before they begin. */
    void blind() {
        blind = true;
    }

    /** When all that the store has a say in is done. */
    void beforeEachPatch(Runnable action) {
        beforeEachPatch = action;
    }

    /** As above. */
    void beforeEachGet(Runnable action) {
        beforeEachGet = action;
    }

    /** After the API server told that there is none, and before the store hears of it. */
    void afterEachMiss(Runnable action) {
        afterEachMiss = action;
    }

    /** Lets the resources have no status subresource. */
    void noStatus(boolean on) {
        noStatus = on;
    }

    /** Lets requests for single resources reach what does not know of them. */
    void misrouted(boolean on) {
        misrouted = on;
    }

    /** The methods of the requests for single resources since this was called last. */
    List<String> taken() {
        List<String> taken = List.copyOf(single);
        single.clear();
        return taken;
    }
}
