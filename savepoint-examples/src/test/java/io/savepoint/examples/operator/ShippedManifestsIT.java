package io.savepoint.examples.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.savepoint.examples.cluster.CounterJobControl;
import io.savepoint.examples.cluster.LocalFlink;
import io.savepoint.examples.cluster.PlainFlinkRest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is shipped for a cluster: the server takes it, and the operator needs no more rights than it gives. */
@Tag("kubernetes")
class ShippedManifestsIT {
    private static final String SYSTEM = "savepoint-system";

    private final ObjectMapper json = new ObjectMapper();

    @TempDir
    Path directory;

    private Kubectl kubectl;

    @BeforeEach
    void what_the_others_lie_in() throws Exception {
        kubectl = Kubectl.inNewNamespace("shipped");
        Kubectl.anywhere().run("apply", "-f", "deploy/namespace.yaml");
    }

    @AfterEach
    void end() throws Exception {
        kubectl.deleteNamespace();
    }

    static List<String> manifests() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("deploy"))) {
            return files.map(Path::toString)
                    .filter(file -> file.endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void is_taken_as_it_is(String file) throws Exception {
        boolean samples = file.endsWith("samples.yaml");
        // They alone name no namespace of their own.
        Kubectl where = samples ? kubectl : Kubectl.anywhere();
        JsonNode written = json.readTree(where.run("apply", "--dry-run=client", "-o", "json", "-f", file));
        JsonNode taken = json.readTree(where.run("apply", "--dry-run=server", "-o", "json", "-f", file));
        if (samples) {
            assertThat(taken.findValues("spec")).as("nothing pruned").isEqualTo(written.findValues("spec"));
            assertThat(taken.findValues("spec")).hasSizeGreaterThan(1);
        }
    }

    @Test
    void an_operator_with_the_rights_of_its_account_does_its_work() throws Exception {
        Kubectl.anywhere().run("apply", "-f", "deploy/rbac.yaml");
        String token = Kubectl.anywhere().run("--namespace", SYSTEM, "create", "token", "savepoint-operator");
        Path account = Kubectl.kubeconfig(directory, kubectl.server(), token.strip());
        assertThat(kubectl.tryRun("", "--kubeconfig", account.toString(), "auth", "can-i", "delete", "flinkclusters")
                        .output())
                .as("what the account may not")
                .startsWith("no");
        try (LocalFlink flink = LocalFlink.builder(Path.of(System.getProperty("flink.lib.2.3")))
                        .start();
                OperatorProcess operator = OperatorProcess.start(
                        directory,
                        Map.of("KUBECONFIG", account.toString()),
                        "--namespaces",
                        kubectl.namespace(),
                        "--endpoint",
                        flink.restUrl().toString(),
                        "--leader-elect",
                        "--lease-duration=2s",
                        "--lease-namespace=" + SYSTEM)) {
            operator.awaitOutput(" leads, by the Lease " + SYSTEM + "/savepoint-operator");
            kubectl.apply(CounterManifest.of(
                    CounterJobControl.in(directory.resolve("control")).directory(),
                    directory.resolve("savepoints"),
                    ""));
            kubectl.awaitRunning("orders");
            kubectl.annotate("orders", "savepoint");
            kubectl.await("orders", ".status.control.state", "Succeeded"::equals);
            kubectl.awaitEvent("orders", event -> event.startsWith("Normal SavepointCreated: "));

            new PlainFlinkRest(flink.restUrl()).cancel(kubectl.jobField("orders", "id"));
            kubectl.awaitJob("orders", "state", "Cancelled"::equals);
            assertThat(operator.output()).doesNotContain("HTTP 403").doesNotContain("forbidden");
        }
    }
}
