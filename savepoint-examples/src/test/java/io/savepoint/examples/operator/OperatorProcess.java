package io.savepoint.examples.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.examples.cluster.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The reference operator in a JVM of its own, from the jar that is built. It ends by itself when this process does. */
final class OperatorProcess implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int KILLED = 128 + 9;

    private final Process process;
    private final Path output;

    private OperatorProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** How a process ended, and what it said. */
    record Ended(int code, String output) {}

    static Path jar() {
        return Path.of(System.getProperty("operator.jar"));
    }

    /** Starts it with options that suit a test, on free ports. */
    static OperatorProcess start(Path directory, String... options) throws IOException {
        return start(directory, Map.of(), options);
    }

    static OperatorProcess start(Path directory, Map<String, String> environment, String... options)
            throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "--metrics-port=0",
                "--observe-interval=0.2s",
                "--lost-grace=1s",
                "--jar-cache=" + directory.resolve("jars")));
        all.addAll(List.of(options));
        return run(directory, environment, SavepointOperator.class, all.toArray(String[]::new));
    }

    /** Starts a class of the jar. */
    static OperatorProcess run(Path directory, Class<?> main, String... arguments) throws IOException {
        return run(directory, Map.of(), main, arguments);
    }

    private static OperatorProcess run(
            Path directory, Map<String, String> environment, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of("-cp", jar().toString(), "io.savepoint.examples.cluster.ParentWatch", main.getName()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(directory, "operator-", ".log");
        return new OperatorProcess(java(command, environment, output), output);
    }

    /** Runs the jar itself, as its users do, until it ends by itself. */
    static Ended runJar(Path directory, Map<String, String> environment, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("-jar", jar().toString()));
        command.addAll(List.of(options));
        Path output = Files.createTempFile(directory, "operator-", ".log");
        Process process = java(command, environment, output);
        boolean ended = process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        process.destroyForcibly().waitFor();
        assertThat(ended).as("it ended; it said: %s", Files.readString(output)).isTrue();
        return new Ended(process.exitValue(), Files.readString(output));
    }

    OperatorProcess awaitStarted() throws Exception {
        awaitOutput("started:");
        return this;
    }

    String awaitOutput(String text) throws Exception {
        return Await.answer("'" + text + "' of the operator", TIMEOUT, () -> {
            String said = output();
            assertThat(process.isAlive() || said.contains(text))
                    .as("the operator lives; it said: %s", said)
                    .isTrue();
            return Optional.of(said).filter(all -> all.contains(text));
        });
    }

    String output() throws IOException {
        return Files.readString(output);
    }

    /** The port of metrics and probes, once it is started. */
    int port() throws Exception {
        String line = awaitOutput("metrics on port ");
        return Integer.parseInt(line.replaceAll("(?s).*metrics on port (\\d+).*", "$1"));
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        assertThat(process.isAlive())
                .as("the operator lived before it was killed")
                .isTrue();
        process.destroyForcibly();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(KILLED);
    }

    /** SIGTERM, and how it ended. */
    Ended terminate() throws Exception {
        // Not the process's own destroy, which would end its input first, as the end of this process does.
        process.toHandle().destroy();
        assertThat(process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                .as("it ended; it said: %s", output())
                .isTrue();
        return new Ended(process.exitValue(), output());
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    private static Process java(List<String> arguments, Map<String, String> environment, Path output)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }
}
