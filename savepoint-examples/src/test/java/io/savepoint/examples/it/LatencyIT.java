package io.savepoint.examples.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.savepoint.SavepointManager;
import io.savepoint.examples.cluster.Await;
import io.savepoint.examples.cluster.CounterJobControl;
import io.savepoint.examples.cluster.LocalFlink;
import io.savepoint.examples.cluster.PlainFlinkRest;
import io.savepoint.flink.rest.FlinkRestTransport;
import io.savepoint.flink.rest.RestJobLauncher;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.JobId;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobStatus;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointResult;
import io.savepoint.model.TriggerId;
import io.savepoint.store.InMemoryClusterStateStore;
import io.savepoint.testing.ForwardingStore;
import io.savepoint.testing.ForwardingTransport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How long after Flink completed a savepoint its result is recorded, and how often Flink is asked for that: savepoints of
 * several durations at a time, each of a job of its own, through one manager.
 *
 * <p>A slow or busy machine makes everything late, Flink first of all. So the same savepoints are then taken by a reference
 * that is told how long they take and asks every few milliseconds from then on: what it sees late, nobody can see soon.
 */
@Tag("latency")
class LatencyIT {
    private static final List<Integer> SNAPSHOT_MILLIS = List.of(0, 300, 1000, 1500);
    /** As a JobManager's first savepoints take much longer than the ones that follow, and that is unlearned in steps. */
    private static final int WARM_UP_MILLIS = 10_000;

    /** Half as many from a second on, where the bound is far and each takes long. */
    private static final IntUnaryOperator SAVEPOINTS = millis -> millis < 1000 ? 20 : 10;

    private static final Duration REFERENCE_PAUSE = Duration.ofMillis(4);
    private static final int MOST_POLLS = 20;
    /** How much later than the reference a savepoint may be known where that is more than the bound in milliseconds. */
    private static final int MOST_TIMES_REFERENCE = 3;

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final InMemoryClusterStateStore store = new InMemoryClusterStateStore();
    private final Map<TriggerId, Long> recordedAt = new ConcurrentHashMap<>();
    private final Map<TriggerId, Queue<Long>> answerMillis = new ConcurrentHashMap<>();

    @TempDir
    Path directory;

    @ParameterizedTest(name = "Flink {0}")
    @CsvSource({"1.20, flink.lib.1.20", "2.3, flink.lib.2.3"})
    @Timeout(300)
    void a_result_is_recorded_soon_and_with_few_polls(String version, String libProperty) throws Exception {
        try (LocalFlink flink = LocalFlink.builder(Path.of(System.getProperty(libProperty)))
                        .config("web.checkpoints.history", "200")
                        .start();
                SavepointManager manager = manager(flink)) {
            for (int millis : SNAPSHOT_MILLIS) {
                store.put(cluster(millis), spec(millis));
            }
            manager.start();
            take(manager, millis -> WARM_UP_MILLIS / (millis + 100));
            List<Row> table = measure(new PlainFlinkRest(flink.restUrl()), take(manager, SAVEPOINTS));
            print("Flink " + version, table);
            assertThat(table).allMatch(Row::isWithinBounds, "is recorded soon and with few polls");
        }
    }

    private List<Row> measure(PlainFlinkRest rest, Map<Integer, List<SavepointResult>> taken) throws Exception {
        Map<Integer, Map<String, Long>> reference = reference(rest, taken);
        List<Row> table = new ArrayList<>();
        for (Map.Entry<Integer, List<SavepointResult>> batch : taken.entrySet()) {
            int millis = batch.getKey();
            table.add(row(rest, millis, batch.getValue(), reference.get(millis)));
        }
        return table;
    }

    /** When the reference knew of its savepoints, by their locations: of all durations at a time, as the manager's. */
    private Map<Integer, Map<String, Long>> reference(PlainFlinkRest rest, Map<Integer, List<SavepointResult>> taken)
            throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(taken.size());
        try {
            Map<Integer, Future<Map<String, Long>>> batches = new TreeMap<>();
            taken.forEach((millis, results) -> batches.put(
                    millis,
                    threads.submit(() -> reference(rest, results.get(0).jobId().hex(), millis))));
            return results(batches);
        } finally {
            threads.shutdownNow();
        }
    }

    private Map<String, Long> reference(PlainFlinkRest rest, String job, int millis) throws Exception {
        Map<String, Long> known = new HashMap<>();
        for (int i = 0; i < SAVEPOINTS.applyAsInt(millis) / 2; i++) {
            String trigger = rest.triggerSavepoint(job, savepoints(millis));
            Thread.sleep(millis);
            Optional<PlainFlinkRest.Savepoint> savepoint = rest.savepoint(job, trigger);
            while (savepoint.isEmpty()) {
                Thread.sleep(REFERENCE_PAUSE.toMillis());
                savepoint = rest.savepoint(job, trigger);
            }
            known.put(savepoint.get().location(), System.currentTimeMillis());
        }
        return known;
    }

    private static ClusterId cluster(int millis) {
        return ClusterId.of("latency", "snapshot-" + millis);
    }

    private JobSpec spec(int millis) throws Exception {
        CounterJobControl control = CounterJobControl.in(directory.resolve("control-" + millis));
        control.snapshotMillis(millis);
        return JobSpec.builder()
                .jarFile(System.getProperty("counter.job.jar"))
                .className("io.savepoint.examples.job.CounterJob")
                .addArgs("--control-dir", control.directory().toString(), "--sleep-ms", "50")
                .savepointsDir(savepoints(millis).toUri().toString())
                .build();
    }

    private Path savepoints(int millis) throws IOException {
        return Files.createDirectories(directory.resolve("savepoints-" + millis));
    }

    /** All durations at a time; those of one duration one after the other, each as soon as the one before is known. */
    private static Map<Integer, List<SavepointResult>> take(SavepointManager manager, IntUnaryOperator count)
            throws Exception {
        Map<Integer, CompletableFuture<List<SavepointResult>>> batches = new TreeMap<>();
        for (int millis : SNAPSHOT_MILLIS) {
            batches.put(millis, take(manager, cluster(millis), count.applyAsInt(millis)));
        }
        return results(batches);
    }

    private static <T> Map<Integer, T> results(Map<Integer, ? extends Future<T>> batches) throws Exception {
        Map<Integer, T> results = new TreeMap<>();
        for (Map.Entry<Integer, ? extends Future<T>> batch : batches.entrySet()) {
            results.put(batch.getKey(), batch.getValue().get(120, TimeUnit.SECONDS));
        }
        return results;
    }

    private static CompletableFuture<List<SavepointResult>> take(
            SavepointManager manager, ClusterId cluster, int count) {
        CompletableFuture<List<SavepointResult>> taken = CompletableFuture.completedFuture(new ArrayList<>());
        for (int i = 0; i < count; i++) {
            taken = taken.thenCompose(results -> manager.takeSavepoint(cluster).thenApply(result -> {
                results.add(result);
                return results;
            }));
        }
        return taken;
    }

    private SavepointManager manager(LocalFlink flink) {
        FlinkRestTransport transport = FlinkRestTransport.at(flink.restUrl().toString());
        return SavepointManager.builder()
                .store(new ForwardingStore(store) {
                    @Override
                    public CompletionStage<WriteResult> compareAndSet(
                            ClusterId cluster, String version, ClusterStatus status) {
                        return super.compareAndSet(cluster, version, status).thenApply(result -> {
                            if (result.isWritten()) {
                                status.job()
                                        .flatMap(JobStatus::lastSavepointTriggerId)
                                        .ifPresent(id -> recordedAt.putIfAbsent(id, System.currentTimeMillis()));
                            }
                            return result;
                        });
                    }
                })
                .flink(new ForwardingTransport(transport) {
                    @Override
                    public CompletionStage<OperationObservation> observeOperation(
                            ClusterId cluster, JobId job, TriggerId trigger) {
                        long asked = System.nanoTime();
                        return super.observeOperation(cluster, job, trigger).thenApply(answer -> {
                            long millis = Math.round((System.nanoTime() - asked) / 1e6);
                            answerMillis
                                    .computeIfAbsent(trigger, any -> new ConcurrentLinkedQueue<>())
                                    .add(millis);
                            return answer;
                        });
                    }
                })
                .launcher(RestJobLauncher.create(transport))
                .build();
    }

    /** By Flink's own record, which is read only now, as it is stale for some seconds. Flink's clock is ours. */
    private Row row(PlainFlinkRest rest, int millis, List<SavepointResult> results, Map<String, Long> reference)
            throws Exception {
        String job = results.get(0).jobId().hex();
        Map<String, Long> completed = Await.answer("all savepoints in the history", TIMEOUT, () -> {
            Map<String, Long> found = completed(rest, job);
            boolean all = results.stream().allMatch(result -> found.containsKey(result.location()))
                    && found.keySet().containsAll(reference.keySet());
            return Optional.of(found).filter(any -> all);
        });
        List<Measured> measured = results.stream()
                .map(result -> new Measured(
                        recordedAt.get(result.triggerId()) - completed.get(result.location()),
                        List.copyOf(answerMillis.get(result.triggerId()))))
                .toList();
        List<Long> referenceLateMillis = reference.entrySet().stream()
                .map(known -> known.getValue() - completed.get(known.getKey()))
                .toList();
        return new Row(millis, measured, referenceLateMillis);
    }

    private static Map<String, Long> completed(PlainFlinkRest rest, String job) throws Exception {
        Map<String, Long> completed = new HashMap<>();
        for (JsonNode checkpoint :
                rest.get("/jobs/" + job + "/checkpoints").body().path("history")) {
            if (checkpoint.path("status").asText().equals("COMPLETED")) {
                completed.put(
                        checkpoint.path("external_path").asText(),
                        checkpoint.path("latest_ack_timestamp").asLong());
            }
        }
        return completed;
    }

    /** One savepoint: how long after its completion it was recorded, and how long each poll took. */
    private record Measured(long lateMillis, List<Long> answerMillis) {
        long polls() {
            return answerMillis.size();
        }

        long lateBesidesAnswerMillis() {
            return lateMillis - answerMillis.get(answerMillis.size() - 1);
        }
    }

    /** What was measured of savepoints whose snapshots take so long, and of those of the reference. */
    private record Row(int millis, List<Measured> measured, List<Long> referenceLateMillis) {
        long at(double part, ToLongFunction<Measured> value) {
            return at(part, measured.stream().map(value::applyAsLong).toList());
        }

        long answerMillis() {
            return at(
                    0.5,
                    measured.stream()
                            .flatMap(one -> one.answerMillis().stream())
                            .toList());
        }

        private static long at(double part, List<Long> values) {
            return values.stream().sorted().toList().get((int) Math.min(values.size() - 1, values.size() * part));
        }

        long boundMillis() {
            return Math.max(Math.max(25, millis / 20), MOST_TIMES_REFERENCE * referenceMillis());
        }

        long referenceMillis() {
            return at(0.5, referenceLateMillis);
        }

        boolean isWithinBounds() {
            // What is recorded before it is there was measured wrongly.
            return at(0.5, Measured::lateMillis) <= boundMillis()
                    && at(1, Measured::polls) <= MOST_POLLS
                    && at(0, Measured::lateMillis) >= 0;
        }
    }

    private static void print(String title, List<Row> table) {
        System.out.printf("%s: times in ms%n", title);
        System.out.printf(
                "%8s %10s | %11s %9s %6s %6s %6s | %14s | %12s %6s | %10s%n",
                "snapshot",
                "savepoints",
                "late median",
                "reference",
                "bound",
                "p90",
                "max",
                "besides answer",
                "polls median",
                "max",
                "one answer");
        for (Row row : table) {
            System.out.printf(
                    "%8d %10d | %11d %9d %6d %6d %6d | %14d | %12d %6d | %10d%n",
                    row.millis(),
                    row.measured().size(),
                    row.at(0.5, Measured::lateMillis),
                    row.referenceMillis(),
                    row.boundMillis(),
                    row.at(0.9, Measured::lateMillis),
                    row.at(1, Measured::lateMillis),
                    row.at(0.5, Measured::lateBesidesAnswerMillis),
                    row.at(0.5, Measured::polls),
                    row.at(1, Measured::polls),
                    row.answerMillis());
        }
    }
}
