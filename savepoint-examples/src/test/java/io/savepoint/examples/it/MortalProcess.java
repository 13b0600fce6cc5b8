package io.savepoint.examples.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.examples.cluster.Await;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The JVM of a {@link MortalManager}. It ends by itself when this process does. */
final class MortalProcess implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int KILLED = 128 + 9;

    private final MortalManager.Point point;
    private final Path output;
    private final Process process;

    private MortalProcess(MortalManager.Point point, Path output, Process process) {
        this.point = point;
        this.output = output;
        this.process = process;
    }

    static MortalProcess start(String database, URI flink, MortalManager.Point point, Path directory)
            throws IOException {
        Path output = directory.resolve("mortal-manager-" + point + ".out");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx96m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.savepoint.examples.cluster.ParentWatch",
                        MortalManager.class.getName(),
                        database,
                        flink.toString(),
                        point.name())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return new MortalProcess(point, output, process);
    }

    /** Waits until the manager has come to its point, and kills it there. */
    void killAtPoint() throws Exception {
        String line = MortalManager.HALTED + point;
        Await.answer("'" + line + "'", TIMEOUT, () -> {
            String said = Files.readString(output);
            if (said.contains(line)) {
                return Optional.of(line);
            }
            assertThat(process.isAlive())
                    .as("the manager lives; it said: %s", said)
                    .isTrue();
            return Optional.empty();
        });
        process.destroyForcibly();
        assertThat(process.waitFor(10, TimeUnit.SECONDS))
                .as("the manager ended")
                .isTrue();
        assertThat(process.exitValue()).as("exit code after SIGKILL").isEqualTo(KILLED);
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
