package io.savepoint.k8s;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.savepoint.spi.StoreException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Single requests to the API server that no thread waits for; the client's own verbs all block, and some ask twice. They
 * go through the client's HTTP client, hence with its credentials, proxies and retries. Safe for use by any number of
 * threads.
 */
final class ApiServer {
    private static final String JSON = "application/json";
    static final int NOT_FOUND = 404;
    static final int CONFLICT = 409;
    static final int UNPROCESSABLE = 422;

    private static final int MOST_CHARS = 1000;

    private final KubernetesClient client;
    private final HttpClient http;
    private final Duration timeout;

    ApiServer(KubernetesClient client, Duration timeout) {
        this.client = client;
        this.http = client.getHttpClient();
        this.timeout = timeout;
    }

    /** The media types of patches. */
    enum PatchType {
        MERGE("application/merge-patch+json"),
        JSON("application/json-patch+json");

        private final String mediaType;

        PatchType(String mediaType) {
            this.mediaType = mediaType;
        }
    }

    /**
     * An answer, whatever its status.
     *
     * @param what what was asked, in words that follow "could not"
     */
    record Answer(String what, int code, String body) {
        boolean isOk() {
            return code / 100 == 2;
        }
    }

    CompletableFuture<Answer> get(String what, String path) {
        return send(what, request(path).method("GET", null, null));
    }

    CompletableFuture<Answer> post(String what, String path, Object body) {
        return send(
                what,
                request(path).post(JSON, client.getKubernetesSerialization().asJson(body)));
    }

    CompletableFuture<Answer> patch(String what, String path, PatchType type, Object body) {
        return send(
                what,
                request(path)
                        .patch(
                                type.mediaType,
                                client.getKubernetesSerialization().asJson(body)));
    }

    <T> T read(Answer answer, Class<T> type) {
        try {
            T value = client.getKubernetesSerialization().unmarshal(answer.body(), type);
            if (value != null) {
                return value;
            }
        } catch (RuntimeException e) { // each client library has its own
            throw new StoreException(
                    "could not " + answer.what() + ": HTTP " + answer.code() + " without a readable "
                            + type.getSimpleName() + "; look at what answers at " + address(),
                    e);
        }
        throw new StoreException("could not " + answer.what() + ": HTTP " + answer.code() + " with an empty body");
    }

    /**
     * Tells whether there is no object of that name by the word of the API server: any other 404 comes from something
     * on the way to it, or from a server that does not serve the kind of object, and says nothing about the object.
     */
    boolean isGone(Answer answer, String name) {
        return answer.code() == NOT_FOUND
                && status(answer)
                        .filter(status -> "NotFound".equals(status.getReason()))
                        .map(Status::getDetails)
                        .filter(details -> name.equals(details.getName()))
                        .isPresent();
    }

    /** What to fail with after an answer that nothing else can be made of. */
    StoreException failure(Answer answer) {
        return failure(
                answer,
                switch (answer.code()) {
                    case 401 -> "; look at the credentials of the Kubernetes client";
                    case 403 -> "; a Role must allow it to the account of this process";
                    case 422 -> "; correct the resource or the CRD, until then nothing is recorded of it";
                    default -> "";
                });
    }

    /** @param advice what to do about it, behind a semicolon */
    StoreException failure(Answer answer, String advice) {
        return new StoreException(
                "could not " + answer.what() + ": HTTP " + answer.code() + ": " + reason(answer) + advice);
    }

    /** What a stage is to fail with when the request itself failed. */
    StoreException failure(String what, Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (cause instanceof StoreException told) {
            return told;
        }
        String why = cause instanceof TimeoutException
                ? "no answer within " + timeout.toMillis() + " ms"
                : Optional.ofNullable(cause.getMessage()).orElseGet(cause::toString);
        return new StoreException("could not " + what + ": " + why + " (API server " + address() + ")", cause);
    }

    Duration timeout() {
        return timeout;
    }

    static String encode(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private String address() {
        return client.getMasterUrl().getHost() + ":" + client.getMasterUrl().getPort();
    }

    private String reason(Answer answer) {
        String reason = status(answer).map(Status::getMessage).orElse(answer.body());
        return reason.length() > MOST_CHARS ? reason.substring(0, MOST_CHARS) + "..." : reason;
    }

    /** Empty if the body is something else, a proxy's page for instance. */
    private Optional<Status> status(Answer answer) {
        try {
            return Optional.ofNullable(client.getKubernetesSerialization().unmarshal(answer.body(), Status.class));
        } catch (RuntimeException notAStatus) {
            return Optional.empty();
        }
    }

    private HttpRequest.Builder request(String path) {
        return http.newHttpRequestBuilder()
                .uri(client.getMasterUrl().toString().replaceFirst("/+$", "") + path)
                .header("Accept", JSON)
                .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    private CompletableFuture<Answer> send(String what, HttpRequest.Builder request) {
        CompletableFuture<HttpResponse<String>> response;
        try {
            response = http.sendAsync(request.build(), String.class);
        } catch (RuntimeException e) { // of a client that was closed, for instance
            return CompletableFuture.failedFuture(failure(what, e));
        }
        // Off the one thread that times out everything in this JVM: it is the host's code that waits for the answer.
        return response.thenApply(answer -> new Answer(what, answer.code(), text(answer)))
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .handleAsync((answer, thrown) -> {
                    if (thrown != null) {
                        response.cancel(true);
                        throw failure(what, thrown);
                    }
                    return answer;
                });
    }

    private static String text(HttpResponse<String> answer) {
        @Nullable String body = answer.body();
        return body == null ? "" : body;
    }

    /** A merge patch of an object's metadata that names the version it rests on: any other is answered with 409. */
    static Map<String, Object> at(String version) {
        return Map.of("resourceVersion", version);
    }
}
