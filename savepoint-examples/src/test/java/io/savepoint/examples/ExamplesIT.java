package io.savepoint.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.examples.cluster.LocalFlink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples as somebody runs them who does not know them yet. */
@Timeout(120)
class ExamplesIT {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(classes = {EmbeddedManager.class, OneSavepoint.class, OwnLoop.class})
    void an_example_without_arguments_says_how_to_call_it(Class<?> example) throws Exception {
        Ended ended = run(example);
        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.said()).hasSize(1).first().asString().startsWith("usage: " + example.getSimpleName() + " ");
    }

    @Test
    void the_loop_ends_with_its_savepoint() throws Exception {
        Ended ended = runLoop(System.getProperty("counter.job.jar"));
        assertThat(ended.exitCode()).as("%s", ended).isZero();
        assertThat(directory.resolve("savepoints")).isDirectoryContaining("glob:**/savepoint-*");
    }

    @Test
    void the_loop_ends_if_Flink_refuses_the_job() throws Exception {
        // There is no class in it that Flink could run.
        Path jar = directory.resolve("empty.jar");
        new JarOutputStream(Files.newOutputStream(jar), new Manifest()).close();
        Ended ended = runLoop(jar.toString());
        assertThat(ended.exitCode()).as("%s", ended).isEqualTo(1);
        assertThat(ended.said()).last().asString().startsWith("no savepoint was taken: the job could not be started");
    }

    private Ended runLoop(String jar) throws Exception {
        try (LocalFlink flink =
                LocalFlink.builder(Path.of(System.getProperty("flink.lib.2.3"))).start()) {
            return run(
                    OwnLoop.class,
                    flink.restUrl().toString(),
                    jar,
                    directory.resolve("savepoints").toUri().toString());
        }
    }

    private record Ended(int exitCode, List<String> said) {}

    private Ended run(Class<?> example, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.savepoint.examples.cluster.ParentWatch",
                example.getName()));
        command.addAll(List.of(arguments));
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean ended = process.waitFor(60, TimeUnit.SECONDS);
            List<String> said = Files.readAllLines(output);
            assertThat(ended).as("it ended; it said: %s", said).isTrue();
            return new Ended(process.exitValue(), said);
        } finally {
            process.destroyForcibly();
        }
    }
}
