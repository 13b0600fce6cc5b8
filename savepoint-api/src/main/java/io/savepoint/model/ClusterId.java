package io.savepoint.model;

/**
 * The name of a Flink cluster with one managed job, unique within a store.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param namespace the Kubernetes namespace, or any grouping of the host's own; not blank
 * @param name the cluster's name within the namespace; not blank
 */
public record ClusterId(String namespace, String name) implements Comparable<ClusterId> {
    /**
     * Checks both parts.
     *
     * @param namespace the Kubernetes namespace, or any grouping of the host's own; not blank
     * @param name the cluster's name within the namespace; not blank
     * @throws IllegalArgumentException if a part is blank or contains a slash
     */
    public ClusterId {
        requirePart("namespace", namespace);
        requirePart("name", name);
    }

    /**
     * Names a cluster.
     *
     * @param namespace the namespace; not blank
     * @param name the name within the namespace; not blank
     * @return the id
     * @throws IllegalArgumentException if a part is blank or contains a slash
     */
    public static ClusterId of(String namespace, String name) {
        return new ClusterId(namespace, name);
    }

    private static void requirePart(String field, String value) {
        if (value.isBlank() || value.indexOf('/') >= 0) {
            throw new IllegalArgumentException(
                    "cluster " + field + " must be non-blank and without '/', was '" + value + "'");
        }
    }

    @Override
    public int compareTo(ClusterId other) {
        int byNamespace = namespace.compareTo(other.namespace);
        return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
    }

    /** The form {@code namespace/name} used in messages and logs. */
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
