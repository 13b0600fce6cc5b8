package io.savepoint.examples.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.examples.cluster.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The JVM of a {@link ChaosManager}. It ends by itself when this process does, also while it is paused. */
final class ChaosProcess implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int KILLED = 128 + 9;
    /** Goes on when standard input ends, which the system closes however the parent ends. */
    private static final String PAUSE = "kill -STOP \"$1\" && echo paused; cat >/dev/null; kill -CONT \"$1\"";

    private final Path output;
    private final Process process;
    private Optional<Process> pause = Optional.empty();

    private ChaosProcess(Path output, Process process) {
        this.output = output;
        this.process = process;
    }

    static ChaosProcess start(Path output, String store, String flink, boolean ownDirectories, Break broken)
            throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx96m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dorg.slf4j.simpleLogger.log.io.savepoint=debug",
                        "-Dorg.slf4j.simpleLogger.showDateTime=true",
                        "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.savepoint.examples.cluster.ParentWatch",
                        ChaosManager.class.getName(),
                        store,
                        flink,
                        Boolean.toString(ownDirectories),
                        broken.name())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return new ChaosProcess(output, process);
    }

    void awaitStarted() throws Exception {
        Await.answer("the start of a manager", TIMEOUT, () -> {
            String said = Files.readString(output);
            if (isStarted()) {
                return Optional.of(said);
            }
            assertThat(process.isAlive())
                    .as("the manager lives; it said: %s", said)
                    .isTrue();
            return Optional.empty();
        });
    }

    boolean isStarted() throws IOException {
        return Files.readString(output).contains(ChaosManager.STARTED);
    }

    /** SIGKILL, whether it is paused or not. */
    void kill() throws Exception {
        assertThat(process.isAlive())
                .as("the manager lived before it was killed; it said: %s", Files.readString(output))
                .isTrue();
        process.destroyForcibly();
        assertThat(process.waitFor(10, TimeUnit.SECONDS))
                .as("the manager ended")
                .isTrue();
        assertThat(process.exitValue()).as("exit code after SIGKILL").isEqualTo(KILLED);
        resume();
    }

    /** SIGSTOP, until {@link #resume()}. */
    void pause() throws IOException {
        if (pause.isPresent()) {
            return;
        }
        Process helper = new ProcessBuilder("sh", "-c", PAUSE, "sh", Long.toString(process.pid())).start();
        pause = Optional.of(helper);
        assertThat(helper.getInputStream().read()).as("the pause").isEqualTo('p');
    }

    /** SIGCONT; does nothing to one that is not paused. */
    void resume() throws IOException, InterruptedException {
        if (pause.isPresent()) {
            pause.get().getOutputStream().close();
            pause.get().waitFor();
            pause = Optional.empty();
        }
    }

    boolean isPaused() {
        return pause.isPresent();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.destroyForcibly().waitFor();
        resume();
    }
}
