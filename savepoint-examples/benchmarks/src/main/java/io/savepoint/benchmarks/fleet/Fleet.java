package io.savepoint.benchmarks.fleet;

import io.savepoint.benchmarks.CpuTime;
import io.savepoint.benchmarks.Table;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What it costs to look after a hundred, a thousand and ten thousand jobs, with a savepoint of each every two minutes.
 *
 * <p>The JobManagers, which answer in the words of a recorded Flink, are a process of their own: see {@link FleetPlan} for
 * how many there are. One among them accepts connections and never answers. The SDK runs in a JVM with 256 MB for its heap
 * and two processors. After a time in which nothing is due each job has a first savepoint, which is for the JIT to see
 * everything, and then a second one, which is measured. Then a JVM with nothing but the JDK's HTTP client, set up as the SDK's, sends the
 * very same requests at the same times to the same JobManagers started anew, for comparison, with twice the heap.
 *
 * <p>Checks that no savepoint is late by more than a second, that the SDK takes at most one and a half times the CPU time
 * of the HTTP client alone, that an idle job takes at most 4 KB of heap beside the connections, which the HTTP client alone
 * holds as well, that the CPU time grows no faster than the number of jobs, and that the JobManager that never answers
 * holds no more connections than it may. The CPU time is without that of the JIT compiler, but with ten
 * thousand jobs it has to hold with it, too.
 *
 * <p>To run it: {@code mvn -q -Pbenchmarks verify -Dbenchmark=Fleet}, on a machine with nothing else to do. It takes some
 * 25 minutes; {@code -Dfleet.jobs=1000} takes a third of that, and {@code -Dfleet.seconds} sets another period.
 */
public final class Fleet {
    private static final int LEAD_SECONDS = 30;
    /**
     * As thousands of connections on a small heap want it, each of which keeps 16 KB to read into by default; and two
     * processors, for which {@link java.util.concurrent.CompletableFuture} before Java 25 starts a thread for each task,
     * and so the JDK's client for each answer, unless it is told that there are more.
     */
    private static final List<String> SMALL = List.of(
            "-XX:ActiveProcessorCount=2",
            "-XX:+UseSerialGC",
            CpuTime.KEEPS_COMPILERS,
            "-Djdk.httpclient.bufsize=4096",
            "-Djava.util.concurrent.ForkJoinPool.common.parallelism=2");

    private static final String HEAP = "-Xmx256m";
    /** The HTTP client alone sends much of what comes too late at once, over as many connections: it ran out of memory. */
    private static final String HEAP_OF_BARE = "-Xmx512m";

    private static final List<String> SERVER = List.of("-Xmx512m", "-XX:+UseSerialGC");
    private static final Duration STARTS_WITHIN = Duration.ofSeconds(10);

    private static final double MOST_CPU = 1.5;
    /** With fewer jobs much of the CPU time is the JIT compiler's. */
    private static final int MANY = 10_000;

    private static final double MOST_GROWTH = 1.25;
    private static final long MOST_HEAP = 4096;
    private static final long MOST_DEAD_CONNECTIONS = 32;

    private Fleet() {}

    /** What came of one number of jobs. */
    private record Row(FleetPlan plan, RequestLog requests, Child.Told manager, Child.Told bare, long deadConnections) {
        double cpu() {
            return (double) withoutCompiler(manager) / withoutCompiler(bare);
        }

        double cpuAndCompiler() {
            return (double) manager.number("cpuMicros") / bare.number("cpuMicros");
        }

        double cpuPerSavepoint() {
            return (double) withoutCompiler(manager) / requests.savepoints();
        }

        long heapPerJob() {
            return (manager.number("heap") - bare.number("heap")) / plan.jobsInAll();
        }

        private static long withoutCompiler(Child.Told told) {
            return told.number("cpuMicros") - told.number("compilerMicros");
        }
    }

    /** Runs it; {@code fleet.jobs} and {@code fleet.seconds} say for how many jobs, and for how long. */
    public static void main(String[] args) throws IOException, InterruptedException {
        int period = Integer.getInteger("fleet.seconds", 120);
        List<Row> rows = new ArrayList<>();
        for (String jobs : System.getProperty("fleet.jobs", "100,1000,10000").split(",", -1)) {
            rows.add(run(Integer.parseInt(jobs), period));
        }
        rows.sort(Comparator.comparingInt(row -> row.plan.jobs()));
        print(rows);
        check(rows);
    }

    private static Row run(int jobs, int period) throws IOException, InterruptedException {
        Path requests = Files.createTempFile("fleet", ".requests");
        Path again = Files.createTempFile("fleet", ".again");
        try {
            FleetPlan plan = plan(jobs, period);
            Child.Told manager;
            long deadConnections;
            try (Child managers = Child.start(JobManagers.class, SERVER, with(plan, requests.toString()))) {
                managers.awaitTold("listening");
                try (Child sdk = Child.start(FleetManager.class, small(HEAP), plan.args())) {
                    manager = sdk.awaitEnd();
                }
                end(plan);
                deadConnections = managers.awaitEnd().number("deadConnections");
            }
            RequestLog log = RequestLog.read(plan, requests);
            System.out.println(jobs + " jobs: " + log.late() + " savepoints late, the SDK told " + manager);
            Child.Told bare = bare(plan, requests, again);
            System.out.println(jobs + " jobs: the HTTP client alone told " + bare);
            return new Row(plan, log, manager, bare, deadConnections);
        } finally {
            Files.delete(requests);
            Files.delete(again);
        }
    }

    private static List<String> small(String heap) {
        return Stream.concat(Stream.of(heap), SMALL.stream()).toList();
    }

    /** Lets the JobManagers tell what they have to, without an answer. */
    private static void end(FleetPlan plan) throws IOException {
        try (Socket socket = new Socket("localhost", plan.port())) {
            socket.getOutputStream()
                    .write(("GET " + JobManagers.END + " HTTP/1.1\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        }
    }

    private static Child.Told bare(FleetPlan before, Path requests, Path again)
            throws IOException, InterruptedException {
        FleetPlan plan = plan(before.jobs(), before.periodSeconds());
        try (Child managers = Child.start(JobManagers.class, SERVER, with(plan, again.toString()))) {
            managers.awaitTold("listening");
            String[] args = with(plan, requests.toString(), "" + before.start().toEpochMilli());
            try (Child bare = Child.start(BareClient.class, small(HEAP_OF_BARE), args)) {
                return bare.awaitEnd();
            }
        }
    }

    private static FleetPlan plan(int jobs, int period) throws IOException {
        try (ServerSocket one = new ServerSocket(0);
                ServerSocket two = new ServerSocket(0)) {
            Instant start = Instant.now().plus(STARTS_WITHIN);
            return new FleetPlan(jobs, start, LEAD_SECONDS, period, one.getLocalPort(), two.getLocalPort());
        }
    }

    private static String[] with(FleetPlan plan, String... more) {
        return Stream.concat(Stream.of(plan.args()), Stream.of(more)).toArray(String[]::new);
    }

    private static void print(List<Row> rows) {
        Row last = rows.get(rows.size() - 1);
        Table table = new Table(
                "jobs",
                "JobManagers",
                "savepoints",
                "late by more than 1 s",
                "the latest, of 1 s",
                "requests for a savepoint, looks at idle jobs included",
                "of these for its state",
                "CPU time against the HTTP client alone",
                "with that of the JIT compiler",
                "CPU time for a savepoint against " + last.plan.jobs() + " jobs",
                "heap for an idle job, bytes",
                "connections to the dead JobManager");
        for (Row row : rows) {
            table.row(
                    row.plan.jobs(),
                    row.plan.endpoints(),
                    row.requests.savepoints(),
                    row.requests.late(),
                    Table.ratio(row.requests.latest().toMillis() / 1000.0),
                    Table.ratio(row.requests.perSavepoint()),
                    Table.ratio(row.requests.pollsPerSavepoint()),
                    Table.ratio(row.cpu()),
                    Table.ratio(row.cpuAndCompiler()),
                    Table.ratio(row.cpuPerSavepoint() / last.cpuPerSavepoint()),
                    row.heapPerJob(),
                    row.deadConnections);
        }
        System.out.println(table);
    }

    private static void check(List<Row> rows) {
        Row first = rows.get(0);
        List<String> broken = new ArrayList<>();
        for (Row row : rows) {
            String of = row.plan.jobs() + " jobs: ";
            require(
                    broken,
                    row.requests.jobsServed() == row.plan.jobs(),
                    of + "only " + row.requests.jobsServed() + " had a savepoint");
            require(
                    broken,
                    row.manager.number("failed") == 0,
                    of + row.manager.number("failed") + " savepoints failed");
            require(
                    broken,
                    row.requests.late() == 0,
                    of + row.requests.late() + " savepoints late by more than 1 s, one by " + row.requests.latest());
            require(
                    broken,
                    row.bare.number("failed") <= row.bare.number("answered") / 1000,
                    of + "nothing to compare with: the HTTP client alone told " + row.bare);
            require(broken, row.cpu() <= MOST_CPU, of + "CPU time " + row.cpu() + " of the HTTP client's");
            require(broken, row.heapPerJob() <= MOST_HEAP, of + row.heapPerJob() + " bytes of heap for an idle job");
            require(
                    broken,
                    row.cpuPerSavepoint() <= MOST_GROWTH * first.cpuPerSavepoint(),
                    of + "a savepoint takes more CPU time than with " + first.plan.jobs());
            require(
                    broken,
                    row.deadConnections <= MOST_DEAD_CONNECTIONS,
                    of + row.deadConnections + " connections to a JobManager that never answers");
        }
        Row last = rows.get(rows.size() - 1);
        require(
                broken,
                last.plan.jobs() < MANY || last.cpuAndCompiler() <= MOST_CPU,
                last.plan.jobs() + " jobs: CPU time with the JIT compiler's " + last.cpuAndCompiler()
                        + " of the HTTP client's");
        if (!broken.isEmpty()) {
            throw new IllegalStateException("not as it should be:\n" + String.join("\n", broken));
        }
    }

    private static void require(List<String> broken, boolean condition, String otherwise) {
        if (!condition) {
            broken.add(otherwise);
        }
    }
}
