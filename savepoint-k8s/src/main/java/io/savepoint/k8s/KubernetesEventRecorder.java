package io.savepoint.k8s;
/** stub. */
public final class KubernetesEventRecorder implements io.savepoint.SavepointListener {
    private KubernetesEventRecorder() {}
    /** s. @param c c @param s s @return s */
    public static KubernetesEventRecorder create(
            io.fabric8.kubernetes.client.KubernetesClient c, KubernetesClusterStateStore s) {
        return new KubernetesEventRecorder();
    }

    public void onEvent(io.savepoint.model.SavepointEvent e) {}
}
