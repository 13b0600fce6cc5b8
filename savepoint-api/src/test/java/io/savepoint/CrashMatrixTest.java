package io.savepoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobState;
import io.savepoint.model.SavepointResult;
import io.savepoint.testing.Faults;
import io.savepoint.testing.Faults.Fault;
import io.savepoint.testing.FlinkLedger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
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
        START(
                "launch",
                world -> world.store.put(World.ORDERS, World.spec().build()),
                CrashMatrixTest::startedOnce,
                false),
        PERIOD(
                "triggerSavepoint",
                world -> world.edit(spec -> spec.autoSavepointSeconds(3600)),
                CrashMatrixTest::oneSavepoint,
                true) {
            @Override
            void letItComeDue(World world) {
                world.advance(Duration.ofHours(1).minusSeconds(20));
            }
        },
        GENERATION(
                "triggerSavepoint",
                world -> world.edit(spec -> spec.savepointGeneration(1)),
                CrashMatrixTest::oneSavepoint,
                true),
        ANNOTATION(
                "triggerSavepoint",
                world -> world.annotate(ControlRequest.SAVEPOINT),
                world -> {
                    oneSavepoint(world);
                    controlSucceeded(world);
                },
                true),
        JOB_CANCEL(
                "stopWithSavepoint",
                world -> world.annotate(ControlRequest.JOB_CANCEL),
                world -> {
                    stoppedOnce(world);
                    controlSucceeded(world);
                },
                true),
        CANCEL_REQUESTED(
                "stopWithSavepoint",
                world -> world.edit(spec -> spec.cancelRequested(true)),
                CrashMatrixTest::stoppedOnce,
                true),
        PLAIN_CANCEL(
                "cancelJob",
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
                "launch",
                world -> {
                    saveOnce(world);
                    world.cluster.failJob(world.jobId());
                },
                world -> {
                    secondRun(world);
                    assertThat(world.job().restartCount()).isEqualTo(1);
                },
                true),
        DIRECT_SAVEPOINT("triggerSavepoint", world -> {}, CrashMatrixTest::oneSavepoint, true) {
            @Override
            Optional<CompletableFuture<?>> call(World world, SavepointManager manager) {
                return Optional.of(manager.takeSavepoint(World.ORDERS));
            }
        },
        DIRECT_STOP("stopWithSavepoint", world -> {}, CrashMatrixTest::stoppedOnce, true) {
            @Override
            Optional<CompletableFuture<?>> call(World world, SavepointManager manager) {
                return Optional.of(manager.stopWithSavepoint(World.ORDERS));
            }
        },
        DIRECT_RESTORE(
                "launch",
                CrashMatrixTest::saveOnce,
                world -> {
                    secondRun(world);
                    assertThat(world.flink.ledger().runs().get(0).endState()).contains(FlinkJobState.CANCELED);
                    assertThat(world.job().restartCount()).isZero();
                },
                true) {
            @Override
            Optional<CompletableFuture<?>> call(World world, SavepointManager manager) {
                return Optional.of(manager.restoreFrom(
                        World.ORDERS, world.job().savepointLocation().orElseThrow()));
            }
        };

        private final String act;
        private final Consumer<World> ask;
        private final Consumer<World> check;
        private final boolean jobRuns;

        Request(String act, Consumer<World> ask, Consumer<World> check, boolean jobRuns) {
            this.act = act;
            this.ask = ask;
            this.check = check;
            this.jobRuns = jobRuns;
        }

        void letItComeDue(World world) {}

        /** Asks by a direct call, which dies with the process if it was not begun. */
        Optional<CompletableFuture<?>> call(World world, SavepointManager manager) {
            return Optional.empty();
        }
    }

    private static void saveOnce(World world) {
        SavepointManager manager = world.manager();
        CompletableFuture<SavepointResult> saved = manager.takeSavepoint(World.ORDERS);
        world.await("a savepoint", saved::isDone);
        world.await("an idle cluster", world::isIdle);
        manager.close();
    }

    private static void secondRun(World world) {
        assertThat(world.jobState()).isEqualTo(JobState.RUNNING);
        List<FlinkLedger.Run> runs = world.flink.ledger().runs();
        assertThat(runs).hasSize(2);
        assertThat(runs.get(1).restoredFrom())
                .isPresent()
                .isEqualTo(world.job().savepointLocation())
                .isEqualTo(world.job().fromSavepoint());
    }

    private static void stoppedOnce(World world) {
        oneSavepoint(world);
        assertThat(world.jobState()).isEqualTo(JobState.CANCELLED);
        assertThat(world.ourAttempts().get(0).stop()).isTrue();
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

    /** What has been asked of Flink for a savepoint, a stop, a cancel or a run. */
    private static int requests(World world) {
        return Stream.of("triggerSavepoint", "stopWithSavepoint", "cancelJob", "launch")
                .mapToInt(world.flink.ledger()::requests)
                .sum();
    }

    /** Serves a request by a process with a fate, and then by healthy ones, and checks what came of it. */
    private static List<String> serve(Request request, Faults process) {
        try (World world = request.jobRuns ? World.withRunningJob(spec -> spec) : new World()) {
            world.cluster.savepointDuration(Duration.ofMillis(700));
            request.ask.accept(world);
            request.letItComeDue(world);
            int requestsBefore = requests(world);
            SavepointManager manager = world.manager(process, builder -> {});
            manager.start();
            Optional<CompletableFuture<?>> call = request.call(world, manager);
            world.advance(Duration.ofSeconds(40));
            boolean begun = requests(world) > requestsBefore || !world.isIdle();
            if (process.crashed()) {
                world.start();
            }
            world.advance(SETTLING);
            assertThat(world.isIdle()).as("nothing is in flight any more").isTrue();
            if (call.isPresent() && process.crashed() && !begun) {
                assertThat(requests(world))
                        .as("a call that died with its process")
                        .isEqualTo(requestsBefore);
                return process.interactions();
            }
            request.check.accept(world);
            if (!process.crashed()) {
                call.ifPresent(result -> assertThat(result).isCompleted());
            }
            return process.interactions();
        }
    }

    @ParameterizedTest
    @EnumSource
    void i3ExactlyOnceWhereverTheProcessDiesOrLosesAnAnswer(Request request) {
        List<String> interactions = serve(request, Faults.none());
        // The steady state that follows repeats itself.
        List<String> tried = interactions.subList(0, Math.min(interactions.size(), 60));
        assertThat(tried).as("interactions that are tried").contains("load", "compareAndSet", request.act);
        for (int number = 1; number <= tried.size(); number++) {
            for (Fault fault : Fault.values()) {
                try {
                    Faults process = Faults.at(number, fault);
                    assertThat(serve(request, process)).as("the fault came").hasSizeGreaterThanOrEqualTo(number);
                } catch (AssertionError | RuntimeException broken) {
                    throw new AssertionError(
                            fault + " at interaction " + number + " of " + tried.subList(0, number), broken);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"PERIOD", "PLAIN_CANCEL"})
    void twoManagersOnOneClusterAreHarmless(Request request) {
        try (World world = request.jobRuns ? World.withRunningJob(spec -> spec) : new World()) {
            world.cluster.savepointDuration(Duration.ofMillis(700));
            request.ask.accept(world);
            SavepointManager manager = world.start();
            world.start();
            request.call(world, manager);
            world.advance(SETTLING);
            request.check.accept(world);
            world.assertAtRest();
        }
    }
}
