package io.savepoint.examples.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.SavepointException;
import io.savepoint.SavepointManager;
import io.savepoint.examples.chaos.LiveRuns;
import io.savepoint.examples.cluster.CounterJobControl.Restored;
import io.savepoint.examples.cluster.CounterJobControl.Snapshot;
import io.savepoint.examples.cluster.HighlyAvailableFlink;
import io.savepoint.examples.it.FlinkWorld.Taken;
import io.savepoint.examples.it.KillingLauncher.Moment;
import io.savepoint.flink.rest.RestJobLauncher;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobState;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointEvent.Type;
import io.savepoint.model.SavepointResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The JobManager that leads is killed while something is under way, and another one takes over. The manager asks both
 * behind one address. A table of what became of it is printed at the end.
 */
@Tag("ha")
@ParameterizedClass(name = "Flink {0}")
@ValueSource(strings = {"1.20", "2.3"})
@Timeout(300)
class HighAvailabilityIT {
    private static final Duration LOST_GRACE = Duration.ofSeconds(20);
    private static final List<String> TABLE = new ArrayList<>();
    private static HighlyAvailableFlink flink;

    @Parameter
    String version;

    @TempDir
    Path directory;

    private FlinkWorld world;
    private LiveRuns runs;
    private KillingLauncher launcher;
    private SavepointManager manager;
    private Taken recorded;
    private Snapshot checkpoint;
    private String run;
    private long generation;
    private int eventsBefore;
    private int seenBefore;

    @BeforeParameterizedClassInvocation
    static void start(String version) throws Exception {
        flink = HighlyAvailableFlink.start(Path.of(System.getProperty("flink.lib." + version)));
    }

    @AfterParameterizedClassInvocation
    static void close() throws Exception {
        if (flink != null) {
            flink.close();
        }
    }

    @AfterAll
    static void print() {
        System.out.println("ha: Flink | the leader is killed | what Flink did | what was recorded |"
                + " savepoints finished on disk / recorded / generation");
        TABLE.forEach(System.out::println);
    }

    @BeforeEach
    void a_running_job_with_a_savepoint_and_a_later_checkpoint() throws Exception {
        flink.startKilled();
        world = FlinkWorld.inMemory(flink.url(), directory);
        runs = new LiveRuns(world.rest);
        world.put(world.spec());
        launcher = new KillingLauncher(RestJobLauncher.create(world.transport), flink);
        manager = world.start(world.builder().lostGrace(LOST_GRACE).launcher(launcher));
        world.awaitRunning();
        recorded = world.take(manager);
        run = world.jobId();
        world.rest.takeCheckpoint(run);
        checkpoint = last(world.control.snapshots(run));
        generation = world.generation();
        eventsBefore = world.events.size();
        seenBefore = world.seen.size();
    }

    @AfterEach
    void end() throws Exception {
        runs.close();
        world.close();
    }

    @Test
    void a_savepoint_of_a_generation_fails_and_is_taken_again() throws Exception {
        world.control.blockSnapshots();
        world.askByGeneration();
        awaitSnapshotBegun();
        flink.killLeader();
        world.control.unblockSnapshots();

        world.await("the generation", () -> world.generation() == generation + 1 && world.isIdle());
        assertWentOn();
        assertLost(1);
        assertRecordedOfThisRun(1);
        settle("during a savepoint that a generation asked for", "failed, then taken again", 0);
    }

    @Test
    void a_savepoint_of_an_annotation_fails_and_is_not_tried_again() throws Exception {
        world.control.blockSnapshots();
        world.annotate(ControlRequest.SAVEPOINT);
        awaitSnapshotBegun();
        flink.killLeader();
        world.control.unblockSnapshots();

        world.await("the control to fail", () -> world.controlIs(ControlState.FAILED));
        assertThat(world.controlStatus().message().orElse("")).contains("lost");
        assertWentOn();
        assertLost(1);
        assertThat(world.generation()).isEqualTo(generation);
        world.annotate(ControlRequest.SAVEPOINT);
        world.await("the next control to succeed", () -> world.controlIs(ControlState.SUCCEEDED));
        assertRecordedOfThisRun(1);
        settle("during a savepoint that an annotation asked for", "failed; the next annotation succeeded", 0);
    }

    @Test
    void a_savepoint_that_was_complete_and_of_which_nobody_was_told_is_taken_again() throws Exception {
        Set<Path> before = world.onDisk().keySet();
        world.control.blockSnapshots();
        world.askByGeneration();
        awaitSnapshotBegun();
        flink.lockDoor();
        world.control.unblockSnapshots();
        world.await(
                "the savepoint on disk",
                () -> world.onDisk().entrySet().stream()
                        .anyMatch(one -> one.getValue() && !before.contains(one.getKey())));
        flink.killLeader();
        flink.unlockDoor();

        world.await("the generation", () -> world.generation() == generation + 1 && world.isIdle());
        assertWentOn();
        assertLost(1);
        assertRecordedOfThisRun(1);
        settle("after a savepoint, before it could be told", "failed, then taken again", 1);
    }

    @Test
    void a_stop_fails_and_the_job_goes_on() throws Exception {
        world.control.blockSnapshots();
        CompletableFuture<SavepointResult> stop = manager.stopWithSavepoint(FlinkWorld.ORDERS);
        awaitSnapshotBegun();
        flink.killLeader();
        world.control.unblockSnapshots();

        assertThatThrownBy(() -> stop.get(120, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(SavepointException.class)
                .hasMessageContaining("lost");
        assertWentOn();
        assertLost(1);
        assertThat(world.generation()).isEqualTo(generation);
        world.take(manager);
        settle("during a stop by a direct call", "failed; the job runs", 0);
    }

    @Test
    void a_cancel_that_is_wanted_is_tried_again() throws Exception {
        world.control.blockSnapshots();
        world.edit(spec -> spec.cancelRequested(true));
        awaitSnapshotBegun();
        flink.killLeader();
        world.control.unblockSnapshots();

        world.await("the job to be cancelled", () -> world.jobState() == JobState.CANCELLED && world.isIdle());
        assertLost(1);
        assertThat(world.jobId()).isEqualTo(run);
        assertRecordedOfThisRun(1);
        settle("during a stop by cancelRequested", "failed, then tried again: Cancelled", 0);
    }

    @Test
    void a_stop_that_was_complete_and_of_which_nobody_was_told_leaves_the_job_cancelled() throws Exception {
        world.control.blockSnapshots();
        CompletableFuture<SavepointResult> stop = manager.stopWithSavepoint(FlinkWorld.ORDERS);
        awaitSnapshotBegun();
        flink.lockDoor();
        world.control.unblockSnapshots();
        world.await("the end of the job", () -> flink.hasResultOf(run));
        flink.killLeader();
        flink.unlockDoor();

        assertThatThrownBy(() -> stop.get(120, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(SavepointException.class)
                .hasMessageContaining("lost");
        world.await("the job to be cancelled", () -> world.jobState() == JobState.CANCELLED && world.isIdle());
        assertThat(world.livingJobs()).isZero();
        assertThat(happened(Type.JOB_SUCCEEDED)).isEmpty();
        assertThat(happened(Type.JOB_RESTARTED)).isEmpty();
        assertThat(world.generation()).isEqualTo(generation);
        assertThat(world.job().savepointLocation()).contains(recorded.location());
        settle("after a stop, before it could be told", "failed; Cancelled with the savepoint before", 1);
    }

    @Test
    void a_restart_whose_submission_did_not_arrive_is_submitted_to_the_next_leader() throws Exception {
        launcher.killAt(Moment.BEFORE_SUBMISSION);
        world.control.failNow();
        assertRestartedOnce();
        settle("during a restart, before the submission", "restarted once from the recorded savepoint", 0);
    }

    @Test
    void a_restart_whose_answer_is_lost_is_recovered_and_not_submitted_twice() throws Exception {
        launcher.killAt(Moment.BEFORE_ANSWER);
        world.control.failNow();
        assertRestartedOnce();
        settle("during a restart, before the answer came", "restarted once from the recorded savepoint", 0);
    }

    @Test
    void a_restart_that_was_just_submitted_is_recovered() throws Exception {
        launcher.killAt(Moment.AFTER_ANSWER);
        world.control.failNow();
        assertRestartedOnce();
        settle("during a restart, after the answer", "restarted once from the recorded savepoint", 0);
    }

    private void awaitSnapshotBegun() throws Exception {
        long before = checkpoint.checkpointId();
        world.await(
                "the snapshot to begin",
                () -> last(world.control.snapshots(run)).checkpointId() > before);
        world.awaitOperationLooks(1);
    }

    /** The same run, from the checkpoint, which is younger than its savepoint. */
    private void assertWentOn() throws Exception {
        Restored expected = new Restored(checkpoint.jobId(), checkpoint.checkpointId(), checkpoint.counts());
        world.await(
                "the recovery from the checkpoint",
                () -> world.control.restored(run).filter(expected::equals).isPresent());
        world.awaitRunning();
        assertThat(world.jobId()).isEqualTo(run);
        assertThat(world.job().restartCount()).isZero();
        assertThat(happened(Type.JOB_LOST)).isEmpty();
        assertThat(happened(Type.JOB_FAILED)).isEmpty();
    }

    private void assertRestartedOnce() throws Exception {
        world.awaitRestartAfter(run);
        world.assertRestoredFrom(recorded);
        assertThat(world.job().restartCount()).isEqualTo(1);
        assertThat(happened(Type.JOB_RESTARTED)).hasSize(1);
        assertThat(happened(Type.JOB_LOST)).isEmpty();
        assertThat(world.generation()).isEqualTo(generation);
        run = world.jobId();
        manager.takeSavepoint(FlinkWorld.ORDERS).get(120, TimeUnit.SECONDS);
        assertRecordedOfThisRun(1);
    }

    private void assertLost(int times) {
        assertThat(happened(Type.SAVEPOINT_FAILED))
                .hasSize(times)
                .allSatisfy(event -> assertThat(event.message()).contains("lost"));
    }

    /** So many savepoints more, the last of which is of the present run. */
    private void assertRecordedOfThisRun(int more) throws Exception {
        String location = world.job().savepointLocation().orElseThrow();
        world.assertRecorded(location, generation + more);
        assertThat(world.latest(run, location).snapshot().jobId()).isEqualTo(run);
    }

    private List<SavepointEvent> happened(Type type) {
        return world.events.stream()
                .skip(eventsBefore)
                .filter(event -> event.type() == type)
                .toList();
    }

    /** What must hold in the end, however it came to it; and a line of the table. */
    private void settle(String moment, String outcome, int unrecorded) throws Exception {
        if (world.jobState() == JobState.RUNNING) {
            world.awaitLooks(3);
        }
        assertThat(runs.tooMany()).as("more than one living run").isEmpty();
        // Listeners are told after the write.
        world.await(
                "the events of all recorded savepoints",
                () -> recordedLocations().size() >= world.generation());
        List<String> locations = recordedLocations();
        assertThat(locations).doesNotHaveDuplicates().hasSize((int) world.generation());
        assertThat(locations)
                .allSatisfy(location -> assertThat(FlinkWorld.path(location).resolve("_metadata"))
                        .isNotEmptyFile());
        long finished = world.onDisk().values().stream().filter(done -> done).count();
        TABLE.add("ha: " + world.rest.version() + " | " + moment + " | " + flinkDid() + " | " + outcome + " | "
                + finished + " / " + locations.size() + " / " + world.generation());
        System.out.println(TABLE.get(TABLE.size() - 1));
        assertThat(finished).isEqualTo(locations.size() + unrecorded);
    }

    private List<String> recordedLocations() {
        return world.events.stream()
                .filter(event -> event.type() == Type.SAVEPOINT_COMPLETED)
                .map(event -> event.location().orElseThrow())
                .toList();
    }

    /** As the manager was told since the test began. */
    private String flinkDid() throws Exception {
        List<Object> seen = List.copyOf(world.seen.subList(seenBefore, world.seen.size()));
        long unanswered = seen.stream().filter(Throwable.class::isInstance).count();
        long unknown =
                seen.stream().filter(JobObservation.NotFound.class::isInstance).count();
        return "no answer to %d of %d looks, job unknown to %d, now %s"
                .formatted(unanswered, seen.size(), unknown, world.rest.states().values());
    }

    private static Snapshot last(List<Snapshot> snapshots) {
        return snapshots.get(snapshots.size() - 1);
    }
}
