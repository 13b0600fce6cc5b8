package io.savepoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.model.JobId;
import io.savepoint.model.JobState;
import io.savepoint.model.Reconciliation;
import io.savepoint.model.RestartPolicy;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointOptions;
import io.savepoint.model.SavepointResult;
import io.savepoint.model.TriggerReason;
import io.savepoint.policy.Decision;
import io.savepoint.policy.Policies;
import io.savepoint.policy.PolicyContext;
import io.savepoint.policy.Precedence;
import io.savepoint.policy.SavepointPolicy;
import io.savepoint.testing.Faults;
import io.savepoint.testing.Faults.Fault;
import io.savepoint.testing.FlinkLedger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** What a host's program does with a manager: direct calls, a loop of its own, listeners, policies of its own. */
class DirectCallsTest {
    @Test
    void aSavepointGoesWhereTheCallSays() {
        try (World world = World.withRunningJob(spec -> spec.savepointsDir(Optional.empty()))) {
            SavepointManager manager = world.manager();
            SavepointOptions options =
                    SavepointOptions.builder().directory("file:///mine").build();
            SavepointResult result = world.get(manager.takeSavepoint(World.ORDERS, options));
            assertThat(result.location()).startsWith("file:/mine/");
            assertThat(result.generation()).isEqualTo(1);
            assertThat(result.jobId()).isEqualTo(world.jobId());
            assertThat(world.job().savepointLocation()).contains(result.location());
        }
    }

    @Test
    void withoutAnyDirectoryFlinksRefusalIsTold() {
        try (World world = World.withRunningJob(spec -> spec.savepointsDir(Optional.empty()))) {
            CompletableFuture<SavepointResult> result = world.manager().takeSavepoint(World.ORDERS);
            world.await("an answer", result::isDone);
            assertThatThrownBy(result::join)
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOf(SavepointException.class)
                    .hasMessageContaining("default/orders")
                    .hasMessageContaining("target-directory");
            assertThat(world.isIdle()).isTrue();
        }
    }

    @Test
    void aCallForAClusterThatDoesNotExistFails() {
        try (World world = new World()) {
            CompletableFuture<SavepointResult> result = world.manager().takeSavepoint(World.ORDERS);
            world.advance(Duration.ofSeconds(1));
            assertThatThrownBy(result::join).hasMessageContaining("the store does not know this cluster");
        }
    }

    @Test
    void aCallForAJobThatIsOverFails() {
        try (World world = World.withRunningJob(spec -> spec)) {
            SavepointManager manager = world.manager();
            world.get(manager.stopWithSavepoint(World.ORDERS));
            assertThat(world.jobState()).isEqualTo(JobState.CANCELLED);
            CompletableFuture<SavepointResult> result = manager.takeSavepoint(World.ORDERS);
            world.await("an answer", result::isDone);
            assertThatThrownBy(result::join).hasMessageContaining("the job is Cancelled");
        }
    }

    @Test
    void aCallWaitsForTheTasksForAMinute() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.tasksRunning(world.jobId(), false);
            SavepointManager manager = world.manager();
            CompletableFuture<SavepointResult> result = manager.takeSavepoint(World.ORDERS);
            world.advance(Duration.ofSeconds(30));
            assertThat(result).isNotDone();
            world.cluster.tasksRunning(world.jobId(), true);
            assertThat(world.get(result).generation()).isEqualTo(1);
            world.cluster.tasksRunning(world.jobId(), false);
            CompletableFuture<SavepointResult> refused = manager.takeSavepoint(World.ORDERS);
            world.await("an answer", refused::isDone);
            assertThatThrownBy(refused::join).hasMessageContaining("not running with all its tasks for 60 s");
            assertThat(world.ourAttempts()).hasSize(1);
        }
    }

    @Test
    void restoringReplacesTheRunThatIsAlive() {
        try (World world = World.withRunningJob(spec -> spec)) {
            SavepointManager manager = world.manager();
            SavepointResult first = world.get(manager.takeSavepoint(World.ORDERS));
            world.get(manager.takeSavepoint(World.ORDERS));
            JobId before = world.jobId();
            JobId after = world.get(manager.restoreFrom(World.ORDERS, first.location()));
            assertThat(after).isEqualTo(world.jobId()).isNotEqualTo(before);
            assertThat(world.job().fromSavepoint()).contains(first.location());
            assertThat(world.flink.ledger().runs().get(1).restoredFrom()).contains(first.location());
            assertThat(world.job().restartCount()).as("a restore is no restart").isZero();
        }
    }

    /** Two savepoints, the second of which is rolled back. */
    private static SavepointResult rollBack(World world, SavepointManager manager) {
        SavepointResult good = world.get(manager.takeSavepoint(World.ORDERS));
        world.get(manager.takeSavepoint(World.ORDERS));
        world.get(manager.restoreFrom(World.ORDERS, good.location()));
        return good;
    }

    private static void failAndAwaitRestart(World world) {
        int restarts = world.job().restartCount();
        world.cluster.failJob(world.jobId());
        world.await(
                "the restart",
                () -> world.job().restartCount() == restarts + 1 && world.jobState() == JobState.RUNNING);
    }

    @Test
    void aRunThatFailsAfterARollBackIsNotRestartedFromWhatWasRolledBack() {
        try (World world = World.withRunningJob(spec -> spec)) {
            SavepointManager manager = world.start();
            SavepointResult good = rollBack(world, manager);
            failAndAwaitRestart(world);
            failAndAwaitRestart(world);
            assertThat(world.flink.ledger().runs().stream().skip(1))
                    .extracting(FlinkLedger.Run::restoredFrom)
                    .hasSize(3)
                    .containsOnly(Optional.of(good.location()));
            String next = world.get(manager.takeSavepoint(World.ORDERS)).location();
            failAndAwaitRestart(world);
            assertThat(world.job().fromSavepoint()).contains(next);
            assertThat(world.status().bookkeeping().consecutiveRestarts()).isEqualTo(1);
            world.get(manager.restoreFrom(World.ORDERS, good.location()));
            assertThat(world.status().bookkeeping().consecutiveRestarts())
                    .as("a restore ends the row")
                    .isZero();
        }
    }

    @Test
    void aRestoreThatIsRefusedIsFollowedByARestartFromTheRecordedSavepoint() {
        try (World world = World.withRunningJob(spec -> spec)) {
            SavepointManager manager = world.start();
            SavepointResult last = world.get(manager.takeSavepoint(World.ORDERS));
            CompletableFuture<JobId> restored = manager.restoreFrom(World.ORDERS, "file:/nowhere");
            world.await("the restart", () -> world.job().restartCount() == 1 && world.jobState() == JobState.RUNNING);
            assertThat(restored).isCompletedExceptionally();
            assertThat(world.job().fromSavepoint()).contains(last.location());
        }
    }

    @Test
    void theAgeOfWhatARestoreNamedIsNotKnown() {
        try (World world = World.withRunningJob(spec -> spec.maxStateAgeToRestoreSeconds(3600))) {
            SavepointResult good = rollBack(world, world.start());
            world.cluster.failJob(world.jobId());
            world.await("the end", () -> world.status().bookkeeping().message().isPresent());
            assertThat(world.jobState()).isEqualTo(JobState.FAILED);
            assertThat(world.status().bookkeeping().message().orElseThrow()).contains(good.location(), "not known");
            world.assertAtRest();
        }
    }

    @Test
    void aStartAfterARestoreForgetsWhatTheRestoreNamed() {
        try (World world = new World()) {
            world.flink.addSavepoint("file:/elsewhere/savepoint-1");
            world.store.put(
                    World.ORDERS,
                    World.spec()
                            .fromSavepoint("file:/nowhere")
                            .restartPolicy(RestartPolicy.NEVER)
                            .build());
            SavepointManager manager = world.start();
            world.await("the refusal", () -> world.jobState() == JobState.FAILED);
            world.cluster.failNextLaunchAfter(Duration.ofMillis(50));
            CompletableFuture<JobId> restored = manager.restoreFrom(World.ORDERS, "file:/elsewhere/savepoint-1");
            world.await("the failure", restored::isDone);
            assertThat(world.status().bookkeeping().restoredFrom()).contains("file:/elsewhere/savepoint-1");
            world.edit(spec -> spec.fromSavepoint(Optional.empty()));
            world.await("the start", () -> world.jobState() == JobState.RUNNING);
            assertThat(world.status().bookkeeping().restoredFrom()).isEmpty();
        }
    }

    @Test
    void restoringFromNowhereFailsWithFlinksReason() {
        try (World world = World.withRunningJob(spec -> spec)) {
            SavepointManager manager = world.manager();
            world.get(manager.stopWithSavepoint(World.ORDERS));
            CompletableFuture<JobId> restored = manager.restoreFrom(World.ORDERS, "file:/nowhere");
            world.await("an answer", restored::isDone);
            assertThatThrownBy(restored::join)
                    .hasMessageContaining("restore from file:/nowhere failed")
                    .hasMessageContaining("Cannot find checkpoint or savepoint file/directory");
        }
    }

    @Test
    void callsAreServedOneAfterTheOtherAndACancelledOneIsNot() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.savepointDuration(Duration.ofSeconds(10));
            SavepointManager manager = world.manager();
            CompletableFuture<SavepointResult> first = manager.takeSavepoint(World.ORDERS);
            CompletableFuture<SavepointResult> second = manager.takeSavepoint(World.ORDERS);
            CompletableFuture<SavepointResult> third = manager.takeSavepoint(World.ORDERS);
            second.cancel(false);
            assertThat(world.get(first).generation()).isEqualTo(1);
            assertThat(world.get(third).generation()).isEqualTo(2);
            world.advance(Duration.ofMinutes(1));
            assertThat(world.ourAttempts()).hasSize(2);
        }
    }

    @Test
    void closingFailsTheCallsAndTheNextManagerCarriesOnWhatIsRecorded() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.savepointDuration(Duration.ofSeconds(10));
            SavepointManager manager = world.manager();
            CompletableFuture<SavepointResult> call = manager.takeSavepoint(World.ORDERS);
            world.await("one in flight", () -> !world.ourAttempts().isEmpty());
            manager.close();
            assertThatThrownBy(call::join).hasMessageContaining("the manager was closed");
            world.start();
            world.await("the savepoint", () -> world.generation() == 1);
            assertThat(world.ourAttempts()).hasSize(1);
            assertThatIllegalStateException().isThrownBy(manager::start);
        }
    }

    @Test
    void aHostWithALoopOfItsOwnIsToldWhenToComeAgain() {
        try (World world = new World()) {
            world.store.put(World.ORDERS, World.spec().savepointGeneration(1).build());
            SavepointManager manager = world.manager();
            int ticks = 0;
            while (world.generation() == 0 || !world.isIdle()) {
                Reconciliation done = manager.reconcile(World.ORDERS).join();
                world.time.advanceTo(done.nextDue().orElseThrow());
                assertThat(++ticks).as("ticks").isLessThan(50);
            }
            assertThat(world.ourSavepoints()).hasSize(1);
            world.store.remove(World.ORDERS);
            Reconciliation gone = manager.reconcile(World.ORDERS).join();
            assertThat(gone.outcome()).isEqualTo(Reconciliation.Outcome.GONE);
            assertThat(gone.nextDue()).isEmpty();
        }
    }

    @Test
    void whatGoesWrongIsToldAndDoesNotFailTheTick() {
        try (World world = World.withRunningJob(spec -> spec)) {
            Faults process = Faults.at("load", 1, Fault.FAIL_BEFORE);
            SavepointManager manager = world.manager(process, builder -> {});
            Reconciliation failed = manager.reconcile(World.ORDERS).join();
            assertThat(failed.outcome()).isEqualTo(Reconciliation.Outcome.STORE_FAILED);
            assertThat(failed.nextDue()).isPresent();
            world.cluster.unreachable(true);
            Reconciliation unreachable = manager.reconcile(World.ORDERS).join();
            assertThat(unreachable.outcome()).isEqualTo(Reconciliation.Outcome.UNCHANGED);
            assertThat(unreachable.message()).isNotEqualTo("nothing to do");
        }
    }

    @Test
    void aListenerThatThrowsDisturbsNothingAndTheOthersAreTold() {
        try (World world = World.withRunningJob(spec -> spec)) {
            List<SavepointEvent> told = new ArrayList<>();
            world.manager(
                            Faults.none(),
                            builder -> builder.listener(event -> {
                                        throw new IllegalStateException("broken listener");
                                    })
                                    .listener(told::add))
                    .start();
            world.edit(spec -> spec.savepointGeneration(1));
            world.await("the savepoint", () -> world.generation() == 1);
            assertThat(told)
                    .extracting(SavepointEvent::type)
                    .containsExactly(
                            SavepointEvent.Type.SAVEPOINT_REQUESTED,
                            SavepointEvent.Type.SAVEPOINT_TRIGGERED,
                            SavepointEvent.Type.SAVEPOINT_COMPLETED);
            SavepointEvent completed = told.get(2);
            assertThat(completed.location()).isEqualTo(world.job().savepointLocation());
            assertThat(completed.duration()).contains(Duration.ofMillis(20));
            assertThat(completed.sizeBytes()).isPresent();
        }
    }

    /** Takes a savepoint at noon, say; here: once. */
    private record OncePolicy() implements SavepointPolicy {
        @Override
        public String name() {
            return "once";
        }

        @Override
        public Precedence precedence() {
            return Precedence.PERIODIC;
        }

        @Override
        public Decision decide(PolicyContext context) {
            boolean served = context.log(this).served().isPresent();
            return served || !context.readyForSavepoint()
                    ? new Decision.Nothing()
                    : new Decision.TakeSavepoint("once", TriggerReason.SCHEDULED, 3);
        }
    }

    @Test
    void aPolicyOfTheHostsTakesItsPlaceAmongTheOthers() {
        try (World world = World.withRunningJob(spec -> spec)) {
            List<SavepointPolicy> policies = new ArrayList<>(Policies.defaults());
            policies.add(new OncePolicy());
            world.manager(Faults.none(), builder -> builder.policies(policies)).start();
            world.edit(spec -> spec.savepointGeneration(1));
            world.await("both", () -> world.generation() == 2);
            world.assertAtRest();
            assertThat(world.status().bookkeeping().requests()).containsKeys("once", "generation");
        }
    }

    @Test
    void ofTwoPoliciesOfOneNameTheSecondIsRefused() {
        try (World world = new World()) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> world.manager(
                            Faults.none(), builder -> builder.policies(List.of(new OncePolicy(), new OncePolicy()))))
                    .withMessageStartingWith("two policies have the name 'once'");
        }
        assertThatIllegalStateException()
                .isThrownBy(() -> SavepointManager.builder().build())
                .withMessageContaining("missing: store");
    }

    @Test
    void aSavepointInADirectoryOfItsOwnIsFoundEvenWhenOthersTookSome() {
        try (World world = World.withRunningJob(spec -> spec.savepointGeneration(1))) {
            Faults dying = Faults.at("triggerSavepoint", 1, Fault.CRASH_AFTER);
            world.manager(dying, builder -> builder.savepointsInOwnDirectories(true))
                    .start();
            world.await("the crash", dying::crashed);
            String trigger = world.ourAttempts().get(0).trigger().hex();
            for (int i = 0; i < 3; i++) {
                world.cluster.takeSavepointPastTheManager(world.jobId(), World.DIRECTORY);
            }
            world.advance(Duration.ofMinutes(30));
            world.manager(Faults.none(), builder -> builder.savepointsInOwnDirectories(true))
                    .start();
            world.await("the savepoint", () -> world.generation() == 1);
            assertThat(world.ourAttempts()).hasSize(1);
            assertThat(world.job().savepointLocation().orElseThrow()).contains("/" + trigger + "/");
        }
    }
}
