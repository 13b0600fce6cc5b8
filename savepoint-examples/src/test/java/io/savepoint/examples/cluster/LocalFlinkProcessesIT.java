package io.savepoint.examples.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The processes of a local cluster: that they start, say why if they don't, and never stay behind. */
@Timeout(120)
class LocalFlinkProcessesIT {

    private static final Path LIB = Path.of(System.getProperty("flink.lib.1.20"));

    @TempDir
    Path empty;

    @Test
    void close_leaves_nothing_behind() throws Exception {
        LocalFlink flink = LocalFlink.builder(LIB).start();
        List<ProcessHandle> processes = List.of(flink.jobManager(), flink.taskManager());
        assertThat(processes).allMatch(ProcessHandle::isAlive);
        flink.close();
        flink.close();
        assertThat(processes).noneMatch(ProcessHandle::isAlive);
        assertThat(flink.workDirectory()).doesNotExist();
        assertThatThrownBy(flink::restart).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_killed_parent_leaves_no_process_behind() throws Exception {
        try (Parent parent = Parent.start()) {
            assertThat(parent.cluster).hasSize(2).allMatch(LocalFlinkProcessesIT::runs);
            parent.process.destroyForcibly();
            awaitEnd(parent.cluster);
        }
    }

    @Test
    void a_parent_that_exits_without_closing_leaves_neither_process_nor_directory_behind() throws Exception {
        try (Parent parent = Parent.start()) {
            assertThat(parent.workDirectory).exists();
            parent.process.destroy();
            awaitEnd(parent.cluster);
            assertThat(parent.process.waitFor()).isNotZero();
            assertThat(parent.workDirectory).doesNotExist();
        }
    }

    @Test
    void what_was_killed_can_be_started_again_at_the_same_address() throws Exception {
        try (LocalFlink flink = LocalFlink.builder(LIB).start()) {
            URI url = flink.restUrl();
            PlainFlinkRest rest = new PlainFlinkRest(url);

            flink.killTaskManager();
            assertThat(flink.taskManager().isAlive()).isFalse();
            flink.startTaskManager();
            assertThat(flink.taskManager().isAlive()).isTrue();

            flink.killJobManager();
            assertThatThrownBy(() -> rest.get("/overview")).isInstanceOf(IOException.class);
            flink.startJobManager();
            assertThat(rest.get("/overview").status()).isEqualTo(200);

            flink.restart();
            assertThat(flink.restUrl()).isEqualTo(url);
            assertThat(slots(flink)).isEqualTo(4);
        }
    }

    @Test
    void clusters_run_side_by_side_and_can_leave_their_directory() throws Exception {
        LocalFlink one = LocalFlink.builder(LIB)
                .config("taskmanager.numberOfTaskSlots", "2")
                .keepWorkDirectory()
                .start();
        try (LocalFlink other = LocalFlink.builder(LIB).start()) {
            assertThat(one.restUrl()).isNotEqualTo(other.restUrl());
            assertThat(slots(one)).isEqualTo(2);
            assertThat(slots(other)).isEqualTo(4);
        } finally {
            one.close();
        }
        assertThat(one.workDirectory().resolve("log/jobmanager-1.log")).isNotEmptyFile();
        delete(one.workDirectory());
    }

    @Test
    void a_taken_port_is_noticed_and_tried_again_with_others() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            assertThatThrownBy(() -> LocalFlink.builder(LIB)
                            .config("rest.bind-port", port)
                            .start())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("jobmanager-5 ended with exit code")
                    .hasMessageContaining("BindException");
        }
    }

    @Test
    void a_bad_configuration_is_reported_with_the_end_of_the_log() {
        assertThatThrownBy(() -> LocalFlink.builder(LIB)
                        .config("taskmanager.memory.managed.size", "lots")
                        .start())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("taskmanager-2 ended with exit code")
                .hasMessageContaining("--- end of ")
                .hasMessageContaining("lots");
    }

    @Test
    void a_late_start_is_reported_with_the_end_of_the_log() {
        assertThatThrownBy(() -> LocalFlink.builder(LIB)
                        .startTimeout(Duration.ofMillis(500))
                        .start())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("waited 500 ms in vain for the slots of the TaskManager")
                .hasMessageContaining("--- end of ");
    }

    @Test
    void a_directory_without_Flink_is_refused() {
        assertThatThrownBy(() -> LocalFlink.builder(empty).start()).hasMessageContaining("has no jars of Flink in it");
    }

    private static int slots(LocalFlink flink) throws Exception {
        return new PlainFlinkRest(flink.restUrl())
                .get("/overview")
                .body()
                .path("slots-available")
                .asInt();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> tree = Files.walk(directory)) {
            tree.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        }
    }

    private static void awaitEnd(List<ProcessHandle> processes) throws Exception {
        Await.answer(
                "end of " + processes,
                Duration.ofSeconds(10),
                () -> Optional.of(processes).filter(all -> all.stream().noneMatch(LocalFlinkProcessesIT::runs)));
    }

    /** A dead process whose new parent doesn't care to bury it still has an id, but no command any more. */
    private static boolean runs(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }

    /** A JVM that starts a cluster, says which processes it is made of, and waits. */
    private static final class Parent implements AutoCloseable {
        final Process process;
        final List<ProcessHandle> cluster;
        final Path workDirectory;

        private Parent(Process process, List<ProcessHandle> cluster, Path workDirectory) {
            this.process = process;
            this.cluster = cluster;
            this.workDirectory = workDirectory;
        }

        static Parent start() throws Exception {
            String classPath = Stream.of(LocalFlink.class, LocalFlinkParent.class)
                    .map(type -> type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .getPath())
                    .collect(Collectors.joining(File.pathSeparator));
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            classPath,
                            LocalFlinkParent.class.getName(),
                            LIB.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
            String line = output.readLine();
            assertThat(line).as("what the parent says").isNotNull();
            String[] words = line.split(" ", 3);
            List<ProcessHandle> cluster = Stream.of(words[0], words[1])
                    .map(pid -> ProcessHandle.of(Long.parseLong(pid)).orElseThrow())
                    .toList();
            return new Parent(process, cluster, Path.of(words[2]));
        }

        @Override
        public void close() throws IOException {
            process.destroyForcibly();
            cluster.forEach(ProcessHandle::destroyForcibly);
            if (Files.exists(workDirectory)) {
                delete(workDirectory);
            }
        }
    }
}
