package io.savepoint.k8s;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.savepoint.k8s.model.FlinkCluster;
import java.util.UUID;

/** A namespace that one test has for itself, so that it may share the API server with others. */
record OwnNamespace(KubernetesClient client, String name) implements AutoCloseable {
    static OwnNamespace create(KubernetesClient client, String purpose) {
        String name = purpose + "-" + UUID.randomUUID().toString().substring(0, 8);
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .create();
        return new OwnNamespace(client, name);
    }

    /** Deletes also what lies in it, which a server without its controllers would leave. */
    @Override
    public void close() {
        client.genericKubernetesResources(FlinkCluster.GROUP + "/" + FlinkCluster.VERSION, FlinkCluster.KIND)
                .inNamespace(name)
                .delete();
        client.leases().inNamespace(name).delete();
        client.rbac().roleBindings().inNamespace(name).delete();
        client.rbac().roles().inNamespace(name).delete();
        client.namespaces().withName(name).delete();
    }
}
