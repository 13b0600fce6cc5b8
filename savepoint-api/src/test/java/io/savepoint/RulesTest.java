package io.savepoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.RestartPolicy;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointResult;
import io.savepoint.model.SavepointState;
import io.savepoint.model.TriggerReason;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.testing.Faults;
import io.savepoint.testing.FlinkLedger;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The rules of the {@code FlinkCluster} contract, one by one, on the fake Flink. */
class RulesTest {
    private static final String OTHER = "file:/elsewhere/savepoint-1";

    @Test
    void aJobStartsFreshAndSaysSo() {
        try (World world = World.withRunningJob(spec -> spec)) {
            assertThat(world.job().name()).isEqualTo("orders-job");
            assertThat(world.job().fromSavepoint()).isEmpty();
            assertThat(world.job().restartCount()).isZero();
            assertThat(world.count(SavepointEvent.Type.JOB_STARTED)).isEqualTo(1);
            assertThat(world.count(SavepointEvent.Type.JOB_RUNNING)).isEqualTo(1);
        }
    }

    @Test
    void aJobStartsFromTheSavepointItNames() {
        try (World world = new World()) {
            world.flink.addSavepoint(OTHER);
            world.store.put(World.ORDERS, World.spec().fromSavepoint(OTHER).build());
            world.start();
            world.await("the job to run", () -> world.jobState() == JobState.RUNNING);
            assertThat(world.job().fromSavepoint()).contains(OTHER);
            assertThat(world.flink.ledger().runs().get(0).restoredFrom()).contains(OTHER);
        }
    }

    @Test
    void aStartThatFlinkRefusesFailsWithItsReasonAndIsTriedAgainWhenTheSpecIsMended() {
        try (World world = new World()) {
            world.flink.addSavepoint(OTHER);
            world.flink.addUnclaimedState(OTHER);
            world.store.put(World.ORDERS, World.spec().fromSavepoint(OTHER).build());
            world.start();
            world.await("the refusal", () -> world.jobState() == JobState.FAILED);
            assertThat(world.status().bookkeeping().failureReason().orElseThrow())
                    .contains(OTHER)
                    .contains("Cannot map checkpoint/savepoint state for operator");
            assertThat(world.job().fromSavepoint())
                    .as("what it really started from")
                    .isEmpty();
            world.await(
                    "the explanation",
                    () -> world.status().bookkeeping().message().isPresent());
            world.assertAtRest();
            world.edit(spec -> spec.allowNonRestoredState(true));
            world.await("the job to run", () -> world.jobState() == JobState.RUNNING);
            assertThat(world.job().fromSavepoint()).contains(OTHER);
            assertThat(world.flink.ledger().runs()).hasSize(1);
        }
    }

    @Test
    void periodicSavepointsDoNotDriftByTheirOwnDuration() {
        try (World world = World.withRunningJob(spec -> spec.autoSavepointSeconds(60))) {
            world.cluster.savepointDuration(Duration.ofSeconds(20));
            world.start();
            world.await("five", () -> world.generation() == 5);
            List<Instant> begun = world.ourSavepoints().stream()
                    .map(FlinkLedger.Savepoint::begun)
                    .toList();
            for (int i = 1; i < begun.size(); i++) {
                assertThat(begun.get(i)).isCloseTo(begun.get(i - 1).plusSeconds(60), within(50, ChronoUnit.MILLIS));
            }
            assertThat(world.status().savepoint().orElseThrow().triggerReason()).isEqualTo(TriggerReason.SCHEDULED);
        }
    }

    @Test
    void aPeriodShorterThanTheSavepointDoesNotOverlap() {
        try (World world = World.withRunningJob(spec -> spec.autoSavepointSeconds(1))) {
            world.cluster.savepointDuration(Duration.ofSeconds(5));
            world.start();
            world.advance(Duration.ofSeconds(60));
            assertThat(world.generation()).isBetween(10L, 12L);
        }
    }

    @Test
    void aPeriodSurvivesTheManager() {
        try (World world = World.withRunningJob(spec -> spec.autoSavepointSeconds(100))) {
            for (int life = 0; life < 9; life++) {
                SavepointManager manager = world.start();
                world.advance(Duration.ofSeconds(11));
                manager.close();
            }
            assertThat(world.ourAttempts()).isEmpty();
            world.start();
            world.advance(Duration.ofSeconds(3));
            assertThat(world.ourAttempts()).hasSize(1);
        }
    }

    @Test
    void aPeriodicFailureIsRetriedAfterTenSeconds() {
        try (World world = World.withRunningJob(spec -> spec.autoSavepointSeconds(60))) {
            world.start();
            world.cluster.failNextSavepoint("disk full");
            world.await("the failure", () -> world.count(SavepointEvent.Type.SAVEPOINT_FAILED) == 1);
            Instant failed = world.time.now();
            assertThat(world.status().savepoint().orElseThrow().message().orElseThrow())
                    .contains("disk full");
            world.await("the retry", () -> world.generation() == 1);
            assertThat(Duration.between(failed, world.ourSavepoints().get(0).begun()))
                    .isCloseTo(Duration.ofSeconds(10), Duration.ofMillis(100));
        }
    }

    @Test
    void aSavepointInFlightDoesNotAbsorbAGenerationRequest() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.savepointDuration(Duration.ofSeconds(30));
            world.start();
            world.annotate(ControlRequest.SAVEPOINT);
            world.await("one in flight", () -> !world.ourAttempts().isEmpty());
            world.edit(spec -> spec.savepointGeneration(1));
            Instant edited = world.time.now();
            world.await("both", () -> world.generation() == 2);
            assertThat(world.ourSavepoints().get(1).begun()).isAfterOrEqualTo(edited);
            world.assertAtRest();
            assertThat(world.generation()).isEqualTo(2);
        }
    }

    @Test
    void theFailureOfAnEarlierGenerationDoesNotCountAgainstALaterOne() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.savepointDuration(Duration.ofSeconds(30));
            world.cluster.failNextSavepoint("disk full");
            world.start();
            world.edit(spec -> spec.savepointGeneration(5));
            world.await("one in flight", () -> !world.ourAttempts().isEmpty());
            world.edit(spec -> spec.savepointGeneration(7));
            world.await("the failure", () -> world.count(SavepointEvent.Type.SAVEPOINT_FAILED) == 1);
            Instant failed = world.time.now();
            world.await("the next", () -> world.ourAttempts().size() == 2);
            assertThat(Duration.between(failed, world.time.now())).isLessThan(Duration.ofSeconds(2));
            world.await("its end", () -> world.generation() == 1);
            world.assertAtRest();
        }
    }

    @Test
    void aRefusalIsToldAfterTheResultOfWhatIsInFlight() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.savepointDuration(Duration.ofSeconds(30));
            CompletableFuture<SavepointResult> taken = world.start().takeSavepoint(World.ORDERS);
            world.await("one in flight", () -> !world.ourAttempts().isEmpty());
            world.edit(spec -> spec.savepointsDir(Optional.empty()).savepointGeneration(5));
            world.await("its end", taken::isDone);
            world.assertAtRest();
            assertThat(world.generation()).isEqualTo(1);
            assertThat(world.status().savepoint().orElseThrow().message().orElseThrow())
                    .contains("savepointGeneration 5 needs savepointsDir");
        }
    }

    private static void awaitExplanation(World world, String text) {
        world.await(
                "an explanation",
                () -> world.status()
                        .bookkeeping()
                        .message()
                        .filter(message -> message.contains(text))
                        .isPresent());
    }

    private static void assertSavepointAfterMending(World world, Consumer<JobSpec.Builder> mend) {
        long wanted = world.generation() + 1;
        world.edit(spec -> mend.accept(spec.savepointGeneration(wanted)));
        world.await("the savepoint", () -> world.generation() == wanted);
        assertThat(world.messagesOf(SavepointEvent.Type.REQUEST_REFUSED)).doesNotContain("savepointGeneration");
    }

    @Test
    void anEditThatMendsTheRestartPolicyMayAskForASavepointToo() {
        try (World world =
                World.withRunningJob(spec -> spec.savepointGeneration(1).restartPolicy(RestartPolicy.NEVER))) {
            world.start();
            world.await("a savepoint", () -> world.generation() == 1);
            world.cluster.failJob(world.jobId());
            awaitExplanation(world, "restartPolicy is Never");
            assertSavepointAfterMending(world, spec -> spec.restartPolicy(RestartPolicy.FROM_SAVEPOINT_ON_FAILURE));
        }
    }

    @Test
    void aSavepointMayBeAskedForWhileARestartIsDelayed() {
        try (World world = World.withRunningJob(spec -> spec.savepointGeneration(1))) {
            world.start();
            world.await("a savepoint", () -> world.generation() == 1);
            world.cluster.failJob(world.jobId());
            world.await("the restart", () -> world.job().restartCount() == 1 && world.jobState() == JobState.RUNNING);
            world.edit(spec -> spec.restartPolicy(RestartPolicy.NEVER));
            world.cluster.failJob(world.jobId());
            awaitExplanation(world, "restartPolicy is Never");
            assertSavepointAfterMending(world, spec -> spec.restartPolicy(RestartPolicy.FROM_SAVEPOINT_ON_FAILURE));
        }
    }

    @Test
    void anEditThatMendsTheFirstStartMayAskForASavepointToo() {
        try (World world = new World()) {
            world.store.put(World.ORDERS, World.spec().fromSavepoint(OTHER).build());
            world.start();
            awaitExplanation(world, "no savepoint is recorded");
            assertSavepointAfterMending(world, spec -> spec.fromSavepoint(Optional.empty()));
        }
    }

    @Test
    void aGenerationThatIsLoweredAsksForNothing() {
        try (World world = World.withRunningJob(spec -> spec.savepointGeneration(1))) {
            world.start();
            world.await("one", () -> world.generation() == 1);
            world.edit(spec -> spec.savepointGeneration(0));
            world.advance(Duration.ofMinutes(5));
            world.edit(spec -> spec.savepointGeneration(1));
            world.advance(Duration.ofMinutes(5));
            assertThat(world.generation()).isEqualTo(1);
        }
    }

    @Test
    void aGenerationRequestNeedsADirectory() {
        try (World world = World.withRunningJob(spec -> spec.savepointsDir(Optional.empty()))) {
            world.start();
            world.edit(spec -> spec.savepointGeneration(1));
            world.await("a refusal", () -> world.status().savepoint().isPresent());
            assertThat(world.status().savepoint().orElseThrow().state()).isEqualTo(SavepointState.TRIGGER_FAILED);
            assertThat(world.messagesOf(SavepointEvent.Type.REQUEST_REFUSED)).contains("needs savepointsDir");
            world.assertAtRest();
        }
    }

    @Test
    void anAnnotationSetAgainIsANewRequest() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.start();
            for (long number = 1; number <= 3; number++) {
                long expected = number;
                world.annotate(ControlRequest.SAVEPOINT);
                world.await(
                        "savepoint " + number,
                        () -> world.generation() == expected
                                && world.controlState().equals(Optional.of(ControlState.SUCCEEDED)));
                assertThat(world.status().control().orElseThrow().savepointTriggerId())
                        .isEqualTo(world.job().lastSavepointTriggerId());
                assertThat(world.status().control().orElseThrow().jobId())
                        .isEqualTo(world.job().id());
            }
            assertThat(world.count(SavepointEvent.Type.CONTROL_REQUESTED)).isEqualTo(3);
            assertThat(world.count(SavepointEvent.Type.CONTROL_SUCCEEDED)).isEqualTo(3);
        }
    }

    @Test
    void anAnnotationOfAnyLengthIsRefusedInFewWords() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.start();
            world.annotate("x".repeat(100_000));
            world.await("the refusal", () -> world.controlState().equals(Optional.of(ControlState.FAILED)));
            assertThat(world.status().control().orElseThrow().toString()).hasSizeLessThan(2000);
            world.await("its removal", () -> world.state().control().isEmpty());
        }
    }

    @Test
    void anAnnotationIsAcceptedAtOnceAndServedAfterTheSavepointInFlight() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.savepointDuration(Duration.ofMinutes(3));
            world.edit(spec -> spec.savepointGeneration(1));
            world.start();
            world.await("one in flight", () -> !world.ourAttempts().isEmpty());
            world.annotate(ControlRequest.SAVEPOINT);
            world.advance(Duration.ofSeconds(1));
            assertThat(world.controlState()).contains(ControlState.REQUESTED);
            assertThat(world.state().control()).isEmpty();
            world.await("both", () -> world.generation() == 2);
            assertThat(world.controlState()).contains(ControlState.SUCCEEDED);
        }
    }

    @Test
    void jobCancelWaitsForTheSavepointInFlight() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.savepointDuration(Duration.ofSeconds(20));
            world.edit(spec -> spec.savepointGeneration(1));
            world.start();
            world.await("one in flight", () -> !world.ourAttempts().isEmpty());
            world.annotate(ControlRequest.JOB_CANCEL);
            world.await("the end", () -> world.jobState() == JobState.CANCELLED);
            assertThat(world.generation()).isEqualTo(2);
            assertThat(world.ourSavepoints().get(1).stop()).isTrue();
            world.assertAtRest();
        }
    }

    @Test
    void aStopWhoseSavepointFailsLeavesTheJobRunning() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.start();
            world.cluster.failNextSavepoint("disk full");
            world.annotate(ControlRequest.JOB_CANCEL);
            world.await("the failure", () -> world.controlState().equals(Optional.of(ControlState.FAILED)));
            world.advance(Duration.ofMinutes(1));
            assertThat(world.jobState()).isEqualTo(JobState.RUNNING);
            assertThat(world.status().control().orElseThrow().message().orElseThrow())
                    .contains("disk full", "the job goes on: annotate again");
        }
    }

    @Test
    void cancelRequestedStopsTheJobAndKeepsItStopped() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.start();
            world.cluster.failNextSavepoint("disk full");
            world.edit(spec -> spec.cancelRequested(true));
            world.await("the end", () -> world.jobState() == JobState.CANCELLED);
            assertThat(world.ourAttempts()).as("the first failed").hasSize(2);
            world.assertAtRest();
            assertThat(world.flink.ledger().runs()).hasSize(1);
        }
    }

    @Test
    void aGenerationRequestOfAJobWhoseTasksDoNotRunIsReportedInTheEnd() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.tasksRunning(world.jobId(), false);
            world.start();
            world.edit(spec -> spec.savepointGeneration(1));
            world.advance(Duration.ofSeconds(59));
            assertThat(world.ourAttempts()).isEmpty();
            world.await(
                    "the end",
                    () -> world.status()
                            .savepoint()
                            .flatMap(savepoint -> savepoint.message())
                            .filter(message -> message.contains("given up after 5 attempts"))
                            .isPresent());
            assertThat(world.status().savepoint().orElseThrow().message().orElseThrow())
                    .contains("Not all required tasks are currently running");
            world.assertAtRest();
        }
    }

    @Test
    void cancelRequestedOfAJobWhoseTasksDoNotRunIsReportedWithWhatToDo() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.failAndRestartJob(world.jobId(), Duration.ofDays(1));
            world.start();
            world.edit(spec -> spec.cancelRequested(true));
            world.advance(Duration.ofSeconds(59));
            assertThat(world.messagesOf(SavepointEvent.Type.SAVEPOINT_REQUESTED))
                    .contains("cancelRequested asks for a stop with savepoint");
            world.await("a failure", () -> world.count(SavepointEvent.Type.SAVEPOINT_FAILED) == 1);
            assertThat(world.status().savepoint().orElseThrow().message().orElseThrow())
                    .contains(
                            "Not all required tasks are currently running",
                            "without savepointsDir the job is cancelled");
            world.edit(spec -> spec.savepointsDir(Optional.empty()));
            world.await("the end", () -> world.jobState() == JobState.CANCELLED);
        }
    }

    @Test
    void cancelRequestedThatIsTakenBackBeginsToWaitAnewTheNextTime() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.tasksRunning(world.jobId(), false);
            world.start();
            world.edit(spec -> spec.cancelRequested(true));
            world.advance(Duration.ofSeconds(50));
            world.edit(spec -> spec.cancelRequested(false));
            world.advance(Duration.ofMinutes(5));
            assertThat(world.messagesOf(SavepointEvent.Type.REQUEST_REFUSED)).contains("taken back");
            world.edit(spec -> spec.cancelRequested(true));
            world.advance(Duration.ofSeconds(59));
            assertThat(world.ourAttempts()).isEmpty();
            world.cluster.tasksRunning(world.jobId(), true);
            world.await("the end", () -> world.jobState() == JobState.CANCELLED);
            assertThat(world.generation()).isEqualTo(1);
        }
    }

    @Test
    void aPeriodicSavepointThatIsHeldUpDoesNotAskFlinkEverySecondForEver() {
        try (World world = World.withRunningJob(spec -> spec.autoSavepointSeconds(60))) {
            world.cluster.tasksRunning(world.jobId(), false);
            Faults process = Faults.none();
            world.manager(process, builder -> {}).start();
            world.advance(Duration.ofMinutes(3));
            int before = process.interactions().size();
            world.advance(Duration.ofMinutes(10));
            long looks = process.interactions().stream()
                    .skip(before)
                    .filter("observeJob"::equals)
                    .count();
            assertThat(looks).as("one in 5 s").isLessThan(125);
            world.cluster.tasksRunning(world.jobId(), true);
            world.await("the savepoint", () -> world.generation() == 1);
        }
    }

    /** Starts a manager whose requests of one kind are refused. */
    private static Faults startRefused(World world, String request) {
        Faults process = Faults.none();
        FlinkTransport refusing = (FlinkTransport) Proxy.newProxyInstance(
                RulesTest.class.getClassLoader(),
                new Class<?>[] {FlinkTransport.class},
                (proxy, method, arguments) -> method.getName().equals(request)
                        ? CompletableFuture.failedFuture(new FlinkRefusedException("403 by a proxy"))
                        : method.invoke(world.flink, arguments));
        world.manager(process, builder -> builder.flink(process.transport(refusing)))
                .start();
        return process;
    }

    @Test
    void aPeriodicSavepointThatIsRefusedAtOnceIsRetriedAfterTenSeconds() {
        try (World world = World.withRunningJob(spec -> spec.autoSavepointSeconds(60))) {
            Faults process = startRefused(world, "triggerSavepoint");
            world.advance(Duration.ofSeconds(75));
            assertThat(process.interactions().stream()
                            .filter("triggerSavepoint"::equals)
                            .count())
                    .isEqualTo(2);
        }
    }

    @Test
    void aCancelThatIsRefusedIsTriedAgainWithABackOff() {
        try (World world = World.withRunningJob(spec -> spec.savepointsDir(Optional.empty()))) {
            Faults process = startRefused(world, "cancelJob");
            world.edit(spec -> spec.cancelRequested(true));
            world.advance(Duration.ofMinutes(5));
            assertThat(process.interactions().stream()
                            .filter("cancelJob"::equals)
                            .count())
                    .as("after 0, 10, 30, 70, 150 s")
                    .isEqualTo(5);
        }
    }

    @Test
    void aJobThatFailsWithNothingRecordedStaysFailedAndSaysWhy() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.start();
            world.cluster.failJob(world.jobId());
            world.await(
                    "the explanation",
                    () -> world.status().bookkeeping().message().isPresent());
            assertThat(world.jobState()).isEqualTo(JobState.FAILED);
            assertThat(world.status().bookkeeping().message())
                    .contains("the job stays Failed: no savepoint is recorded to restart it from");
            world.assertAtRest();
            assertThat(world.flink.ledger().runs()).hasSize(1);
        }
    }

    @Test
    void neverAndAnOldSavepointKeepAJobFailed() {
        try (World world =
                World.withRunningJob(spec -> spec.savepointGeneration(1).restartPolicy(RestartPolicy.NEVER))) {
            world.start();
            world.await("a savepoint", () -> world.generation() == 1);
            world.advance(Duration.ofMinutes(10));
            world.cluster.failJob(world.jobId());
            world.await(
                    "Never",
                    () -> world.status()
                            .bookkeeping()
                            .message()
                            .filter(text -> text.contains("Never"))
                            .isPresent());
            world.edit(spec ->
                    spec.restartPolicy(RestartPolicy.FROM_SAVEPOINT_ON_FAILURE).maxStateAgeToRestoreSeconds(300));
            world.await(
                    "too old",
                    () -> world.status()
                            .bookkeeping()
                            .message()
                            .filter(text -> text.contains("maxStateAge"))
                            .isPresent());
            assertThat(world.jobState()).isEqualTo(JobState.FAILED);
            world.edit(spec -> spec.maxStateAgeToRestoreSeconds(OptionalLong.empty()));
            world.await("the restart", () -> world.jobState() == JobState.RUNNING);
            assertThat(world.job().restartCount()).isEqualTo(1);
        }
    }

    @Test
    void aJobThatKeepsFailingIsRestartedEverMoreSlowlyAndThenLeft() {
        try (World world = World.withRunningJob(spec -> spec.savepointGeneration(1))) {
            world.start();
            world.await("a savepoint", () -> world.generation() == 1);
            world.advance(Duration.ofSeconds(5));
            Instant first = world.time.now();
            for (int restarts = 0; restarts < 10; restarts++) {
                int expected = restarts + 1;
                world.cluster.failJob(world.jobId());
                world.await(
                        "restart " + expected,
                        () -> world.job().restartCount() == expected && world.jobState() == JobState.RUNNING);
            }
            world.cluster.failJob(world.jobId());
            world.await("the end", () -> world.status().bookkeeping().message().isPresent());
            assertThat(world.status().bookkeeping().message().orElseThrow()).contains("10 restarts in a row failed");
            assertThat(Duration.between(first, world.time.now()))
                    .as("10+20+40+80+160 and four times 300 s")
                    .isBetween(Duration.ofSeconds(1500), Duration.ofSeconds(1700));
            world.assertAtRest();
            world.edit(spec -> spec.addArgs("mended"));
            world.await(
                    "one more restart", () -> world.job().restartCount() == 11 && world.jobState() == JobState.RUNNING);
            assertThat(world.status().bookkeeping().consecutiveRestarts()).isEqualTo(1);
        }
    }

    @Test
    void aSavepointInTheFirstSecondOfARunEndsTheRowOfRestarts() {
        try (World world = World.withRunningJob(spec -> spec.savepointGeneration(1))) {
            SavepointManager manager = world.start();
            world.await("a savepoint", () -> world.generation() == 1);
            world.cluster.failJob(world.jobId());
            manager.reconcile(World.ORDERS);
            world.await("the restart", () -> world.job().restartCount() == 1 && world.jobState() == JobState.RUNNING);
            assertThat(world.status().bookkeeping().consecutiveRestarts()).isEqualTo(1);
            Instant running = world.status().bookkeeping().runningSince().orElseThrow();
            world.advance(Duration.ofMillis(400));
            CompletableFuture<SavepointResult> taken = manager.takeSavepoint(World.ORDERS);
            world.await("another savepoint", taken::isDone);
            assertThat(world.job().lastSavepointTime().orElseThrow())
                    .as("in whole seconds")
                    .isBefore(running);
            world.cluster.failJob(world.jobId());
            world.await("the next restart", () -> world.job().restartCount() == 2);
            assertThat(world.status().bookkeeping().consecutiveRestarts()).isEqualTo(1);
        }
    }

    @Test
    void aLostJobIsRestartedAfterAGracePeriod() {
        try (World world = World.withRunningJob(spec -> spec.savepointGeneration(1))) {
            world.start();
            world.await("a savepoint", () -> world.generation() == 1);
            Instant killed = world.time.now();
            world.cluster.restartJobManager(false);
            world.await("the loss", () -> world.count(SavepointEvent.Type.JOB_LOST) == 1);
            assertThat(Duration.between(killed, world.time.now())).isGreaterThan(Duration.ofSeconds(30));
            world.await("the restart", () -> world.jobState() == JobState.RUNNING);
            assertThat(world.job().fromSavepoint()).isEqualTo(world.job().savepointLocation());
        }
    }

    @Test
    void withoutADirectoryNothingIsTakenOfItsOwnAccord() {
        try (World world = World.withRunningJob(spec -> spec.savepointsDir(Optional.empty()))) {
            world.start();
            world.annotate(ControlRequest.SAVEPOINT);
            world.advance(Duration.ofHours(2));
            assertThat(world.ourAttempts()).isEmpty();
            assertThat(world.status().control().orElseThrow().message().orElseThrow())
                    .contains("savepointsDir");
        }
    }

    @Test
    void aJobThatFinishesOrIsCancelledByOthersIsSeenAndLeft() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.start();
            world.cluster.finishJob(world.jobId());
            world.await("the end", () -> world.jobState() == JobState.SUCCEEDED);
            world.assertAtRest();
        }
        try (World world = World.withRunningJob(spec -> spec.savepointGeneration(1))) {
            world.start();
            world.await("a savepoint", () -> world.generation() == 1);
            world.cluster.cancelFromOutside(world.jobId());
            world.await("the end", () -> world.jobState() == JobState.CANCELLED);
            world.assertAtRest();
            assertThat(world.flink.ledger().runs()).hasSize(1);
        }
    }
}
