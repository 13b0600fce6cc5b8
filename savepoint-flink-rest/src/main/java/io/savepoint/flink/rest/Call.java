package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * One request to one cluster.
 *
 * @param query the query with its question mark, or nothing
 * @param contentType the type of the body, if there is one
 * @param headers those of the user; their values are secrets
 */
record Call(
        ClusterId cluster,
        URI endpoint,
        String method,
        String path,
        String query,
        Optional<String> contentType,
        BodyPublisher body,
        Duration timeout,
        Map<String, String> headers) {

    /** Without headers of the user, for they are asked for right before it is sent. */
    Call(
            ClusterId cluster,
            URI endpoint,
            String method,
            String path,
            String query,
            Optional<String> contentType,
            BodyPublisher body,
            Duration timeout) {
        this(cluster, endpoint, method, path, query, contentType, body, timeout, Map.of());
    }

    static Call get(ClusterId cluster, URI endpoint, String path, Duration timeout) {
        return new Call(cluster, endpoint, "GET", path, "", Optional.empty(), BodyPublishers.noBody(), timeout);
    }

    static Call delete(ClusterId cluster, URI endpoint, String path, Duration timeout) {
        return new Call(cluster, endpoint, "DELETE", path, "", Optional.empty(), BodyPublishers.noBody(), timeout);
    }

    static Call patch(ClusterId cluster, URI endpoint, String path, String query, Duration timeout) {
        return new Call(cluster, endpoint, "PATCH", path, query, Optional.empty(), BodyPublishers.noBody(), timeout);
    }

    static Call post(ClusterId cluster, URI endpoint, String path, Map<String, Object> json, Duration timeout) {
        BodyPublisher body = BodyPublishers.ofByteArray(Json.write(json));
        return new Call(cluster, endpoint, "POST", path, "", Optional.of("application/json"), body, timeout);
    }

    /** The same with the headers of the user, in what is left of its time. */
    Call with(Map<String, String> given, Duration left) {
        return new Call(cluster, endpoint, method, path, query, contentType, body, left, given);
    }

    /** Whether it only asks, and changes nothing. */
    boolean isQuestion() {
        return method.equals("GET");
    }

    /** The same in what is left of its time. */
    Call within(Duration left) {
        return new Call(cluster, endpoint, method, path, query, contentType, body, left, headers);
    }

    HttpRequest toHttp() {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(endpoint + path + query))
                .method(method, body)
                .header("Accept", "application/json");
        contentType.ifPresent(type -> request.header("Content-Type", type));
        headers.forEach(request::header);
        return request.build();
    }

    /** What is asked of whom, as messages begin. */
    @Override
    public String toString() {
        return "Flink cluster " + cluster + ": " + method + " " + path + " at " + endpoint;
    }
}
