package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import java.net.URI;

/**
 * Where the REST endpoint of each cluster is.
 *
 * <p>Implementations are safe for use by any number of threads, and return at once: they are asked before every request.
 */
@FunctionalInterface
public interface FlinkEndpoints {
    /**
     * Finds a cluster's REST endpoint. What is thrown here fails the request as {@link
     * io.savepoint.spi.FlinkUnreachableException}, or as it is if it is a {@link io.savepoint.spi.FlinkException}. A
     * message with an {@code @} is not repeated there: it may be of a URL with a password.
     *
     * @param cluster the cluster
     * @return an {@code http} or {@code https} URL, without user, query or fragment; a path is kept as a prefix, as
     *     behind a proxy
     */
    URI endpointOf(ClusterId cluster);

    /**
     * One endpoint for every cluster.
     *
     * @param endpoint the endpoint's URL
     * @return endpoints that always answer it
     * @throws IllegalArgumentException if it is not such a URL
     */
    static FlinkEndpoints fixed(URI endpoint) {
        URI checked = Endpoint.check(endpoint);
        return cluster -> checked;
    }
}
