package io.savepoint.examples.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.examples.cluster.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The real kubectl, on the server that KUBECONFIG names, in one namespace. */
public final class Kubectl {
    public static final String CONTROL = "flinkclusters.flinkoperator.k8s.io/user-control";
    static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final String namespace;

    private Kubectl(String namespace) {
        this.namespace = namespace;
    }

    /** A namespace that one test has for itself, with the CRD installed. */
    public static Kubectl inNewNamespace(String purpose) throws IOException, InterruptedException {
        Kubectl kubectl =
                new Kubectl(purpose + "-" + UUID.randomUUID().toString().substring(0, 8));
        kubectl.run("apply", "-f", "deploy/crd.yaml");
        kubectl.run("wait", "--for", "condition=established", "crd/flinkclusters.flinkoperator.k8s.io");
        kubectl.run("create", "namespace", kubectl.namespace());
        return kubectl;
    }

    /** Deletes also what lies in it, which a server without its controllers would leave. */
    public void deleteNamespace() throws IOException, InterruptedException {
        run("delete", "flinkclusters", "--all");
        run("delete", "namespace", namespace, "--wait=false");
    }

    /** How a command ended. */
    record Result(int code, String output) {}

    /** In whatever namespace a manifest names. */
    static Kubectl anywhere() {
        return new Kubectl("");
    }

    public String namespace() {
        return namespace;
    }

    /** Runs a command that has to succeed. */
    String run(String... args) throws IOException, InterruptedException {
        return succeeded(List.of(args), tryRun("", args));
    }

    Result tryRun(String input, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("kubectl"));
        if (!namespace.isEmpty()) {
            command.addAll(List.of("--namespace", namespace));
        }
        command.addAll(List.of(args));
        Path output = Files.createTempFile("kubectl", ".out");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try (var in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            }
            boolean ended = process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            process.destroyForcibly().waitFor();
            assertThat(ended).as("%s ended", command).isTrue();
            return new Result(process.exitValue(), Files.readString(output));
        } finally {
            Files.delete(output);
        }
    }

    /** The URL of the API server. */
    String server() throws IOException, InterruptedException {
        return run("config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}");
    }

    /** Of somebody with no more than a token. */
    static Path kubeconfig(Path directory, String server, String token) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "kubeconfig", ""), """
                apiVersion: v1
                kind: Config
                current-context: it
                clusters:
                - name: it
                  cluster: {server: "%s", insecure-skip-tls-verify: true}
                users:
                - name: it
                  user: {token: %s}
                contexts:
                - name: it
                  context: {cluster: it, user: it}
                """.formatted(server, token));
    }

    void apply(String manifest) throws IOException, InterruptedException {
        succeeded(List.of("apply", manifest), tryRun(manifest, "apply", "-f", "-"));
    }

    void annotate(String cluster, String value) throws IOException, InterruptedException {
        run("annotate", "flinkclusters", cluster, CONTROL + "=" + value, "--overwrite");
    }

    /** A field of a FlinkCluster, empty if it is not there. */
    String field(String cluster, String path) {
        return Glances.field(namespace, cluster, path);
    }

    String jobField(String cluster, String name) {
        return field(cluster, ".status.components.job." + name);
    }

    long generation(String cluster) {
        String value = jobField(cluster, "savepointGeneration");
        return value.isEmpty() ? 0 : Long.parseLong(value);
    }

    String describe(String cluster) throws IOException, InterruptedException {
        return run("describe", "flinkclusters", cluster);
    }

    /** Waits until a field of a FlinkCluster is as it should be, and tells the whole of it if that doesn't come. */
    String await(String cluster, String path, Predicate<String> wanted) throws Exception {
        try {
            return Await.answer(
                    path, TIMEOUT, () -> Optional.of(field(cluster, path)).filter(wanted));
        } catch (java.util.concurrent.TimeoutException late) {
            throw new AssertionError(late.getMessage() + "; there is\n" + describe(cluster), late);
        }
    }

    String awaitJob(String cluster, String field, Predicate<String> wanted) throws Exception {
        return await(cluster, ".status.components.job." + field, wanted);
    }

    /** Until the job runs with nothing recorded as under way. */
    void awaitRunning(String cluster) throws Exception {
        awaitJob(cluster, "state", "Running"::equals);
        await(cluster, ".status.savepointManager.launch", String::isEmpty);
    }

    void awaitEvent(String cluster, Predicate<String> wanted) throws Exception {
        try {
            Await.answer(
                    "an event",
                    TIMEOUT,
                    () -> Glances.events(namespace, cluster).stream()
                            .filter(wanted)
                            .findAny());
        } catch (java.util.concurrent.TimeoutException late) {
            throw new AssertionError(late.getMessage() + "; there are " + Glances.events(namespace, cluster), late);
        }
    }

    private static String succeeded(List<String> args, Result result) {
        assertThat(result.code())
                .as("kubectl %s said: %s", args, result.output())
                .isZero();
        return result.output();
    }
}
