package io.savepoint.examples.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.List;

/**
 * Looks at FlinkClusters from within this JVM, on the server that KUBECONFIG names. A kubectl for every look
 * would take the processors from what is looked at.
 */
final class Glances {
    /** Shared, and there until the JVM ends. */
    private static final KubernetesClient CLIENT = new KubernetesClientBuilder().build();

    private Glances() {}

    /**
     * A field as kubectl prints it: empty if it is not there.
     *
     * @param path names after dots; a dot within a name follows a backslash
     */
    static String field(String namespace, String cluster, String path) {
        GenericKubernetesResource found = CLIENT.genericKubernetesResources(
                        "flinkoperator.k8s.io/v1beta1", "FlinkCluster")
                .inNamespace(namespace)
                .withName(cluster)
                .get();
        assertThat(found).as("FlinkCluster %s/%s", namespace, cluster).isNotNull();
        JsonNode at = CLIENT.getKubernetesSerialization().convertValue(found, JsonNode.class);
        for (String name : path.substring(1).split("(?<!\\\\)\\.", -1)) {
            at = at.path(name.replace("\\.", "."));
        }
        return at.isValueNode() ? at.asText() : at.isMissingNode() ? "" : at.toString();
    }

    /** The Events of a FlinkCluster, "type reason: message" each. */
    static List<String> events(String namespace, String cluster) {
        return CLIENT
                .v1()
                .events()
                .inNamespace(namespace)
                .withField("involvedObject.kind", "FlinkCluster")
                .withField("involvedObject.name", cluster)
                .list()
                .getItems()
                .stream()
                .map(event -> event.getType() + " " + event.getReason() + ": " + event.getMessage())
                .toList();
    }
}
