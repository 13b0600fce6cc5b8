package io.savepoint.examples.walkthrough;

import io.savepoint.SavepointManager;
import io.savepoint.flink.rest.FlinkRestTransport;
import io.savepoint.model.ClusterId;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.testing.ForwardingTransport;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * A manager in a process of its own that dies the moment Flink has answered its request for a savepoint, or when this
 * process does.
 */
final class DyingManager {
    static final int EXIT_CODE = 137;

    private DyingManager() {}

    /** Runs one and returns its exit code. */
    static int run(Path database, URI flink) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-classpath",
                        System.getProperty("java.class.path"),
                        "io.savepoint.examples.cluster.ParentWatch",
                        DyingManager.class.getName(),
                        database.toString(),
                        flink.toString())
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("the manager had not asked Flink for a savepoint after 30 s");
        }
        return process.exitValue();
    }

    /**
     * The process.
     *
     * @param args the database file and Flink's URL
     * @throws InterruptedException never, it dies before
     */
    public static void main(String[] args) throws InterruptedException {
        try (EmbeddedDatabase database = EmbeddedDatabase.open(Path.of(args[0]));
                SavepointManager manager = SavepointManager.builder()
                        .store(database.store())
                        .flink(new DyingTransport(FlinkRestTransport.at(args[1])))
                        .build()) {
            manager.start();
            Thread.currentThread().join();
        }
    }

    /** Lets the request through, and nothing after its answer. */
    private static final class DyingTransport extends ForwardingTransport {
        DyingTransport(FlinkTransport flink) {
            super(flink);
        }

        @Override
        public CompletionStage<TriggerId> triggerSavepoint(ClusterId cluster, SavepointRequest request) {
            return super.triggerSavepoint(cluster, request).thenApply(answered -> {
                Runtime.getRuntime().halt(EXIT_CODE);
                return answered;
            });
        }
    }
}
