package io.savepoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.JobState;
import io.savepoint.model.SavepointOptions;
import io.savepoint.model.SavepointResult;
import io.savepoint.testing.Faults;
import io.savepoint.testing.Faults.Fault;
import io.savepoint.testing.FlinkLedger;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * I3 exactly-once: whatever request, and wherever the process that serves it dies or loses an answer, one savepoint is
 * taken for it, one is recorded, and the job runs once.
 */
class CrashMatrixTest {
    private static final Duration SETTLING = Duration.ofMinutes(3);

    /** A request, and what the world must look like when it was served. */
    enum Request {
        START(world -> world.store.put(World.ORDERS, World.spec().build()), CrashMatrixTest::startedOnce, false),
        PERIOD(world -> world.edit(spec -> spec.autoSavepointSeconds(3600)), CrashMatrixTest::oneSavepoint, true) {
            @Override
            void letItComeDue(World world) {
                world.advance(Duration.ofHours(1).minusSeconds(20));
            }
        },
        GENERATION(world -> world.edit(spec -> spec.savepointGeneration(1)), CrashMatrixTest::oneSavepoint, true),
        ANNOTATION(
                world -> world.annotate(ControlRequest.SAVEPOINT),
                world -> {
                    oneSavepoint(world);
                    controlSucceeded(world);
                },
                true),
        JOB_CANCEL(
                world -> world.annotate(ControlRequest.JOB_CANCEL),
                world -> {
                    oneSavepoint(world);
                    controlSucceeded(world);
                    assertThat(world.jobState()).isEqualTo(JobState.CANCELLED);
                    assertThat(world.ourAttempts().get(0).stop()).isTrue();
                },
                true),
        PLAIN_CANCEL(
                world -> {
                    world.edit(spec -> spec.savepointsDir(Optional.empty()));
                    world.annotate(ControlRequest.JOB_CANCEL);
                },
                world -> {
                    controlSucceeded(world);
                    assertThat(world.ourAttempts()).isEmpty();
                    assertThat(world.jobState()).isEqualTo(JobState.CANCELLED);
                },
                true),
        RESTART(
                world -> {
                    SavepointManager manager = world.manager();
                    CompletableFuture<SavepointResult> saved = manager.takeSavepoint(World.ORDERS);
                    world.await("a savepoint", saved::isDone);
                    world.await("an idle cluster", world::isIdle);
                    manager.close();
                    world.cluster.failJob(world.jobId());
                },
                world -> {
                    assertThat(world.jobState()).isEqualTo(JobState.RUNNING);
                    assertThat(world.job().restartCount()).isEqualTo(1);
                    List<FlinkLedger.Run> runs = world.flink.ledger().runs();
                    assertThat(runs).hasSize(2);
                    assertThat(runs.get(1).restoredFrom())
                            .isEqualTo(world.job().savepointLocation())
                            .isEqualTo(world.job().fromSavepoint());
                },
                true);

        private final Consumer<World> ask;
        private final Consumer<World> check;
        private final boolean jobRuns;

        Request(Consumer<World> ask, Consumer<World> check, boolean jobRuns) {
            this.ask = ask;
            this.check = check;
            this.jobRuns = jobRuns;
        }

        void letItComeDue(World world) {}
    }

    private static void oneSavepoint(World world) {
        assertThat(world.ourAttempts()).as("savepoints begun").hasSize(1);
        assertThat(world.ourSavepoints()).as("savepoints taken").hasSize(1);
        FlinkLedger.Savepoint taken = world.ourSavepoints().get(0);
        assertThat(world.generation()).as("recorded generation").isEqualTo(1);
        assertThat(world.job().savepointLocation()).isEqualTo(taken.location());
        assertThat(world.job().lastSavepointTriggerId()).contains(taken.trigger());
    }

    private static void controlSucceeded(World world) {
        assertThat(world.controlState()).contains(ControlState.SUCCEEDED);
        assertThat(world.state().control()).as("the annotation").isEmpty();
    }

    private static void startedOnce(World world) {
        assertThat(world.jobState()).isEqualTo(JobState.RUNNING);
        assertThat(world.flink.ledger().runs()).hasSize(1);
    }

    /** Serves a request by a process with a fate, and then by healthy ones, and checks what came of it. */
    private static List<String> serve(Request request, Faults process) {
        try (World world = request.jobRuns ? World.withRunningJob(spec -> spec) : new World()) {
            world.cluster.savepointDuration(Duration.ofMillis(700));
            request.ask.accept(world);
            request.letItComeDue(world);
            world.manager(process, builder -> {}).start();
            world.advance(Duration.ofSeconds(40));
            if (process.crashed()) {
                world.start();
            }
            world.advance(SETTLING);
            assertThat(world.isIdle()).as("nothing is in flight any more").isTrue();
            request.check.accept(world);
            return process.interactions();
        }
    }

    @ParameterizedTest
    @EnumSource
    void i3ExactlyOnceWhereverTheProcessDiesOrLosesAnAnswer(Request request) {
        List<String> interactions = serve(request, Faults.none());
        Map<Fault, Integer> tried = new EnumMap<>(Fault.class);
        // The steady state that follows repeats itself.
        int steps = Math.min(interactions.size(), 60);
        for (int number = 1; number <= steps; number++) {
            for (Fault fault : Fault.values()) {
                try {
                    serve(request, Faults.at(number, fault));
                } catch (AssertionError | RuntimeException broken) {
                    throw new AssertionError(
                            fault + " at interaction " + number + " of " + interactions.subList(0, number), broken);
                }
                tried.merge(fault, 1, Integer::sum);
            }
        }
        assertThat(interactions).as("interactions of the whole run").contains("compareAndSet", "load", "observeJob");
        assertThat(tried.values()).allMatch(count -> count == steps);
    }

    @ParameterizedTest
    @EnumSource(names = {"GENERATION", "ANNOTATION", "JOB_CANCEL", "RESTART", "START"})
    void twoManagersOnOneClusterAreHarmless(Request request) {
        try (World world = request.jobRuns ? World.withRunningJob(spec -> spec) : new World()) {
            world.cluster.savepointDuration(Duration.ofMillis(700));
            request.ask.accept(world);
            world.start();
            world.start();
            world.advance(SETTLING);
            request.check.accept(world);
            world.assertAtRest();
        }
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void aDirectCallIsServedOnceWhateverHappens(Fault fault) {
        for (int number = 1; number <= 30; number++) {
            Faults process = Faults.at(number, fault);
            try (World world = World.withRunningJob(spec -> spec)) {
                world.cluster.savepointDuration(Duration.ofMillis(700));
                CompletableFuture<SavepointResult> result =
                        world.manager(process, builder -> {}).takeSavepoint(World.ORDERS, SavepointOptions.defaults());
                world.advance(Duration.ofSeconds(40));
                if (process.crashed()) {
                    world.start();
                    world.advance(SETTLING);
                    assertThat(world.generation())
                            .as("generation after %s at %d", fault, number)
                            .isEqualTo(world.ourSavepoints().size())
                            .isLessThanOrEqualTo(1);
                } else {
                    world.await("the result", result::isDone);
                    assertThat(result.join().generation()).isEqualTo(1);
                    oneSavepoint(world);
                }
            }
        }
    }
}
