package io.savepoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.JobId;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.RestartPolicy;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointResult;
import io.savepoint.testing.Faults;
import io.savepoint.testing.Faults.Fault;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Coincidences that have fooled managers of savepoints, each as a story. */
class HardCasesTest {
    @Test
    void restoringWhileTheJobManagerFailsOverDoesNotStartASecondRun() {
        try (World world = World.withRunningJob(spec -> spec)) {
            SavepointManager manager = world.manager();
            CompletableFuture<SavepointResult> taken = manager.takeSavepoint(World.ORDERS);
            world.await("a savepoint", taken::isDone);
            world.cluster.recoveryTime(Duration.ofSeconds(40));
            world.cluster.unlistedAfterRecovery(Duration.ofSeconds(10));
            world.cluster.restartJobManager(true);
            CompletableFuture<JobId> restored =
                    manager.restoreFrom(World.ORDERS, taken.join().location());
            world.await("the restore", restored::isDone);
            assertThat(world.flink.ledger().runs().get(0).end())
                    .as("the earlier run was ended")
                    .isPresent();
            assertThat(world.flink.ledger().runs()).hasSize(2);
        }
    }

    @Test
    void restoringAJobThatIsLostWhileTheJobManagerCannotBeReachedDoesNotStartASecondRun() {
        try (World world = World.withRunningJob(spec -> spec.restartPolicy(RestartPolicy.NEVER))) {
            SavepointManager manager = world.start();
            CompletableFuture<SavepointResult> taken = manager.takeSavepoint(World.ORDERS);
            world.await("a savepoint", taken::isDone);
            world.cluster.unlistedAfterRecovery(Duration.ofMinutes(2));
            world.cluster.restartJobManager(true);
            world.await("the loss", () -> world.jobState() == JobState.LOST);
            world.cluster.unreachable(true);
            CompletableFuture<JobId> restored =
                    manager.restoreFrom(World.ORDERS, taken.join().location());
            world.advance(Duration.ofMinutes(3));
            assertThat(restored).isNotDone();
            world.cluster.unreachable(false);
            world.await("the restore", restored::isDone);
            assertThat(world.flink.ledger().runs().get(0).end())
                    .as("the earlier run came back and was ended")
                    .isPresent();
            assertThat(world.flink.ledger().runs()).hasSize(2);
        }
    }

    @Test
    void whatADeadManagerSawMissingDoesNotCountInTheNextFailover() {
        try (World world = World.withRunningJob(spec -> spec.savepointGeneration(1))) {
            SavepointManager first = world.start();
            world.await("a savepoint", () -> world.generation() == 1);
            world.cluster.unlistedAfterRecovery(Duration.ofSeconds(20));
            world.cluster.restartJobManager(true);
            world.await(
                    "the first look that does not find the job",
                    () -> world.status().bookkeeping().missingSince().isPresent());
            first.close();
            world.advance(Duration.ofMinutes(5));
            world.cluster.restartJobManager(true);
            world.advance(Duration.ofSeconds(6));
            world.start();
            world.advance(Duration.ofMinutes(5));
            assertThat(world.count(SavepointEvent.Type.JOB_LOST)).isZero();
            assertThat(world.flink.ledger().runs()).hasSize(1);
        }
    }

    @Test
    void twoFailoversBetweenWhichNobodyLookedAreNoLoss() {
        try (World world = World.withRunningJob(spec -> spec.savepointGeneration(1))) {
            SavepointManager manager = world.manager();
            for (int failover = 1; failover <= 2; failover++) {
                world.cluster.unlistedAfterRecovery(Duration.ofSeconds(20));
                world.cluster.restartJobManager(true);
                world.advance(Duration.ofSeconds(6));
                for (int look = 0; look < 3; look++) {
                    manager.reconcile(World.ORDERS).join();
                    assertThat(world.status().bookkeeping().missingSince()).isPresent();
                    world.advance(Duration.ofSeconds(6));
                }
                world.advance(Duration.ofMinutes(10));
            }
            assertThat(world.count(SavepointEvent.Type.JOB_LOST)).isZero();
        }
    }

    @Test
    void aHostThatLooksSeldomFindsALossToo() {
        try (World world = World.withRunningJob(spec -> spec.restartPolicy(RestartPolicy.NEVER))) {
            SavepointManager manager = world.manager();
            for (int look = 1; look <= 7; look++) {
                if (look == 3) {
                    world.cluster.forgetJob(world.jobId());
                }
                assertThat(world.jobState()).as("before look %d", look).isEqualTo(JobState.RUNNING);
                manager.reconcile(World.ORDERS).join();
                world.advance(Duration.ofMinutes(5));
            }
            assertThat(world.jobState()).isEqualTo(JobState.LOST);
            assertThat(world.status().bookkeeping().failedAt())
                    .as("when it was first missing")
                    .contains(world.time.now().minus(Duration.ofMinutes(25)));
        }
    }

    @Test
    void aJobThatFlinkNeverHasIsGivenUp() {
        try (World world = new World()) {
            world.store.put(World.ORDERS, World.spec().build());
            Faults losing = Faults.by(
                    (number, name) -> name.equals("launch") ? Optional.of(Fault.FAIL_BEFORE) : Optional.empty());
            world.manager(losing, builder -> {}).start();
            world.await("the end", () -> world.jobState() == JobState.FAILED);
            assertThat(world.status().bookkeeping().failureReason().orElseThrow())
                    .contains("after 10 attempts; the last one: ");
            assertThat(world.events)
                    .filteredOn(event -> event.type() == SavepointEvent.Type.JOB_SUBMISSION_FAILED)
                    .extracting(SavepointEvent::message)
                    .hasSize(9)
                    .first()
                    .asString()
                    .startsWith("attempt 1 of 10 to submit job " + world.jobId() + " failed: ");
            world.advance(Duration.ofMinutes(1));
            world.assertAtRest();
        }
    }

    @Test
    void aJobThatIsGoneWhileItIsBeingStoppedIsNotBroughtBack() {
        try (World world = World.withRunningJob(spec -> spec.savepointGeneration(1))) {
            world.start();
            world.await("a savepoint", () -> world.generation() == 1);
            world.cluster.savepointDuration(Duration.ofSeconds(20));
            world.annotate(ControlRequest.JOB_CANCEL);
            world.await("the stop", () -> world.ourAttempts().size() == 2);
            world.cluster.restartJobManager(false);
            world.await("the end", () -> world.jobState() == JobState.CANCELLED);
            assertThat(world.controlState()).contains(ControlState.FAILED);
            world.assertAtRest();
            assertThat(world.flink.ledger().runs()).hasSize(1);
        }
    }

    @Test
    void anOperationWhoseJobFailedAndIsForgottenEnds() {
        try (World world = World.withRunningJob(spec -> spec)) {
            Faults dying = Faults.at("triggerSavepoint", 1, Fault.CRASH_BEFORE);
            world.manager(dying, builder -> {}).start();
            world.annotate(ControlRequest.SAVEPOINT);
            world.await("the crash", dying::crashed);
            world.cluster.failJob(world.jobId());
            SavepointManager brief = world.manager();
            brief.reconcile(World.ORDERS).join();
            world.cluster.restartJobManager(false);
            world.start();
            world.await("a result", () -> world.controlState().equals(Optional.of(ControlState.FAILED)));
            assertThat(world.isIdle()).isTrue();
        }
    }

    /** Has a manager die just before it asks Flink for the savepoint of a control. */
    private static void loseTheNextSavepoint(World world) {
        Faults dying = Faults.at("triggerSavepoint", 1, Fault.CRASH_BEFORE);
        world.manager(dying, builder -> {}).start();
        world.annotate(ControlRequest.SAVEPOINT);
        world.await("the crash", dying::crashed);
    }

    @Test
    void aLostSavepointIsNotTakenForAnOlderOneOfOurs() {
        try (World world = World.withRunningJob(spec -> spec)) {
            SavepointManager manager = world.manager();
            for (int number = 1; number <= 2; number++) {
                CompletableFuture<SavepointResult> taken = manager.takeSavepoint(World.ORDERS);
                world.await("savepoint " + number, taken::isDone);
                world.advance(Duration.ofSeconds(1));
            }
            loseTheNextSavepoint(world);
            world.advance(Duration.ofMinutes(10));
            world.start();
            world.await("a result", () -> world.controlState().equals(Optional.of(ControlState.FAILED)));
            assertThat(world.generation()).isEqualTo(2);
            assertThat(world.job().savepointLocation())
                    .isEqualTo(world.ourSavepoints().get(1).location());
        }
    }

    @Test
    void aLostSavepointIsNotTakenForALaterOneOfSomebodyElse() {
        try (World world = World.withRunningJob(spec -> spec)) {
            loseTheNextSavepoint(world);
            world.advance(Duration.ofHours(1));
            world.cluster.takeSavepointPastTheManager(world.jobId(), World.DIRECTORY);
            world.advance(Duration.ofMinutes(1));
            world.start();
            world.await("a result", () -> world.controlState().equals(Optional.of(ControlState.FAILED)));
            assertThat(world.generation()).isZero();
        }
    }

    @Test
    void aRunIsKnownAgainAlthoughItsStartIsRecordedLessPrecisely() {
        try (World world = new World()) {
            world.advance(Duration.ofNanos(123_456));
            world.store.put(World.ORDERS, World.spec().build());
            SavepointManager first = world.start();
            world.await("the job to run", () -> world.jobState() == JobState.RUNNING);
            first.close();
            loseTheNextSavepoint(world);
            world.start();
            world.await("success", () -> world.controlState().equals(Optional.of(ControlState.SUCCEEDED)));
            assertThat(world.ourAttempts()).hasSize(1);
        }
    }

    @Test
    void aRefusedAnnotationWhoseRemovalWasLostDoesNotSwallowTheNextOne() {
        try (World world = World.withRunningJob(spec -> spec.savepointsDir(Optional.empty()))) {
            Faults dying = Faults.at("acknowledgeControl", 1, Fault.CRASH_AFTER);
            world.manager(dying, builder -> {}).start();
            world.annotate(ControlRequest.SAVEPOINT);
            world.await("the crash", dying::crashed);
            assertThat(world.controlState()).contains(ControlState.FAILED);
            world.edit(spec -> spec.savepointsDir(World.DIRECTORY));
            world.annotate(ControlRequest.SAVEPOINT);
            world.start();
            world.await("success", () -> world.controlState().equals(Optional.of(ControlState.SUCCEEDED)));
            assertThat(world.generation()).isEqualTo(1);
        }
    }

    @Test
    void aStatusThatSomethingElseWroteIsCarriedOn() {
        try (World world = World.withRunningJob(spec -> spec.autoSavepointSeconds(60))) {
            ClusterStatus foreign = ClusterStatus.builder()
                    .from(world.status())
                    .bookkeeping(Bookkeeping.builder().build())
                    .control(ControlStatus.builder()
                            .name(ControlRequest.SAVEPOINT)
                            .state(ControlState.IN_PROGRESS)
                            .updateTime(world.time.now())
                            .build())
                    .build();
            world.store
                    .compareAndSet(World.ORDERS, world.state().version(), foreign)
                    .toCompletableFuture()
                    .join();
            world.start();
            world.advance(Duration.ofSeconds(70));
            assertThat(world.controlState())
                    .as("a control begun by something else")
                    .contains(ControlState.FAILED);
            assertThat(world.generation()).as("the period has a new base").isEqualTo(1);
        }
    }

    @Test
    void anAcknowledgementThatKeepsFailingDoesNotHoldUpASavepoint() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.savepointDuration(Duration.ofSeconds(30));
            Faults forbidden = Faults.by((number, name) ->
                    name.equals("acknowledgeControl") ? Optional.of(Fault.FAIL_BEFORE) : Optional.empty());
            world.edit(spec -> spec.savepointGeneration(1));
            world.manager(forbidden, builder -> {}).start();
            world.await("one in flight", () -> !world.ourAttempts().isEmpty());
            world.annotate(ControlRequest.SAVEPOINT);
            world.await("its end", () -> world.generation() == 1);
            world.advance(Duration.ofMinutes(10));
            assertThat(forbidden.interactions().stream()
                            .filter("acknowledgeControl"::equals)
                            .count())
                    .as("tries, no more often than the job is looked at")
                    .isLessThan(150);
        }
    }

    @Test
    void aCallAfterTheEndFailsAtOnce() {
        try (World world = World.withRunningJob(spec -> spec)) {
            SavepointManager manager = world.manager();
            manager.close();
            assertThatThrownBy(() -> manager.takeSavepoint(World.ORDERS).join()).hasMessageContaining("closed");
        }
    }

    @Test
    void anAbsurdPeriodIsRefused() {
        assertThatThrownBy(() -> JobSpec.builder()
                        .savepointsDir("file:///savepoints")
                        .autoSavepointSeconds(Long.MAX_VALUE)
                        .build())
                .hasMessage("autoSavepointSeconds must be <= 9999999999, was " + Long.MAX_VALUE);
    }
}
