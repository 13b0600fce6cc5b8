package io.savepoint.examples.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.savepoint.examples.OperatorLoop;
import io.savepoint.examples.cluster.CounterJobControl;
import io.savepoint.examples.cluster.LocalFlink;
import io.savepoint.examples.cluster.PlainFlinkRest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The reference operator as a program: how it starts and ends, what it says, and of several which one acts. */
@Tag("kubernetes")
@Timeout(180)
class OperatorIT {
    private static final int TERMINATED = 128 + 15;

    private static LocalFlink flink;

    @TempDir
    Path directory;

    private Kubectl kubectl;
    private PlainFlinkRest rest;

    @BeforeAll
    static void startFlink() throws Exception {
        flink = LocalFlink.builder(Path.of(System.getProperty("flink.lib.2.3"))).start();
    }

    @AfterAll
    static void closeFlink() {
        flink.close();
    }

    @BeforeEach
    void a_namespace() throws Exception {
        rest = new PlainFlinkRest(flink.restUrl());
        kubectl = Kubectl.inNewNamespace("operator");
    }

    @AfterEach
    void end() throws Exception {
        kubectl.deleteNamespace();
        for (var job : rest.states().entrySet()) {
            if (!job.getValue().matches("FAILED|CANCELED|FINISHED")) {
                rest.cancel(job.getKey());
            }
        }
    }

    @Test
    void help_tells_every_option_and_its_variable() throws Exception {
        OperatorProcess.Ended help = OperatorProcess.runJar(directory, Map.of(), "--help");
        assertThat(help.code()).isZero();
        assertThat(help.output())
                .contains("--namespaces", "--selector", "--endpoint", "--leader-elect", "--metrics-port")
                .contains("--flink-ca", "--flink-cert", "--flink-key", "--flink-token-file")
                .contains("SAVEPOINT_FLINK_CA", "SAVEPOINT_FLINK_CERT", "SAVEPOINT_FLINK_KEY")
                .contains("SAVEPOINT_FLINK_TOKEN_FILE")
                .contains("SAVEPOINT_NAMESPACES", "SAVEPOINT_SELECTOR", "SAVEPOINT_ENDPOINT", "SAVEPOINT_METRICS_PORT");
    }

    @Test
    void tells_its_version() throws Exception {
        OperatorProcess.Ended version = OperatorProcess.runJar(directory, Map.of(), "--version");
        assertThat(version.code()).isZero();
        assertThat(version.output()).matches("savepoint-operator \\d+\\.\\S+\\s*");
    }

    @Test
    void what_keeps_it_from_starting_is_one_line_and_exit_code_2() throws Exception {
        assertRefused(Map.of(), "Unknown option: '--namespace=default'", "--namespace=default");
        assertRefused(Map.of(), "--metrics-port", "--metrics-port=many");
        assertRefused(Map.of(), "'soon' is not a duration", "--observe-interval=soon");
        assertRefused(
                Map.of(
                        "KUBECONFIG",
                        Kubectl.kubeconfig(directory, "https://127.0.0.1:1", "token")
                                .toString()),
                "{cluster}",
                "--endpoint=http://{cluster}:8081");
        assertRefused(Map.of(), "'Bad_NS' cannot be the name of a namespace", "--namespaces=default,Bad_NS");
        assertRefused(Map.of("SAVEPOINT_METRICS_PORT", "many"), "--metrics-port");
        assertRefused(Map.of("KUBECONFIG", "/no/such/kubeconfig"), "KUBECONFIG names /no/such/kubeconfig");
        assertRefused(
                Map.of(
                        "KUBECONFIG",
                        Kubectl.kubeconfig(directory, "https://127.0.0.1:1", "token")
                                .toString()),
                "cannot be reached: nobody listens there");
        String server = kubectl.server();
        assertRefused(
                Map.of(
                        "KUBECONFIG",
                        Kubectl.kubeconfig(directory, server, "nobody").toString()),
                "does not accept the credentials");
        kubectl.run("create", "serviceaccount", "nobody");
        String token = kubectl.run("create", "token", "nobody").strip();
        assertRefused(
                Map.of(
                        "KUBECONFIG",
                        Kubectl.kubeconfig(directory, server, token).toString()),
                "of the namespace default may not be listed",
                "--namespaces=default");
        assertRefused(Map.of(), "--selector", "--selector=a in b");
        assertRefused(Map.of(), "--jar-cache", "--jar-cache=/proc/no-such");
        assertRefused(Map.of(), "--metrics-port 99999", "--metrics-port=99999");
        assertRefused(Map.of(), "--lease-duration", "--leader-elect", "--lease-duration=1.5s");
        assertRefused(Map.of(), "with '/no/such/ca.crt': it cannot be read", "--flink-ca=/no/such/ca.crt");
        assertRefused(Map.of("SAVEPOINT_FLINK_TOKEN_FILE", "/no/such/token"), "--flink-token-file: '/no/such/token'");
    }

    @Test
    void metrics_probes_and_an_orderly_end() throws Exception {
        kubectl.apply(manifest(System.getProperty("counter.job.jar"), "savepointGeneration: 1"));
        try (OperatorProcess operator = start()) {
            int port = operator.port();
            kubectl.awaitJob("orders", "savepointGeneration", "1"::equals);

            assertThat(get(port, "/healthz").statusCode()).isEqualTo(200);
            assertThat(get(port, "/readyz").statusCode()).isEqualTo(200);
            operator.awaitOutput("event=SAVEPOINT_COMPLETED");
            await().untilAsserted(() -> assertThat(get(port, "/metrics").body())
                    .contains("savepoint_events_total{reason=\"user requested\",type=\"savepoint_completed\"} 1.0")
                    .contains("savepoint_clusters 1.0")
                    .contains("savepoint_watching 1.0")
                    .contains("savepoint_duration_seconds_count 1"));

            OperatorProcess.Ended ended = operator.terminate();
            assertThat(ended.code()).as(ended.output()).isEqualTo(TERMINATED);
            String trigger = kubectl.jobField("orders", "lastSavepointTriggerID");
            assertThat(ended.output().lines())
                    .anyMatch(Pattern.compile("^\\S+ INFO .*cluster=" + kubectl.namespace()
                                    + "/orders event=SAVEPOINT_COMPLETED job=\\w{32} trigger=" + trigger + " .*")
                            .asMatchPredicate())
                    .last()
                    .asString()
                    .contains("ending");
            assertThat(ended.output()).doesNotContain("Exception");
        }
    }

    @Test
    void a_jar_by_url_is_downloaded_once_for_all_that_run_it() throws Exception {
        AtomicInteger downloads = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/jobs/counter.jar", exchange -> {
            downloads.incrementAndGet();
            byte[] jar = Files.readAllBytes(Path.of(System.getProperty("counter.job.jar")));
            exchange.sendResponseHeaders(200, jar.length);
            try (var body = exchange.getResponseBody()) {
                body.write(jar);
            }
        });
        server.start();
        try (OperatorProcess operator = start()) {
            String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/jobs/counter.jar";
            kubectl.apply(manifest(url, ""));
            kubectl.apply(manifest(url, "").replace("name: orders", "name: audit"));
            kubectl.awaitRunning("orders");
            kubectl.awaitRunning("audit");
            assertThat(downloads).hasValue(1);

            kubectl.apply(manifest(url.replace("counter", "no-such"), "").replace("name: orders", "name: missing"));
            kubectl.awaitEvent("missing", event -> event.startsWith("Warning JobFailed: ") && event.contains("404"));

            kubectl.apply(manifest("http://127.0.0.1:1/counter.jar", "").replace("name: orders", "name: away"));
            kubectl.awaitEvent("away", event -> event.startsWith("Warning JobSubmissionFailed: attempt 1 of 10"));
        } finally {
            server.stop(0);
        }
    }

    @Test
    void of_two_operators_one_acts_and_the_other_takes_over() throws Exception {
        String[] elected = {"--leader-elect", "--lease-namespace=" + kubectl.namespace(), "--lease-duration=3s"};
        kubectl.apply(manifest(System.getProperty("counter.job.jar"), ""));
        try (OperatorProcess first = start(elected)) {
            kubectl.awaitRunning("orders");
            try (OperatorProcess second = start(elected).awaitStarted()) {
                assertThat(get(second.port(), "/metrics").body()).contains("savepoint_leader 0.0");
                assertThat(get(first.port(), "/metrics").body()).contains("savepoint_leader 1.0");
                kubectl.annotate("orders", "savepoint");
                kubectl.awaitJob("orders", "savepointGeneration", "1"::equals);
                assertThat(second.output()).doesNotContain("event=");

                first.kill();
                long killed = System.nanoTime();
                second.awaitOutput(" leads, by the Lease");
                assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(10));
                kubectl.annotate("orders", "savepoint");
                kubectl.awaitJob("orders", "savepointGeneration", "2"::equals);
                second.awaitOutput("event=SAVEPOINT_COMPLETED");
            }
        }
    }

    @Test
    void a_flink_out_of_reach_is_told_on_the_resource() throws Exception {
        kubectl.apply(manifest("job.jar", ""));
        try (OperatorProcess operator = OperatorProcess.start(
                directory, "--namespaces", kubectl.namespace(), "--endpoint", "http://127.0.0.1:1")) {
            kubectl.awaitEvent(
                    "orders", event -> event.startsWith("Warning FlinkUnreachable: Flink cannot be reached"));
            operator.awaitOutput(kubectl.namespace() + "/orders: Flink cannot be reached; still trying: ");
        }
    }

    @Test
    void one_that_may_not_have_the_lease_says_so() throws Exception {
        try (OperatorProcess operator = start("--leader-elect", "--lease-namespace=no-such", "--lease-duration=2s")) {
            operator.awaitOutput(" stands for election, by the Lease no-such/savepoint-operator");
            operator.awaitOutput(" cannot create the Lease no-such/savepoint-operator, trying on: ");
        }
    }

    @Test
    void an_operator_with_a_loop_of_its_own_does_the_same() throws Exception {
        kubectl.apply(manifest(System.getProperty("counter.job.jar"), ""));
        try (OperatorProcess loop = OperatorProcess.run(
                directory, OperatorLoop.class, flink.restUrl().toString(), kubectl.namespace())) {
            kubectl.awaitRunning("orders");
            kubectl.annotate("orders", "savepoint");
            kubectl.await("orders", ".status.control.state", "Succeeded"::equals);
            assertThat(kubectl.generation("orders")).isEqualTo(1);
            loop.awaitOutput(kubectl.namespace() + "/orders RECORDED: ");
        }
    }

    private OperatorProcess start(String... more) throws Exception {
        String[] options = new String[more.length + 4];
        options[0] = "--namespaces";
        options[1] = kubectl.namespace();
        options[2] = "--endpoint";
        options[3] = flink.restUrl().toString();
        System.arraycopy(more, 0, options, 4, more.length);
        return OperatorProcess.start(directory, options);
    }

    private void assertRefused(Map<String, String> environment, String message, String... options) throws Exception {
        Map<String, String> onAFreePort = new HashMap<>(environment);
        onAFreePort.putIfAbsent("SAVEPOINT_METRICS_PORT", "0");
        OperatorProcess.Ended ended = OperatorProcess.runJar(directory, onAFreePort, options);
        assertThat(ended.code()).as(ended.output()).isEqualTo(2);
        assertThat(ended.output().strip().lines().toList())
                .singleElement()
                .asString()
                .startsWith("savepoint-operator: ")
                .contains(message);
    }

    private String manifest(String jar, String lines) throws Exception {
        return CounterManifest.of(
                jar,
                CounterJobControl.in(directory.resolve("control")).directory(),
                directory.resolve("savepoints"),
                lines);
    }

    private static HttpResponse<String> get(int port, String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        BodyHandlers.ofString());
    }
}
