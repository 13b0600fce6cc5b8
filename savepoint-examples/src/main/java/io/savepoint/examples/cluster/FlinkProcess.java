package io.savepoint.examples.cluster;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A JobManager or a TaskManager in a JVM of its own, which ends with ours. */
final class FlinkProcess {

    private static final int TAIL_BYTES = 6_000;

    private static final List<String> JVM_OPTIONS = Stream.concat(
                    Stream.of(
                            "-Xmx224m",
                            "-XX:MaxDirectMemorySize=112m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "--add-exports=java.base/sun.net.util=ALL-UNNAMED",
                            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED"),
                    Stream.of(
                                    "lang",
                                    "lang.reflect",
                                    "io",
                                    "net",
                                    "nio",
                                    "text",
                                    "time",
                                    "util",
                                    "util.concurrent",
                                    "util.concurrent.atomic",
                                    "util.concurrent.locks")
                            .map(name -> "--add-opens=java.base/java." + name + "=ALL-UNNAMED"))
            .toList();

    private final String name;
    // Kept for more than its methods: were it collected, the pipe that keeps the child alive would be closed.
    private final Process process;
    private final Path log;
    private final Path output;

    private FlinkProcess(String name, Process process, Path log, Path output) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.output = output;
    }

    /**
     * Starts a main class of Flink.
     *
     * @param name names the log files, and the process in messages
     */
    static FlinkProcess start(String name, FlinkJars jars, FlinkFiles files, List<String> main) throws IOException {
        Path log = files.logDirectory().resolve(name + ".log");
        Path output = files.logDirectory().resolve(name + ".out");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_OPTIONS);
        command.add("-Dlog.file=" + log);
        command.add("-Dlog4j.configurationFile=" + files.log4jConfiguration().toUri());
        command.add("-cp");
        command.add(files.watchDirectory() + File.pathSeparator
                + jars.libDirectory().toAbsolutePath() + File.separator + "*");
        command.add(ParentWatch.class.getName());
        command.addAll(main);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(files.workDirectory().toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("FLINK_CONF_DIR", files.confDirectory().toString());
        jars.pluginsDirectory()
                .ifPresent(plugins -> builder.environment().put("FLINK_PLUGINS_DIR", plugins.toString()));
        return new FlinkProcess(name, builder.start(), log, output);
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** Throws, with what the process said last, if it has ended. */
    void requireAlive() throws IOException {
        if (!process.isAlive()) {
            throw new IOException(name + " ended with exit code " + process.exitValue() + tail());
        }
    }

    /** Kills the process and waits until it is gone. */
    void kill() {
        process.destroyForcibly();
        boolean interrupted = false;
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the process said last, ready to be appended to a message. */
    String tail() {
        return tail(output) + tail(log);
    }

    private static String tail(Path file) {
        if (!Files.exists(file)) {
            return "\n--- " + file + " doesn't exist yet";
        }
        try (RandomAccessFile input = new RandomAccessFile(file.toFile(), "r")) {
            long start = Math.max(0, input.length() - TAIL_BYTES);
            byte[] bytes = new byte[(int) (input.length() - start)];
            input.seek(start);
            input.readFully(bytes);
            String end = new String(bytes, StandardCharsets.UTF_8).strip();
            return "\n--- end of " + file + "\n" + (end.isEmpty() ? "(nothing yet)" : end);
        } catch (IOException e) {
            return "\n--- " + file + " can't be read: " + e;
        }
    }
}
