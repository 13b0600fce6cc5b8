package io.savepoint.examples.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.savepoint.examples.cluster.CounterJobControl;
import io.savepoint.examples.cluster.LocalFlink;
import io.savepoint.examples.cluster.PlainFlinkRest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** I8 good-neighbour: somebody else writes to the same resource all the time while savepoints are taken. */
@Tag("kubernetes")
@Timeout(300)
class NeighboursIT {
    private static final String CLUSTER = "orders";
    private static final int ROUNDS = Integer.getInteger("neighbour.rounds", 300);
    private static final int LOOK_EVERY = 30;
    private static final int KEYS = 10;

    @TempDir
    Path directory;

    private final Map<String, String> expected = new HashMap<>();

    @Test
    void i8_what_others_write_stays_and_what_is_recorded_stays_too() throws Exception {
        Path savepoints = Files.createDirectories(directory.resolve("savepoints"));
        Path control = CounterJobControl.in(directory.resolve("control")).directory();
        Kubectl kubectl = Kubectl.inNewNamespace("neighbours");
        try (LocalFlink flink = LocalFlink.builder(Path.of(System.getProperty("flink.lib.2.3")))
                        .start();
                OperatorProcess operator = OperatorProcess.start(
                        directory,
                        "--namespaces",
                        kubectl.namespace(),
                        "--endpoint",
                        flink.restUrl().toString());
                KubernetesClient client = new KubernetesClientBuilder().build()) {
            kubectl.apply(CounterManifest.of(control, savepoints, "autoSavepointSeconds: 1"));
            kubectl.awaitRunning(CLUSTER);
            Resource<GenericKubernetesResource> resource = client.genericKubernetesResources(
                            "flinkoperator.k8s.io/v1beta1", "FlinkCluster")
                    .inNamespace(kubectl.namespace())
                    .withName(CLUSTER);

            for (int i = 1; i <= ROUNDS; i++) {
                write(resource, i);
                if (i % LOOK_EVERY == 0) {
                    kubectl.annotate(CLUSTER, "savepoint");
                    assertNothingIsLost(kubectl);
                }
            }
            kubectl.run(
                    "patch",
                    "flinkclusters",
                    CLUSTER,
                    "--type=merge",
                    "-p",
                    "{\"spec\":{\"job\":{\"autoSavepointSeconds\":null}}}");
            // An operator that serves this one knows that there is no period any more.
            kubectl.annotate(CLUSTER, "savepoint");
            kubectl.await(CLUSTER, ".metadata.annotations", told -> !told.contains(Kubectl.CONTROL));
            kubectl.await(CLUSTER, ".status.control.state", "Succeeded"::equals);
            kubectl.await(CLUSTER, ".status.savepointManager.operation", String::isEmpty);

            assertNothingIsLost(kubectl);
            long generation = kubectl.generation(CLUSTER);
            try (Stream<Path> onDisk = Files.list(savepoints)) {
                assertThat(onDisk.count()).isEqualTo(generation);
            }
            assertThat(generation).as("savepoints meanwhile").isGreaterThanOrEqualTo(10);
            assertThat(new PlainFlinkRest(flink.restUrl()).states()).hasSize(1);
            System.out.printf(
                    "%d writes of a neighbour to %d keys each of labels, annotations, spec and status: all there; %d"
                            + " savepoints recorded, as many on disk%n",
                    2 * ROUNDS, KEYS, generation);
        } finally {
            kubectl.deleteNamespace();
        }
    }

    /** Two requests: one to the resource, one to its status. */
    private void write(Resource<GenericKubernetesResource> resource, int round) {
        String key = "k" + round % KEYS;
        String value = "v" + round;
        PatchContext merge = PatchContext.of(PatchType.JSON_MERGE);
        resource.patch(merge, """
                {"metadata":{"labels":{"%1$s":"%2$s"},"annotations":{"%1$s":"%2$s"}},
                 "spec":{"flinkProperties":{"%1$s":"%2$s"},"job":{"neighbour":{"%1$s":"%2$s"}}}}""".formatted(key, value));
        resource.subresource("status").patch(merge, """
                {"status":{"neighbour":{"%1$s":"%2$s"},"components":{"jobManager":{"%1$s":"%2$s"},"job":{"%1$s":"%2$s"}}}}""".formatted(key, value));
        expected.put(key, value);
    }

    private void assertNothingIsLost(Kubectl kubectl) throws Exception {
        JsonNode resource = new ObjectMapper().readTree(kubectl.run("get", "flinkclusters", CLUSTER, "-o", "json"));
        for (String place : new String[] {
            "/metadata/labels",
            "/metadata/annotations",
            "/spec/flinkProperties",
            "/spec/job/neighbour",
            "/status/neighbour",
            "/status/components/jobManager",
            "/status/components/job"
        }) {
            Map<String, String> found = new HashMap<>();
            resource.at(place).properties().forEach(field -> {
                if (field.getKey().matches("k\\d+")) {
                    found.put(field.getKey(), field.getValue().asText());
                }
            });
            assertThat(found).as(place).isEqualTo(expected);
        }
    }
}
