package io.savepoint.examples.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.SavepointException;
import io.savepoint.SavepointManager;
import io.savepoint.examples.cluster.EveryFlink;
import io.savepoint.examples.it.FlinkWorld.Taken;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.JobState;
import io.savepoint.model.SavepointOptions;
import io.savepoint.model.SavepointResult;
import io.savepoint.model.SavepointState;
import io.savepoint.model.TriggerReason;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A manager on a real Flink that lives: every way to ask for a savepoint, and every way to start from one. */
@Timeout(120)
class ManagerOnFlinkIT extends EveryFlink {
    @TempDir
    Path directory;

    FlinkWorld world;

    @BeforeEach
    void world() throws Exception {
        world = FlinkWorld.inMemory(flink, directory);
    }

    @AfterEach
    void end() throws Exception {
        world.close();
    }

    @Test
    void a_job_starts_with_nothing() throws Exception {
        world.startJob(world.spec());
        world.assertStartedWithNothing();
        assertThat(world.rest.states()).containsEntry(world.jobId(), "RUNNING");
        assertThat(world.onDisk()).isEmpty();
    }

    @Test
    void a_direct_call_is_one_savepoint() throws Exception {
        SavepointManager manager = world.startJob(world.spec());
        SavepointResult first = get(manager, SavepointOptions.defaults());
        assertThat(first.generation()).isEqualTo(1);
        assertThat(first.jobId().hex()).isEqualTo(world.jobId());
        world.assertRecorded(first.location(), 1);
        assertThat(world.newOnDisk(Set.of())).isEqualTo(FlinkWorld.path(first.location()));

        Path elsewhere = world.savepoints.resolve("elsewhere");
        SavepointResult second = get(
                manager,
                SavepointOptions.builder()
                        .directory(elsewhere.toUri().toString())
                        .build());
        world.assertRecorded(second.location(), 2);
        assertThat(FlinkWorld.path(second.location())).startsWith(elsewhere);
        assertThat(second.triggerId()).isNotEqualTo(first.triggerId());
        assertThat(world.job().lastSavepointTriggerId()).contains(second.triggerId());
    }

    private static SavepointResult get(SavepointManager manager, SavepointOptions options) throws Exception {
        return manager.takeSavepoint(FlinkWorld.ORDERS, options).get(60, TimeUnit.SECONDS);
    }

    @Test
    void a_generation_is_one_savepoint() throws Exception {
        world.startJob(world.spec());
        for (long generation = 1; generation <= 2; generation++) {
            Set<Path> before = world.onDisk().keySet();
            long expected = generation;
            world.edit(spec -> spec.savepointGeneration(expected));
            world.await("generation " + expected, () -> world.generation() == expected);
            world.awaitLooks(3);
            String location = world.job().savepointLocation().orElseThrow();
            world.assertRecorded(location, generation);
            assertThat(world.newOnDisk(before)).isEqualTo(FlinkWorld.path(location));
        }
        assertThat(world.status().savepoint().orElseThrow().triggerReason()).isEqualTo(TriggerReason.USER_REQUESTED);
    }

    @Test
    void an_annotation_is_one_savepoint_and_goes_away() throws Exception {
        world.startJob(world.spec());
        world.annotate(ControlRequest.SAVEPOINT);
        world.await("the control to succeed", () -> world.controlIs(ControlState.SUCCEEDED));
        assertThat(world.state().control()).isEmpty();
        world.awaitLooks(3);
        Path savepoint = world.newOnDisk(Set.of());
        assertThat(FlinkWorld.path(world.job().savepointLocation().orElseThrow()))
                .isEqualTo(savepoint);
        assertThat(world.generation()).isEqualTo(1);
        assertThat(world.controlStatus().name()).isEqualTo(ControlRequest.SAVEPOINT);
        assertThat(world.controlStatus().jobId()).isEqualTo(world.job().id());
        assertThat(world.controlStatus().savepointTriggerId())
                .isEqualTo(world.job().lastSavepointTriggerId());
    }

    @Test
    void a_period_goes_on_by_itself_until_it_is_taken_away() throws Exception {
        world.startJob(world.spec().autoSavepointSeconds(1));
        world.await("two savepoints", () -> world.generation() >= 2);
        assertThat(world.status().savepoint().orElseThrow().triggerReason()).isEqualTo(TriggerReason.SCHEDULED);
        world.edit(spec -> spec.autoSavepointSeconds(OptionalLong.empty()));
        world.awaitLooks(2);
        world.await("the one under way", () -> world.isIdle());
        Map<Path, Boolean> taken = world.onDisk();
        assertThat(taken.values()).containsOnly(true).hasSize((int) world.generation());
    }

    @Test
    void a_savepoint_that_others_take_changes_nothing_and_a_failed_job_restarts_from_the_recorded_one()
            throws Exception {
        SavepointManager manager = world.startJob(world.spec());
        Taken earlier = world.take(manager);
        Taken recorded = world.take(manager);
        assertThat(recorded.snapshot().counts()).isNotEqualTo(earlier.snapshot().counts());
        ClusterStatus before = world.status();

        String first = world.jobId();
        assertThat(world.rest.takeSavepoint(first, world.savepoints).location()).isNotNull();
        Taken bypassing = world.latest(first, "by-pass");
        assertThat(bypassing.snapshot().counts())
                .isNotEqualTo(recorded.snapshot().counts());
        world.awaitLooks(3);
        assertThat(world.status()).isEqualTo(before);

        world.control.failNow();
        world.awaitRestartAfter(first);
        world.assertRestoredFrom(recorded);
        assertThat(world.job().restartCount()).isEqualTo(1);
        assertThat(world.rest.states()).containsEntry(first, "FAILED");
        assertThat(world.livingJobs()).isEqualTo(1);

        Taken after = world.take(manager);
        assertThat(after.snapshot().jobId()).isEqualTo(world.jobId());
        world.assertRecorded(after.location(), world.job().savepointGeneration());
    }

    @Test
    void a_failed_job_without_a_savepoint_stays_failed() throws Exception {
        world.startJob(world.spec());
        String job = world.jobId();
        world.control.failNow();
        world.await("the failure", () -> world.jobState() == JobState.FAILED);
        world.await("the reason", () -> world.status().bookkeeping().message().isPresent());
        assertThat(world.status().bookkeeping().message().orElseThrow()).contains("no savepoint is recorded");
        assertThat(world.jobId()).isEqualTo(job);
        assertThat(world.rest.states()).containsEntry(job, "FAILED");
        assertThat(world.livingJobs()).isZero();
    }

    @Test
    void a_snapshot_that_throws_fails_the_request_and_the_job_which_restarts() throws Exception {
        SavepointManager manager = world.startJob(world.spec());
        Taken recorded = world.take(manager);
        String first = world.jobId();
        long generation = world.generation();

        world.control.failSnapshots();
        world.annotate(ControlRequest.SAVEPOINT);
        world.await("the control to fail", () -> world.controlIs(ControlState.FAILED));
        world.control.allowSnapshots();
        assertThat(world.controlStatus().message().orElse("")).isNotBlank();
        assertThat(world.state().control()).isEmpty();

        world.awaitRestartAfter(first);
        world.assertRestoredFrom(recorded);
        assertThat(world.generation()).isEqualTo(generation);
        assertThat(world.status().savepoint().orElseThrow().state()).isEqualTo(SavepointState.FAILED);

        world.annotate(ControlRequest.SAVEPOINT);
        world.await("the next control to succeed", () -> world.controlIs(ControlState.SUCCEEDED));
        assertThat(world.generation()).isEqualTo(generation + 1);
    }

    @Test
    void a_job_starts_from_a_savepoint_with_state_too_much_only_if_allowed() throws Exception {
        SavepointManager manager = world.startJob(world.spec("--extra-operator"));
        world.take(manager);
        String old = world.jobId();
        SavepointResult stopped = manager.stopWithSavepoint(FlinkWorld.ORDERS).get(60, TimeUnit.SECONDS);
        Taken taken = world.latest(old, stopped.location());

        try (FlinkWorld next = FlinkWorld.inMemory(flink, directory)) {
            next.put(next.spec().fromSavepoint(taken.location()));
            next.start();
            next.await("the refusal", () -> next.jobState() == JobState.FAILED && next.isIdle());
            assertThat(next.events)
                    .anySatisfy(event -> assertThat(event.message())
                            .contains(taken.location())
                            .containsIgnoringCase("cannot map checkpoint/savepoint state"));

            next.edit(spec -> spec.allowNonRestoredState(true));
            next.awaitRunning();
            next.assertRestoredFrom(taken);
        }
    }

    @Test
    void a_run_is_replaced_by_one_from_any_savepoint() throws Exception {
        SavepointManager manager = world.startJob(world.spec());
        Taken earlier = world.take(manager);
        Taken later = world.take(manager);
        String first = world.jobId();

        String second = manager.restoreFrom(FlinkWorld.ORDERS, earlier.location())
                .get(60, TimeUnit.SECONDS)
                .hex();
        world.awaitRunning();
        assertThat(world.jobId()).isEqualTo(second).isNotEqualTo(first);
        world.assertRestoredFrom(earlier);
        assertThat(world.rest.states()).containsEntry(first, "CANCELED");
        assertThat(world.job().savepointLocation()).contains(later.location());
    }

    @Test
    void a_refused_restore_brings_the_job_back_from_the_recorded_savepoint() throws Exception {
        SavepointManager manager = world.startJob(world.spec());
        world.take(manager);
        Taken recorded = world.take(manager);
        String first = world.jobId();
        long generation = world.generation();

        String missing = world.savepoints.resolve("missing").toUri().toString();
        assertThatThrownBy(() -> manager.restoreFrom(FlinkWorld.ORDERS, missing).get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(SavepointException.class)
                .hasMessageContaining(missing);
        world.await("the job to come back", () -> !world.jobId().equals(first) && world.jobState() == JobState.RUNNING);
        world.awaitRunning();
        world.assertRestoredFrom(recorded);
        world.awaitLooks(3);
        assertThat(world.rest.states()).containsEntry(first, "CANCELED");
        assertThat(world.livingJobs()).isEqualTo(1);
        world.assertRecorded(recorded.location(), generation);
    }

    @Test
    void a_stop_saves_the_state_and_ends_the_job() throws Exception {
        SavepointManager manager = world.startJob(world.spec());
        world.take(manager);
        String job = world.jobId();
        Set<Path> before = world.onDisk().keySet();
        long generation = world.generation();

        SavepointResult result = manager.stopWithSavepoint(FlinkWorld.ORDERS).get(60, TimeUnit.SECONDS);
        assertThat(world.jobState()).isEqualTo(JobState.CANCELLED);
        assertThat(world.rest.states()).containsEntry(job, "FINISHED");
        world.assertRecorded(result.location(), generation + 1);
        assertThat(world.newOnDisk(before)).isEqualTo(FlinkWorld.path(result.location()));

        Taken taken = world.latest(job, result.location());
        manager.restoreFrom(FlinkWorld.ORDERS, result.location()).get(60, TimeUnit.SECONDS);
        world.awaitRunning();
        world.assertRestoredFrom(taken);
    }

    @Test
    void job_cancel_saves_where_it_can() throws Exception {
        world.startJob(world.spec());
        String job = world.jobId();
        world.annotate(ControlRequest.JOB_CANCEL);
        world.await("the control to succeed", () -> world.controlIs(ControlState.SUCCEEDED));
        assertThat(world.jobState()).isEqualTo(JobState.CANCELLED);
        assertThat(world.rest.states()).containsEntry(job, "FINISHED");
        assertThat(FlinkWorld.path(world.job().savepointLocation().orElseThrow()))
                .isEqualTo(world.newOnDisk(Set.of()));
        assertThat(world.generation()).isEqualTo(1);
        assertThat(world.state().control()).isEmpty();
    }

    @Test
    void job_cancel_without_a_directory_is_a_plain_cancel() throws Exception {
        world.startJob(world.spec().savepointsDir(Optional.empty()));
        String job = world.jobId();
        world.annotate(ControlRequest.JOB_CANCEL);
        world.await("the control to succeed", () -> world.controlIs(ControlState.SUCCEEDED));
        assertThat(world.jobState()).isEqualTo(JobState.CANCELLED);
        assertThat(world.rest.states()).containsEntry(job, "CANCELED");
        assertThat(world.generation()).isZero();
        assertThat(world.onDisk()).isEmpty();
    }
}
