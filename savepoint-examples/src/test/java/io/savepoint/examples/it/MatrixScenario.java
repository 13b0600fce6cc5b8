package io.savepoint.examples.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.SavepointManager;
import io.savepoint.examples.it.FlinkWorld.Taken;
import io.savepoint.examples.it.MortalManager.Point;
import io.savepoint.examples.it.UnreliableTransport.Trouble;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.DisposalObservation;
import io.savepoint.model.JobState;
import io.savepoint.testing.FlinkHabits;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What is to hold on every version of Flink. Most of it is what other tests check on two versions in more detail. */
enum MatrixScenario {
    START("start", always(world -> manager(world).a_job_starts_with_nothing())),
    SAVEPOINT("savepoint", always(world -> manager(world).a_direct_call_is_one_savepoint())),
    GENERATION("generation", always(world -> manager(world).a_generation_is_one_savepoint())),
    ANNOTATION("annotation", always(world -> manager(world).an_annotation_is_one_savepoint_and_goes_away())),
    PERIOD("period", always(world -> manager(world).a_period_goes_on_by_itself_until_it_is_taken_away())),
    STOP("stop", always(world -> manager(world).a_stop_saves_the_state_and_ends_the_job())),
    RESTORE(
            "failure and restore",
            always(world -> manager(world)
                    .a_savepoint_that_others_take_changes_nothing_and_a_failed_job_restarts_from_the_recorded_one())),
    JOB_MANAGER_KILLED("JobManager killed", always(world -> {
        DyingFlinkIT dying = new DyingFlinkIT();
        dying.beginIn(world);
        dying.a_killed_JobManager_fails_the_savepoint_and_the_lost_job_restarts_and_serves_what_waited();
    })),
    MANAGER_KILLED("manager killed", always(world -> {
        KilledManagerIT killed = new KilledManagerIT();
        killed.beginOn(world.flink(), world.directory.resolve("killed"));
        try {
            killed.a_generation_is_one_savepoint(Point.ACCEPTED);
        } finally {
            killed.end();
        }
    })),
    ANSWER_LOST("answers lost", always(MatrixScenario::whatIsAskedForHappensOnceThoughNoAnswerComes)),
    DELIVERED_TWICE("delivered twice", MatrixScenario::aRequestThatComesTwiceIsOneSavepointWhereFlinkTakesIds),
    DISPOSAL("disposal", always(MatrixScenario::aSavepointIsDisposedOf)),
    RETENTION("retention", always(world -> {
        RetentionIT retention = new RetentionIT();
        retention.world = world;
        retention.what_the_job_was_restarted_from_stays();
    }));

    private static final String PASSED = "passed";

    private final String title;
    private final Scenario scenario;

    private interface Scenario {
        /** {@return what holds} */
        String play(FlinkWorld world) throws Exception;
    }

    private interface Test {
        void run(FlinkWorld world) throws Exception;
    }

    MatrixScenario(String title, Scenario scenario) {
        this.title = title;
        this.scenario = scenario;
    }

    /** What holds to the full or not at all. */
    private static Scenario always(Test test) {
        return world -> {
            test.run(world);
            return PASSED;
        };
    }

    String title() {
        return title;
    }

    /** {@return what holds on this Flink, for the table; throws where something is wrong} */
    String play(FlinkWorld world) throws Exception {
        return scenario.play(world);
    }

    private static ManagerOnFlinkIT manager(FlinkWorld world) {
        ManagerOnFlinkIT tests = new ManagerOnFlinkIT();
        tests.world = world;
        return tests;
    }

    private static void whatIsAskedForHappensOnceThoughNoAnswerComes(FlinkWorld world) throws Exception {
        UnreliableTransport flink = new UnreliableTransport(world.transport, Trouble.ANSWER_LOST);
        world.startJob(world.spec(), world.builder(flink));
        String job = world.jobId();
        // So that it is looked for while Flink is still at it.
        world.control.blockSnapshots();
        world.askByGeneration();
        world.await("the snapshot to begin", () -> world.control.snapshots(job).size() == 1);
        world.awaitOperationLooks(3);
        assertThat(world.generation()).isZero();
        world.control.unblockSnapshots();
        world.await("the savepoint", () -> world.generation() == 1 && world.isIdle());
        world.awaitLooks(3);
        Path savepoint = assertRecordedAlone(world, 1, Set.of());

        world.annotate(ControlRequest.JOB_CANCEL);
        world.await("the control to succeed", () -> world.controlIs(ControlState.SUCCEEDED));
        assertThat(world.jobState()).isEqualTo(JobState.CANCELLED);
        assertThat(world.rest.states()).containsEntry(job, "FINISHED");
        assertRecordedAlone(world, 2, Set.of(savepoint));
        assertThat(flink.struck()).isEqualTo(2);
    }

    private static String aRequestThatComesTwiceIsOneSavepointWhereFlinkTakesIds(FlinkWorld world) throws Exception {
        UnreliableTransport flink = new UnreliableTransport(world.transport, Trouble.DELIVERED_TWICE);
        world.startJob(world.spec(), world.builder(flink));
        world.askByGeneration();
        world.await("the savepoint", () -> world.generation() == 1 && world.isIdle());
        world.awaitLooks(3);
        assertThat(flink.struck()).isEqualTo(1);
        if (FlinkHabits.ofVersion(world.rest.version()).clientTriggerIds()) {
            assertRecordedAlone(world, 1, Set.of());
            return PASSED;
        }
        world.assertRecorded(world.job().savepointLocation().orElseThrow(), 1);
        world.await("both savepoints", () -> world.onDisk().size() == 2);
        return "two taken, one recorded";
    }

    /** {@return the one savepoint that is on disk beside earlier ones} */
    private static Path assertRecordedAlone(FlinkWorld world, long generation, Set<Path> earlier) throws Exception {
        String location = world.job().savepointLocation().orElseThrow();
        world.assertRecorded(location, generation);
        Path savepoint = world.newOnDisk(earlier);
        assertThat(FlinkWorld.path(location)).isEqualTo(savepoint);
        return savepoint;
    }

    private static void aSavepointIsDisposedOf(FlinkWorld world) throws Exception {
        SavepointManager manager = world.startJob(world.spec());
        Taken earlier = world.take(manager);
        Taken recorded = world.take(manager);
        Set<Path> all = Set.copyOf(world.onDisk().keySet());

        assertThat(dispose(world, earlier)).isEqualTo(new DisposalObservation.Done());
        assertThat(FlinkWorld.path(earlier.location())).doesNotExist();
        assertThat(world.onDisk()).hasSize(all.size() - 1).containsEntry(FlinkWorld.path(recorded.location()), true);
        assertThat(dispose(world, earlier)).isInstanceOf(DisposalObservation.Missing.class);
    }

    private static DisposalObservation dispose(FlinkWorld world, Taken savepoint) throws Exception {
        return world.transport.disposeSavepoint(savepoint.location()).get(60, TimeUnit.SECONDS);
    }
}
