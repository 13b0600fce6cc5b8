package io.savepoint.benchmarks.clients;

import io.savepoint.benchmarks.Table;
import io.savepoint.examples.cluster.Await;
import io.savepoint.examples.cluster.CounterJobControl;
import io.savepoint.examples.cluster.LocalFlink;
import io.savepoint.flink.rest.FlinkRestTransport;
import io.savepoint.flink.rest.JarRunRequest;
import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.SavepointRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * What a savepoint costs its client: Flink's own {@code RestClusterClient}, the SDK's {@code takeSavepoint}, and a manager
 * that serves a raised {@code savepointGeneration}.
 *
 * <p>On a real Flink 1.20 and 2.3, with one job whose part of a snapshot takes 0 to 1500 ms. Each client has a JVM of its
 * own with what it needs on its class path, and they take turns, so that each has the same machine and the same Flink. Known
 * is a savepoint when the client has its location, and for the manager when it is recorded. What it really took is what
 * Flink's checkpoint statistics say, of that very savepoint. Polls are counted on the way to the JobManager; CPU time and
 * allocation are those of the whole process, while the others have their turns as well; without the CPU time of the JIT
 * compiler, which Linux tells.
 *
 * <p>Checks that the SDK knows of the end within 1.05 times what the savepoint took and 20 ms (of medians), and that {@code
 * takeSavepoint}, which does what Flink's client does, is ahead of it in time, polls, CPU time and allocation everywhere.
 * The manager does more: it looks at the job first and records what it is about to do.
 *
 * <p>To run it: {@code mvn -q -Pbenchmarks verify -Dbenchmark=ClientComparison}, on a machine with nothing else to do. It
 * takes some fifteen minutes; {@code -Dcomparison.flinks=2.3} and {@code -Dcomparison.snapshots=0,300} choose some of it.
 */
public final class ClientComparison {
    private static final int WARM_UP = 1000;
    private static final int LEARNING = 4;
    private static final int SAVEPOINTS = 25;
    /** Quick ones differ more from each other, and CPU time is counted in coarse steps. */
    private static final int QUICK_SAVEPOINTS = 100;

    /** How many turns of all clients Flink's checkpoint history has, which keeps ten by default. */
    private static final int TURNS_KEPT = 3;

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** The statistics are of a cache of that age. */
    private static final Duration STATISTICS = Duration.ofMillis(100);

    private ClientComparison() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        List<Row> rows = new ArrayList<>();
        for (String version : chosen("comparison.flinks", "1.20,2.3")) {
            rows.addAll(compare(version));
        }
        print(rows);
        printClassPaths();
        check(rows);
    }

    private static List<String> chosen(String property, String all) {
        return List.of(System.getProperty(property, all).split(",", -1));
    }

    private static List<Row> compare(String version) throws Exception {
        try (LocalFlink flink = LocalFlink.builder(directory("flink.lib." + version))
                .config("web.refresh-interval", "" + STATISTICS.toMillis())
                .start()) {
            CounterJobControl control =
                    CounterJobControl.in(flink.workDirectory().resolve("control"));
            FlinkRestTransport transport = FlinkRestTransport.at(flink.restUrl().toString());
            JobId job = startJob(transport, control);
            String savepoints = flink.savepointDirectory().toUri().toString();
            List<Client> clients = new ArrayList<>();
            try {
                for (Client.Kind kind : Client.Kind.values()) {
                    Path lib = directory(kind == Client.Kind.FLINK ? "flink.client." + version : "sdk.client");
                    clients.add(Client.start(kind, lib, flink.restUrl(), job.hex(), savepoints));
                }
                control.snapshotMillis(0);
                takeTurns(clients, WARM_UP);
                List<Row> rows = new ArrayList<>();
                for (String snapshot : chosen("comparison.snapshots", "0,300,1000,1500")) {
                    int millis = Integer.parseInt(snapshot);
                    control.snapshotMillis(millis);
                    takeTurns(clients, LEARNING);
                    rows.addAll(measure(version, millis, clients, transport, job));
                }
                return rows;
            } finally {
                for (Client client : clients) {
                    client.close();
                }
            }
        }
    }

    private static JobId startJob(FlinkRestTransport transport, CounterJobControl control) throws Exception {
        JobId job = JobId.random(new SecureRandom());
        ClusterId cluster = transport.cluster();
        String jar = transport
                .jars()
                .upload(cluster, Path.of(System.getProperty("counter.job.jar")))
                .get();
        JarRunRequest run = JarRunRequest.builder()
                .jobId(job)
                .entryClass("io.savepoint.examples.job.CounterJob")
                .args(List.of("--control-dir", control.directory().toString(), "--sleep-ms", "20"))
                .build();
        transport.jars().run(cluster, jar, run).get();
        return Await.answer("the job to run", PATIENCE, () -> {
            JobObservation seen = transport.observeJob(transport.cluster(), job).join();
            return Optional.of(job)
                    .filter(id -> seen instanceof JobObservation.Found found && found.readyForSavepoint());
        });
    }

    private static void takeTurns(List<Client> clients, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            for (Client client : clients) {
                client.take();
            }
        }
    }

    private static List<Row> measure(
            String version, int millis, List<Client> clients, FlinkRestTransport transport, JobId job)
            throws Exception {
        List<Row> rows = new ArrayList<>();
        List<Client.Usage> before = new ArrayList<>();
        for (Client client : clients) {
            rows.add(new Row(version, millis, client.kind()));
            before.add(client.usage());
        }
        int savepoints = millis == 0 ? QUICK_SAVEPOINTS : SAVEPOINTS;
        for (int i = 0; i < savepoints; i += TURNS_KEPT) {
            Map<String, Row> taken = new HashMap<>();
            for (int round = i; round < Math.min(savepoints, i + TURNS_KEPT); round++) {
                for (int turn = 0; turn < clients.size(); turn++) {
                    taken.put(rows.get(turn).take(clients.get(turn)), rows.get(turn));
                }
            }
            tellDurations(taken, transport, job);
        }
        for (int turn = 0; turn < clients.size(); turn++) {
            rows.get(turn).used(clients.get(turn).usage().minus(before.get(turn)));
        }
        rows.forEach(Row::requireAllTold);
        return rows;
    }

    private static void tellDurations(Map<String, Row> taken, FlinkRestTransport transport, JobId job)
            throws Exception {
        LockSupport.parkNanos(STATISTICS.multipliedBy(2).toNanos());
        List<SavepointRecord> history =
                transport.savepointHistory(transport.cluster(), job).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        for (SavepointRecord record : history) {
            Optional.ofNullable(taken.get(record.location())).ifPresent(row -> row.took(record.duration()));
        }
    }

    private static void print(List<Row> rows) {
        Table table = new Table(
                "Flink",
                "snapshot, ms",
                "client",
                "known after, of what the savepoint took",
                "nine in ten",
                "polls",
                "requests",
                "CPU time against RestClusterClient",
                "allocation against RestClusterClient");
        for (Row row : rows) {
            Row flinks = flinks(rows, row);
            table.row(
                    row.flink(),
                    row.snapshotMillis(),
                    row.kind().label(),
                    Table.ratio(row.knownMedian() / row.realMedian()),
                    Table.ratio(row.knownNinety() / row.realMedian()),
                    Table.ratio(row.pollsPerSavepoint()),
                    Table.ratio(row.requestsPerSavepoint()),
                    Table.ratio(row.cpu() / flinks.cpu()),
                    Table.ratio(row.allocated() / flinks.allocated()));
        }
        System.out.println(table);
    }

    private static Row flinks(List<Row> rows, Row row) {
        return rows.stream()
                .filter(other -> other.kind() == Client.Kind.FLINK
                        && other.flink().equals(row.flink())
                        && other.snapshotMillis() == row.snapshotMillis())
                .findFirst()
                .orElseThrow();
    }

    private static void printClassPaths() throws IOException {
        Table table = new Table("class path of", "jars", "MB");
        printClassPath(table, "flink-clients 1.20", "flink.client.1.20");
        printClassPath(table, "flink-clients 2.3", "flink.client.2.3");
        printClassPath(table, "savepoint-flink-rest", "sdk.client");
        System.out.println("\n" + table);
    }

    private static void printClassPath(Table table, String label, String property) throws IOException {
        long bytes = 0;
        List<Path> jars;
        try (Stream<Path> all = Files.list(directory(property))) {
            jars = all.toList();
        }
        for (Path jar : jars) {
            bytes += Files.size(jar);
        }
        table.row(label, jars.size(), Table.ratio(bytes / 1e6));
    }

    private static Path directory(String property) {
        return Path.of(System.getProperty(property));
    }

    private static void check(List<Row> rows) {
        List<String> broken = new ArrayList<>();
        for (Row row : rows) {
            Row flinks = flinks(rows, row);
            if (row.kind() != Client.Kind.FLINK && !row.isPrompt()) {
                broken.add("not prompt: " + row);
            }
            if (row.kind() == Client.Kind.TAKE_SAVEPOINT && !row.isAheadOf(flinks)) {
                broken.add("not ahead: " + row + "; " + flinks);
            }
        }
        if (!broken.isEmpty()) {
            throw new IllegalStateException("not as it should be:\n" + String.join("\n", broken));
        }
    }
}
