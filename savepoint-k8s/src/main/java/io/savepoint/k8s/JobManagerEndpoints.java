package io.savepoint.k8s;
/** stub. */
public final class JobManagerEndpoints {
    private final String t;

    private JobManagerEndpoints(String t) {
        this.t = t;
    }
    /** s. @param s s @return s */
    public static JobManagerEndpoints of(KubernetesClusterStateStore s) {
        return new JobManagerEndpoints("http://{name}-jobmanager.{namespace}:8081");
    }
    /** s. @param s s @return s */
    public static JobManagerEndpoints template(String s) {
        return new JobManagerEndpoints(s);
    }
    /** s. @param c s @return s */
    public java.net.URI endpointOf(io.savepoint.model.ClusterId c) {
        return java.net.URI.create(t.replace("{name}", c.name()).replace("{namespace}", c.namespace()));
    }
}
