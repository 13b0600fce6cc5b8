package io.savepoint.k8s;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.savepoint.model.ClusterId;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where the REST endpoints of the clusters are: made for {@code FlinkRestTransport.create(endpoints::endpointOf)} of
 * {@code savepoint-flink-rest}.
 *
 * <p>Immutable and safe for use by any number of threads. Answers come at once, from what the store has read.
 */
public final class JobManagerEndpoints {
    private static final int DEFAULT_PORT = 8081;
    private static final int HIGHEST_PORT = 65_535;
    private static final String SSL = "security.ssl.rest.enabled";
    private static final int MOST_CHARS = 80;

    private final Function<ClusterId, URI> endpoints;

    private JobManagerEndpoints(Function<ClusterId, URI> endpoints) {
        this.endpoints = endpoints;
    }

    /**
     * The endpoints that the resources tell: {@code http://<name>-jobmanager.<namespace>:<port>}, where the port is that
     * of {@code spec.jobManager.ports.ui}, or 8081, and {@code https} if {@code spec.flinkProperties} has
     * {@code "security.ssl.rest.enabled": "true"}. For a cluster that the store has not read they are the defaults.
     *
     * @param store the store with the resources
     * @return the endpoints
     */
    public static JobManagerEndpoints of(KubernetesClusterStateStore store) {
        return ofResources(store::resource);
    }

    static JobManagerEndpoints ofResources(Function<ClusterId, Optional<GenericKubernetesResource>> resources) {
        return new JobManagerEndpoints(cluster -> {
            Spec spec = new Spec(cluster, resources.apply(cluster));
            String scheme = spec.hasTls() ? "https" : "http";
            return EndpointTemplate.url(
                    scheme + "://" + cluster.name() + "-jobmanager." + cluster.namespace() + ":" + spec.port(),
                    cluster);
        });
    }

    /**
     * Endpoints that are named by one pattern, whatever the resources say: {@code {name}} and {@code {namespace}} in it
     * stand for those of the cluster, as in {@code http://{name}-jobmanager.{namespace}:8081}.
     *
     * @param template an {@code http} or {@code https} URL, without user, query or fragment
     * @return the endpoints
     * @throws IllegalArgumentException if it is not such a URL, or has another placeholder
     */
    public static JobManagerEndpoints template(String template) {
        return new JobManagerEndpoints(new EndpointTemplate(template)::endpointOf);
    }

    /**
     * Finds a cluster's REST endpoint.
     *
     * @param cluster the cluster
     * @return an {@code http} or {@code https} URL, without user, query or fragment
     * @throws IllegalArgumentException if the resource has a value that none can be made of, or if the cluster's name
     *     cannot be part of a URL; the message names the cluster and the field
     */
    public URI endpointOf(ClusterId cluster) {
        return endpoints.apply(cluster);
    }

    /** What a resource says of its endpoint. A value of a wrong kind is no reason to guess: it might be another's port. */
    private record Spec(ClusterId cluster, Optional<GenericKubernetesResource> resource) {
        int port() {
            Object port = field(field(spec(), "spec.jobManager", "jobManager"), "spec.jobManager.ports", "ports")
                    .get("ui");
            if (port == null) {
                return DEFAULT_PORT;
            }
            boolean isWhole = port instanceof Integer || port instanceof Long;
            long number = isWhole ? ((Number) port).longValue() : 0;
            if (number < 1 || number > HIGHEST_PORT) {
                throw malformed("spec.jobManager.ports.ui", "a whole number from 1 to " + HIGHEST_PORT, port);
            }
            return (int) number;
        }

        boolean hasTls() {
            Object ssl =
                    field(spec(), "spec.flinkProperties", "flinkProperties").get(SSL);
            // Flink takes it in upper case, too, and who forgets the quotes means the same.
            return ssl != null && ssl.toString().equalsIgnoreCase("true");
        }

        private Map<?, ?> spec() {
            return resource.map(found ->
                            object("spec", found.getAdditionalProperties().get("spec")))
                    .orElse(Map.of());
        }

        private Map<?, ?> field(Map<?, ?> parent, String path, String name) {
            return object(path, parent.get(name));
        }

        private Map<?, ?> object(String path, @Nullable Object value) {
            if (value == null) {
                return Map.of();
            }
            if (value instanceof Map<?, ?> fields) {
                return fields;
            }
            throw malformed(path, "an object", value);
        }

        private IllegalArgumentException malformed(String path, String wanted, Object value) {
            String text = value.toString();
            String shown = text.length() > MOST_CHARS ? text.substring(0, MOST_CHARS) + "..." : text;
            String kind = value instanceof String ? "the text " : "";
            return new IllegalArgumentException("FlinkCluster " + cluster + ": " + path + " must be " + wanted
                    + ", was " + kind + "'" + shown + "'");
        }
    }
}
