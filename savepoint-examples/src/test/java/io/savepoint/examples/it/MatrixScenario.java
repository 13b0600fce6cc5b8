package io.savepoint.examples.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.SavepointManager;
import io.savepoint.examples.it.FlinkWorld.Taken;
import java.nio.file.Path;
import java.util.Set;

/** What is to hold on every version of Flink. Most of it is what other tests check on two versions in more detail. */
enum MatrixScenario {
    START("start", world -> manager(world).a_job_starts_with_nothing()),
    SAVEPOINT("savepoint", world -> manager(world).a_direct_call_is_one_savepoint()),
    GENERATION("generation", world -> manager(world).a_generation_is_one_savepoint()),
    ANNOTATION("annotation", world -> manager(world).an_annotation_is_one_savepoint_and_goes_away()),
    PERIOD("period", world -> manager(world).a_period_goes_on_by_itself_until_it_is_taken_away()),
    STOP("stop", world -> manager(world).a_stop_saves_the_state_and_ends_the_job()),
    RESTORE(
            "failure and restore",
            world -> manager(world)
                    .a_savepoint_that_others_take_changes_nothing_and_a_failed_job_restarts_from_the_recorded_one()),
    JOB_MANAGER_KILLED("JobManager killed", world -> {
        DyingFlinkIT dying = new DyingFlinkIT();
        dying.beginIn(world);
        dying.a_killed_JobManager_fails_the_savepoint_and_the_lost_job_restarts_and_serves_what_waited();
    }),
    DISPOSAL("disposal", MatrixScenario::aSavepointIsDisposedOf);

    private static final String PASSED = "passed";

    private final String title;
    private final Scenario scenario;

    private interface Scenario {
        void play(FlinkWorld world) throws Exception;
    }

    MatrixScenario(String title, Scenario scenario) {
        this.title = title;
        this.scenario = scenario;
    }

    String title() {
        return title;
    }

    /** {@return what to say of it where it holds; throws where it doesn't} */
    String play(FlinkWorld world) throws Exception {
        scenario.play(world);
        return PASSED;
    }

    private static ManagerOnFlinkIT manager(FlinkWorld world) {
        ManagerOnFlinkIT tests = new ManagerOnFlinkIT();
        tests.world = world;
        return tests;
    }

    private static void aSavepointIsDisposedOf(FlinkWorld world) throws Exception {
        SavepointManager manager = world.startJob(world.spec());
        Taken earlier = world.take(manager);
        Taken recorded = world.take(manager);
        Set<Path> others = Set.copyOf(world.onDisk().keySet());

        assertThat(world.rest.dispose(earlier.location())).isNull();
        assertThat(FlinkWorld.path(earlier.location())).doesNotExist();
        assertThat(world.onDisk()).hasSize(others.size() - 1);
        assertThat(world.rest.dispose(earlier.location())).contains("Cannot find checkpoint or savepoint");

        String first = world.jobId();
        world.control.failNow();
        world.awaitRestartAfter(first);
        world.assertRestoredFrom(recorded);
    }
}
