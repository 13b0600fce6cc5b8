package io.savepoint.examples.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.examples.cluster.CounterJobControl.Restored;
import io.savepoint.examples.cluster.CounterJobControl.Snapshot;
import io.savepoint.examples.cluster.PlainFlinkRest.Answer;
import io.savepoint.examples.cluster.PlainFlinkRest.Savepoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;

/** The counter job on real clusters: what it says about snapshots and restores, and how it obeys. */
@Timeout(120)
class LocalFlinkIT extends EveryFlink {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private static PlainFlinkRest rest;
    private static String jarId;

    @TempDir
    Path directory;

    private CounterJobControl control;

    @BeforeParameterizedClassInvocation
    static void upload() throws Exception {
        rest = new PlainFlinkRest(flink.restUrl());
        jarId = rest.upload(Path.of(System.getProperty("counter.job.jar")));
    }

    @BeforeEach
    void control() throws Exception {
        control = CounterJobControl.in(directory.resolve("control"));
    }

    @Test
    void runs_the_version_asked_for() throws Exception {
        assertThat(rest.version()).isEqualTo(System.getProperty("flink.version." + version));
    }

    @Test
    void a_restored_job_has_exactly_the_counts_of_its_savepoint() throws Exception {
        String first = run(null);
        assertThat(restored(first)).isEqualTo(new Restored(null, -1, new TreeMap<>()));
        Taken earlier = takeWithAllKeys(first);
        Taken later = take(first);
        assertThat(later.snapshot().counts()).isNotEqualTo(earlier.snapshot().counts());

        control.failNow();
        rest.awaitState(first, "FAILED");

        for (Taken taken : List.of(earlier, later)) {
            String again = run(taken.location());
            assertThat(restored(again))
                    .isEqualTo(new Restored(
                            first,
                            taken.snapshot().checkpointId(),
                            taken.snapshot().counts()));
            rest.cancel(again);
        }
    }

    @Test
    void a_failure_is_consumed_so_that_a_job_restarted_by_Flink_lives() throws Exception {
        String job = run(null, "--restart-attempts", "1", "--checkpoint-interval", "50");
        awaitSnapshots(job, 3);
        control.failNow();
        Restored restored = Await.answer(
                "restart of job " + job,
                TIMEOUT,
                () -> control.restored(job).filter(found -> found.fromJobId() != null));
        assertThat(restored.counts())
                .isEqualTo(control.snapshot(job, restored.fromCheckpointId())
                        .orElseThrow()
                        .counts());
        rest.awaitRunning(job);

        control.failNow();
        rest.awaitState(job, "FAILED");
    }

    @Test
    void a_snapshot_waits_while_it_is_blocked() throws Exception {
        String job = run(null);
        control.blockSnapshots();
        String triggerId = rest.triggerSavepoint(job, flink.savepointDirectory());
        Await.answer(
                "all tasks but one to have finished their part",
                TIMEOUT,
                () -> Optional.of(
                                rest.get("/jobs/" + job + "/checkpoints").body().at("/history/0"))
                        .filter(found -> found.path("num_acknowledged_subtasks").asInt() > 0));
        assertThat(rest.savepoint(job, triggerId)).isEmpty();

        control.unblockSnapshots();
        Savepoint savepoint = Await.answer("savepoint", TIMEOUT, () -> rest.savepoint(job, triggerId));
        assertThat(savepoint.location()).isNotNull();
        rest.cancel(job);
    }

    @Test
    void a_snapshot_takes_as_long_as_it_is_told() throws Exception {
        String job = run(null, "--snapshot-millis", "400");
        assertThat(millisToTake(job)).isGreaterThanOrEqualTo(400);
        control.snapshotMillis(700);
        assertThat(millisToTake(job)).isGreaterThanOrEqualTo(700);
        control.snapshotMillis(0);
        // Other work on the machine may delay one or the other.
        Await.answer(
                "a savepoint that takes less than it ever did",
                TIMEOUT,
                () -> Optional.of(millisToTake(job)).filter(millis -> millis < 400));
        rest.cancel(job);
    }

    @Test
    void a_snapshot_told_to_fail_fails_the_savepoint_and_the_job() throws Exception {
        // With checkpoints enabled Flink would restart the job if it weren't told otherwise.
        String job = run(null, "--checkpoint-interval", "60000");
        control.failSnapshots();
        Savepoint savepoint = rest.takeSavepoint(job, flink.savepointDirectory());
        assertThat(savepoint.location()).isNull();
        assertThat(savepoint.failure()).isNotNull();
        rest.awaitState(job, "FAILED");

        control.allowSnapshots();
        String next = run(null);
        take(next);
        rest.cancel(next);
    }

    @Test
    void a_savepoint_with_an_operator_too_many_is_restored_only_if_allowed() throws Exception {
        String job = run(null, "--extra-operator");
        Taken savepoint = takeWithAllKeys(job);
        rest.cancel(job);

        Answer refused = rest.tryRun(jarId, args(), savepoint.location(), false);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body().toString()).contains("Cannot map checkpoint/savepoint state for operator");

        Answer allowed = rest.tryRun(jarId, args(), savepoint.location(), true);
        assertThat(allowed.status()).isEqualTo(200);
        String next = allowed.body().path("jobid").asText();
        assertThat(restored(next).fromJobId()).isEqualTo(job);
        rest.awaitRunning(next);
        rest.cancel(next);
    }

    @Test
    void a_job_with_an_end_finishes_and_one_with_an_interval_takes_checkpoints() throws Exception {
        String job = run(null, "--records", "300", "--checkpoint-interval", "50");
        awaitSnapshots(job, 2);
        rest.awaitState(job, "FINISHED");
    }

    private String run(String savepoint, String... more) throws Exception {
        String job = rest.run(jarId, args(more), savepoint);
        rest.awaitRunning(job);
        return job;
    }

    private List<String> args(String... more) {
        List<String> args =
                new ArrayList<>(List.of("--control-dir", control.directory().toString()));
        args.addAll(List.of(more));
        return args;
    }

    /** A savepoint, and what the job said went into it. */
    private record Taken(String location, Snapshot snapshot) {}

    private Taken take(String job) throws Exception {
        Savepoint savepoint = rest.takeSavepoint(job, flink.savepointDirectory());
        assertThat(savepoint.failure()).isNull();
        List<Snapshot> snapshots = control.snapshots(job);
        return new Taken(savepoint.location(), snapshots.get(snapshots.size() - 1));
    }

    private Taken takeWithAllKeys(String job) throws Exception {
        return Await.answer(
                "all keys in job " + job,
                TIMEOUT,
                () -> Optional.of(take(job))
                        .filter(taken -> taken.snapshot().counts().size() == 16));
    }

    private long millisToTake(String job) throws Exception {
        long start = System.nanoTime();
        take(job);
        return (System.nanoTime() - start) / 1_000_000;
    }

    private Restored restored(String job) throws Exception {
        return Await.answer("start of job " + job, TIMEOUT, () -> control.restored(job));
    }

    private void awaitSnapshots(String job, int count) throws Exception {
        Await.answer(
                count + " snapshots of job " + job,
                TIMEOUT,
                () -> Optional.of(control.snapshots(job)).filter(found -> found.size() >= count));
    }
}
