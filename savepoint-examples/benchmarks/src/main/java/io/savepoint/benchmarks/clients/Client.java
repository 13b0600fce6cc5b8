package io.savepoint.benchmarks.clients;

import io.savepoint.benchmarks.CpuTime;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Our end of a client's JVM, which has on its class path what that client needs and nothing else. */
final class Client implements AutoCloseable {
    /** Which client it is. */
    enum Kind {
        FLINK("RestClusterClient", "RestClusterClientSide"),
        TAKE_SAVEPOINT("takeSavepoint", "TakeSavepointSide"),
        MANAGER("manager", "ManagerSide");

        private final String label;
        private final String main;

        Kind(String label, String main) {
            this.label = label;
            this.main = Client.class.getPackageName() + "." + main;
        }

        String label() {
            return label;
        }
    }

    /** What a process has used since it was started. */
    record Usage(long cpuNanos, long allocatedBytes) {
        Usage minus(Usage before) {
            return new Usage(cpuNanos - before.cpuNanos, allocatedBytes - before.allocatedBytes);
        }
    }

    /** A savepoint that was taken, and how long it took until that was known. */
    record Taken(String location, double millis) {}

    private final Kind kind;
    private final PollCounter counter;
    private final Process process;
    private final BufferedReader answers;

    private Client(Kind kind, PollCounter counter, Process process) {
        this.kind = kind;
        this.counter = counter;
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
    }

    static Client start(Kind kind, Path lib, URI flink, String job, String directory) throws IOException {
        PollCounter counter = new PollCounter(flink);
        String classes = URI.create(Client.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toString())
                .getPath();
        String path;
        try (Stream<Path> jars = Files.list(lib)) {
            path = Stream.concat(Stream.of(classes), jars.map(Path::toString))
                    .collect(Collectors.joining(System.getProperty("path.separator")));
        }
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        // Otherwise each thread that allocates anything counts as having allocated much.
                        "-XX:-UseTLAB",
                        // As with three processors and more: with two, a thread would be started for each task.
                        "-Djava.util.concurrent.ForkJoinPool.common.parallelism=2",
                        CpuTime.KEEPS_COMPILERS,
                        "-cp",
                        path,
                        kind.main,
                        counter.url().toString(),
                        job,
                        directory))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new Client(kind, counter, process);
    }

    Kind kind() {
        return kind;
    }

    PollCounter counter() {
        return counter;
    }

    Taken take() throws IOException {
        String[] answer = ask(Side.TAKE);
        return new Taken(answer[1], Long.parseLong(answer[0]) / 1e6);
    }

    Usage usage() throws IOException {
        String[] answer = ask(Side.USAGE);
        return new Usage(Long.parseLong(answer[0]), Long.parseLong(answer[1]));
    }

    private String[] ask(String question) throws IOException {
        process.getOutputStream().write((question + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        String answer = answers.readLine();
        if (answer == null) {
            throw new IllegalStateException("the JVM of " + kind.label + " ended");
        }
        return answer.split(" ", 2);
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        counter.close();
    }
}
