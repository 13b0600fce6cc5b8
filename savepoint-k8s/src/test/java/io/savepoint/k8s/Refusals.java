package io.savepoint.k8s;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a client could not do, in the terms of a Role. Safe for use by any number of threads. */
final class Refusals implements Interceptor {
    private static final Pattern PATH = Pattern.compile(
            "/apis?/(?:[^/]+/)?v[^/]+/namespaces/[^/]+/(?<resource>[^/]+)(?:/(?<name>[^/]+)(?<sub>/[^/]+)?)?");
    /** Nothing is refused by these: there is none, or another was faster. */
    private static final Set<Integer> USUAL = Set.of(404, 409);

    private final Set<String> told = ConcurrentHashMap.newKeySet();

    @Override
    public void after(HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        if (response.code() >= 400 && !USUAL.contains(response.code())) {
            told.add(of(response.code(), request.method(), request.uri()));
        }
    }

    @Override
    public void afterConnectionFailure(HttpRequest request, Throwable failure) {
        told.add(failure.toString());
    }

    /** Every failure once: "403 to patch flinkclusters/status", for instance, or why there was no answer. */
    Set<String> told() {
        return Set.copyOf(told);
    }

    private static String of(int code, String method, URI uri) {
        Matcher path = PATH.matcher(uri.getPath());
        if (!path.matches()) {
            return code + " to " + method + " " + uri;
        }
        boolean ofAll = path.group("name") == null;
        String verb = switch (method) {
            case "GET" -> ofAll ? isWatch(uri) ? "watch" : "list" : "get";
            case "POST" -> "create";
            case "PATCH" -> "patch";
            default -> method;
        };
        String subresource = path.group("sub");
        return code + " to " + verb + " " + path.group("resource") + (subresource == null ? "" : subresource);
    }

    private static boolean isWatch(URI uri) {
        return uri.getQuery() != null && uri.getQuery().contains("watch=true");
    }
}
