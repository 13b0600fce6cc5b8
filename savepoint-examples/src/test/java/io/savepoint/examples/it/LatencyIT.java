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
import java.util.concurrent.TimeUnit;
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
 * <p>Measured with nothing else running on the machine: another busy process makes everything late, Flink first of all.
 */
@Tag("latency")
class LatencyIT {
    private static final List<Integer> SNAPSHOT_MILLIS = List.of(0, 300, 1000, 1500);
    private static final int WARM_UP = 4;
    private static final int SAVEPOINTS = 20;
    private static final int MOST_POLLS = 20;
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
            take(manager, SNAPSHOT_MILLIS, WARM_UP);
            List<Row> table = measure(new PlainFlinkRest(flink.restUrl()), take(manager, SNAPSHOT_MILLIS, SAVEPOINTS));
            print("Flink " + version, table);
            assertThat(table).allMatch(Row::isWithinBounds, "is recorded soon and with few polls");
        }
    }

    private List<Row> measure(PlainFlinkRest rest, Map<Integer, List<SavepointResult>> taken) throws Exception {
        List<Row> table = new ArrayList<>();
        for (Map.Entry<Integer, List<SavepointResult>> batch : taken.entrySet()) {
            table.add(row(rest, batch.getKey(), batch.getValue()));
        }
        return table;
    }

    private static ClusterId cluster(int millis) {
        return ClusterId.of("latency", "snapshot-" + millis);
    }

    private JobSpec spec(int millis) throws Exception {
        CounterJobControl control = CounterJobControl.in(directory.resolve("control-" + millis));
        control.snapshotMillis(millis);
        Path savepoints = Files.createDirectories(directory.resolve("savepoints-" + millis));
        return JobSpec.builder()
                .jarFile(System.getProperty("counter.job.jar"))
                .className("io.savepoint.examples.job.CounterJob")
                .addArgs("--control-dir", control.directory().toString(), "--sleep-ms", "50")
                .savepointsDir(savepoints.toUri().toString())
                .build();
    }

    /** All durations at a time; those of one duration one after the other, each as soon as the one before is known. */
    private static Map<Integer, List<SavepointResult>> take(SavepointManager manager, List<Integer> all, int count)
            throws Exception {
        Map<Integer, CompletableFuture<List<SavepointResult>>> batches = new TreeMap<>();
        for (int millis : all) {
            batches.put(millis, take(manager, cluster(millis), count));
        }
        Map<Integer, List<SavepointResult>> taken = new TreeMap<>();
        for (Map.Entry<Integer, CompletableFuture<List<SavepointResult>>> batch : batches.entrySet()) {
            taken.put(batch.getKey(), batch.getValue().get(120, TimeUnit.SECONDS));
        }
        return taken;
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
    private Row row(PlainFlinkRest rest, int millis, List<SavepointResult> results) throws Exception {
        String job = results.get(0).jobId().hex();
        Map<String, Long> completed = Await.answer("all savepoints in the history", TIMEOUT, () -> {
            Map<String, Long> found = completed(rest, job);
            boolean all = results.stream().allMatch(result -> found.containsKey(result.location()));
            return Optional.of(found).filter(any -> all);
        });
        List<Measured> measured = results.stream()
                .map(result -> new Measured(
                        recordedAt.get(result.triggerId()) - completed.get(result.location()),
                        List.copyOf(answerMillis.get(result.triggerId()))))
                .toList();
        return new Row(millis, measured);
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

    /** What was measured of savepoints whose snapshots take so long. */
    private record Row(int millis, List<Measured> measured) {
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
            return Math.max(25, millis / 20);
        }

        boolean isWithinBounds() {
            // What is recorded before it is there was measured wrongly.
            return at(0.5, Measured::lateMillis) <= boundMillis()
                    && at(1, Measured::polls) <= MOST_POLLS
                    && at(0, Measured::lateMillis) >= 0;
        }
    }

    private static void print(String title, List<Row> table) {
        System.out.printf("%s: %d savepoints for each duration of the snapshot; times in ms%n", title, SAVEPOINTS);
        System.out.printf(
                "%8s | %11s %6s %6s %6s | %14s | %12s %6s | %10s%n",
                "snapshot",
                "late median",
                "bound",
                "p90",
                "max",
                "besides answer",
                "polls median",
                "max",
                "one answer");
        for (Row row : table) {
            System.out.printf(
                    "%8d | %11d %6d %6d %6d | %14d | %12d %6d | %10d%n",
                    row.millis(),
                    row.at(0.5, Measured::lateMillis),
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
