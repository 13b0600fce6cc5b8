package io.savepoint.examples.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The directory a cluster lives in: its configuration, logs, temporary files and savepoints. */
record FlinkFiles(Path workDirectory) {

    private static final String LOG4J = """
            status = warn
            rootLogger.level = info
            rootLogger.appenderRef.file.ref = file
            appender.file.name = file
            appender.file.type = File
            appender.file.fileName = ${sys:log.file}
            appender.file.layout.type = PatternLayout
            appender.file.layout.pattern = %d{HH:mm:ss,SSS} %-5p %c - %m%n
            """;

    private static final String JOB_MANAGER = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint";
    private static final String TASK_MANAGER = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner";

    static FlinkFiles create() throws IOException {
        // Real path: Flink reports paths with links resolved or not as it pleases, and tests compare them.
        FlinkFiles files =
                new FlinkFiles(Files.createTempDirectory("local-flink-").toRealPath());
        for (Path directory : List.of(
                files.confDirectory(),
                files.logDirectory(),
                files.temporaryDirectory(),
                files.watchDirectory(),
                files.savepointDirectory())) {
            Files.createDirectories(directory);
        }
        Files.writeString(files.log4jConfiguration(), LOG4J);
        files.copyWatch();
        return files;
    }

    Path confDirectory() {
        return workDirectory.resolve("conf");
    }

    Path log4jConfiguration() {
        return confDirectory().resolve("log4j2.properties");
    }

    Path logDirectory() {
        return workDirectory.resolve("log");
    }

    Path savepointDirectory() {
        return workDirectory.resolve("savepoints");
    }

    Path temporaryDirectory() {
        return workDirectory.resolve("tmp");
    }

    Path watchDirectory() {
        return workDirectory.resolve("watch");
    }

    void writeConfiguration(Map<String, String> configuration) throws IOException {
        String lines = configuration.entrySet().stream()
                .map(entry -> entry.getKey() + ": " + entry.getValue() + "\n")
                .collect(Collectors.joining());
        // Up to 1.18 Flink reads the first, from 2.0 on the second; lines as flat as these mean the same in both.
        Files.writeString(confDirectory().resolve("flink-conf.yaml"), lines);
        Files.writeString(confDirectory().resolve("config.yaml"), lines);
    }

    /** What runs a JobManager by these files. */
    List<String> jobManagerMain() {
        return List.of(JOB_MANAGER, "--configDir", confDirectory().toString(), "--executionMode", "cluster");
    }

    /** What runs a TaskManager of this id by these files. */
    List<String> taskManagerMain(String id) {
        return List.of(TASK_MANAGER, "--configDir", confDirectory().toString(), "-D", "taskmanager.resource-id=" + id);
    }

    void delete() throws IOException {
        try (Stream<Path> tree = Files.walk(workDirectory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    /** Copies just the one class, so that Flink's class path has nothing else of ours in it. */
    private void copyWatch() throws IOException {
        String resource = ParentWatch.class.getName().replace('.', '/') + ".class";
        Path target = watchDirectory().resolve(resource);
        Files.createDirectories(Objects.requireNonNull(target.getParent()));
        try (InputStream bytes = ParentWatch.class.getResourceAsStream("ParentWatch.class")) {
            Files.copy(Objects.requireNonNull(bytes, resource), target);
        }
    }
}
