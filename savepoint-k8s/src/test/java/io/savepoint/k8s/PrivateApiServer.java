package io.savepoint.k8s;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * An API server that one test has for itself, to end it and start it again. It takes the scripts {@code kube-up.sh} and
 * {@code kube-down.sh} that lie beside this checkout, if there are any.
 */
final class PrivateApiServer implements AutoCloseable {
    private static final Path SCRIPTS =
            Path.of("..", "..", "shared", "kube").toAbsolutePath().normalize();

    private final Path directory;
    private final Path kubeconfig;
    private final int port;
    private final Map<String, String> environment;

    private PrivateApiServer(Path directory) throws IOException {
        List<Integer> ports = freePorts();
        this.directory = directory;
        this.kubeconfig = directory.resolve("kubeconfig");
        this.port = ports.get(0);
        this.environment = Map.of(
                "KUBE_STATE", directory.resolve("state").toString(),
                "KUBE_PORT", String.valueOf(port),
                "KUBE_ETCD_PORT", ports.get(1).toString(),
                "KUBE_ETCD_PEER_PORT", ports.get(2).toString());
    }

    /** It does not run yet. */
    static PrivateApiServer in(Path directory) throws IOException {
        boolean available = Files.isReadable(SCRIPTS.resolve("kube-up.sh"));
        if (!available) {
            System.out.println(
                    "Left out: a test that ends its API server, as there is no kube-up.sh beside this checkout");
        }
        assumeTrue(available, "there is no kube-up.sh beside this checkout");
        return new PrivateApiServer(directory);
    }

    int port() {
        return port;
    }

    /** Starts it, with all that was stored; also if it runs. */
    void up() throws Exception {
        run("kube-up.sh", kubeconfig.toString());
    }

    /** Ends it, with its etcd. */
    void down() throws Exception {
        run("kube-down.sh");
    }

    KubernetesClient client() throws IOException {
        return client(port);
    }

    /** @param way the port of something that leads to it */
    KubernetesClient client(int way) throws IOException {
        Config config = Config.fromKubeconfig(Files.readString(kubeconfig));
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(config)
                        .withMasterUrl("https://127.0.0.1:" + way)
                        // For the test's own calls, which have nothing to wait for.
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
    }

    @Override
    public void close() throws Exception {
        down();
    }

    private void run(String script, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("bash", SCRIPTS.resolve(script).toString()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(directory, script, ".out");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(10, TimeUnit.MINUTES) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(command + " failed: " + Files.readString(output));
        }
    }

    private static List<Integer> freePorts() throws IOException {
        try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket two = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket three = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return List.of(one.getLocalPort(), two.getLocalPort(), three.getLocalPort());
        }
    }
}
