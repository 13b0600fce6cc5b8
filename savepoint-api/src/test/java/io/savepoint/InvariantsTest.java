package io.savepoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.JobId;
import io.savepoint.model.JobState;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointResult;
import io.savepoint.model.SavepointState;
import io.savepoint.model.TriggerReason;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.store.InMemoryClusterStateStore;
import io.savepoint.testing.FakeFlink;
import io.savepoint.testing.Faults;
import io.savepoint.testing.Faults.Fault;
import io.savepoint.testing.FlinkLedger;
import io.savepoint.testing.ManualScheduler;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The invariants of the design but I10, each by its name; {@link World} watches most in every other test too. */
class InvariantsTest {
    private static final String HEX = "[0-9a-f]{32}";

    @Test
    void i1OneInFlightWhenEverythingIsAskedForAtOnce() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.savepointDuration(Duration.ofSeconds(20));
            world.edit(spec -> spec.autoSavepointSeconds(5).savepointGeneration(7));
            world.annotate(ControlRequest.SAVEPOINT);
            SavepointManager manager = world.start();
            world.start();
            CompletableFuture<SavepointResult> first = manager.takeSavepoint(World.ORDERS);
            CompletableFuture<SavepointResult> second = manager.takeSavepoint(World.ORDERS);
            world.advance(Duration.ofMinutes(5));
            assertThat(first).isCompleted();
            assertThat(second).isCompleted();
            assertThat(world.controlState()).contains(ControlState.SUCCEEDED);
            assertThat(world.ourSavepoints()).hasSizeGreaterThan(8);
        }
    }

    @Test
    void i2IntentFirstForEveryKindOfRequest() {
        try (World world = World.withRunningJob(spec -> spec)) {
            SavepointManager manager = world.start();
            CompletableFuture<SavepointResult> taken = manager.takeSavepoint(World.ORDERS);
            world.await("a savepoint", taken::isDone);
            CompletableFuture<JobId> restored =
                    manager.restoreFrom(World.ORDERS, taken.join().location());
            world.await("a restored job", restored::isDone);
            world.await("the job to run", () -> world.jobState() == JobState.RUNNING);
            CompletableFuture<SavepointResult> stopped = manager.stopWithSavepoint(World.ORDERS);
            world.await("a stopped job", stopped::isDone);
            assertThat(world.flink.ledger().requests("triggerSavepoint")).isEqualTo(1);
            assertThat(world.flink.ledger().requests("cancelJob")).isEqualTo(1);
            assertThat(world.flink.ledger().requests("stopWithSavepoint")).isEqualTo(1);
            assertThat(world.flink.ledger().requests("launch")).isEqualTo(2);
        }
    }

    @Test
    void i3ExactlyOnceWhenTheRequestIsLost() {
        try (World world = World.withRunningJob(spec -> spec)) {
            Faults process = Faults.at("triggerSavepoint", 1, Fault.FAIL_BEFORE);
            world.manager(process, builder -> {}).start();
            world.edit(spec -> spec.savepointGeneration(1));
            world.await("a savepoint", () -> world.generation() == 1);
            assertThat(world.ourAttempts()).hasSize(1);
            assertThat(process.interactions().stream().filter("triggerSavepoint"::equals))
                    .as("requests, the lost one among them")
                    .hasSize(2);
        }
    }

    @Test
    void i3ExactlyOnceWhenTheAnswerToTheRequestIsLost() {
        try (World world = World.withRunningJob(spec -> spec)) {
            Faults process = Faults.at("triggerSavepoint", 1, Fault.FAIL_AFTER);
            world.manager(process, builder -> {}).start();
            world.edit(spec -> spec.savepointGeneration(1));
            world.await("a savepoint", () -> world.generation() == 1);
            assertThat(world.ourAttempts()).hasSize(1);
            assertThat(process.interactions().stream().filter("triggerSavepoint"::equals))
                    .as("requests: Flink knows the id")
                    .hasSize(1);
        }
    }

    @Test
    void i3ExactlyOnceWhenTheResultExpiredWhileNobodyLooked() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.edit(spec -> spec.savepointGeneration(1));
            Faults dying = Faults.at("triggerSavepoint", 1, Fault.CRASH_AFTER);
            world.manager(dying, builder -> {}).start();
            world.await("the crash", dying::crashed);
            world.advance(Duration.ofMinutes(20));
            world.start();
            world.await("a savepoint", () -> world.generation() == 1);
            assertThat(world.ourAttempts())
                    .as("found in the checkpoint history")
                    .hasSize(1);
            assertThat(world.job().savepointLocation())
                    .isEqualTo(world.ourSavepoints().get(0).location());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void i3ExactlyOnceOrAFailureWithItsCauseWhenTheJobManagerIsRestarted(boolean highlyAvailable) {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.savepointDuration(Duration.ofSeconds(30));
            world.start();
            world.annotate(ControlRequest.SAVEPOINT);
            world.await("a savepoint in progress", () -> !world.ourAttempts().isEmpty());
            world.cluster.restartJobManager(highlyAvailable);
            world.await("a result", () -> world.controlState().equals(Optional.of(ControlState.FAILED)));
            assertThat(world.ourAttempts())
                    .as("no second one under the same id")
                    .hasSize(1);
            assertThat(world.status().control().orElseThrow().message().orElseThrow())
                    .contains(highlyAvailable ? "the JobManager was restarted" : "the job was lost");
            assertThat(world.generation()).isZero();
            assertThat(world.isIdle()).isTrue();
        }
    }

    @Test
    void i4GenerationGrowsByOneWithEverySavepointWhateverAskedForIt() {
        try (World world = World.withRunningJob(spec -> spec)) {
            SavepointManager manager = world.start();
            world.edit(spec -> spec.savepointGeneration(10));
            world.await("the first", () -> world.generation() == 1);
            world.annotate(ControlRequest.SAVEPOINT);
            world.await("the second", () -> world.generation() == 2);
            CompletableFuture<SavepointResult> direct = manager.takeSavepoint(World.ORDERS);
            world.await("the third", direct::isDone);
            world.edit(spec -> spec.autoSavepointSeconds(30));
            world.await("the fourth", () -> world.generation() == 4);
            world.edit(spec -> spec.savepointGeneration(2));
            CompletableFuture<SavepointResult> stop = manager.stopWithSavepoint(World.ORDERS);
            world.await("the fifth", stop::isDone);
            assertThat(world.generation())
                    .isEqualTo(5)
                    .isEqualTo(world.ourSavepoints().size());
            assertThat(stop.join().generation()).isEqualTo(5);
        }
    }

    @Test
    void i5TruthNoLocationIsRecordedThatFlinkDidNotReport() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.start();
            world.cluster.failNextSavepoint("disk full");
            world.annotate(ControlRequest.SAVEPOINT);
            world.await("the failure", () -> world.controlState().equals(Optional.of(ControlState.FAILED)));
            assertThat(world.job().savepointLocation()).isEmpty();
            assertThat(world.status().savepoint().orElseThrow().state()).isEqualTo(SavepointState.FAILED);
            world.annotate(ControlRequest.SAVEPOINT);
            world.await("success", () -> world.controlState().equals(Optional.of(ControlState.SUCCEEDED)));
            assertThat(world.job().savepointLocation())
                    .isEqualTo(world.ourSavepoints().get(0).location());
        }
    }

    @Test
    void i5TruthASavepointOfAnotherUserIsNotTakenForOurs() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.start();
            world.cluster.takeSavepointPastTheManager(world.jobId(), World.DIRECTORY);
            world.advance(Duration.ofMinutes(10));
            assertThat(world.generation()).isZero();
            world.edit(spec -> spec.savepointGeneration(1));
            world.await("ours", () -> world.generation() == 1);
            assertThat(world.job().savepointLocation())
                    .isEqualTo(world.ourSavepoints().get(0).location());
        }
    }

    @Test
    void i6OneRunPerFailureFromTheRecordedLocation() {
        try (World world = World.withRunningJob(spec -> spec.savepointGeneration(1))) {
            world.start();
            world.start();
            world.await("a savepoint", () -> world.generation() == 1);
            String location = world.job().savepointLocation().orElseThrow();
            for (int failure = 1; failure <= 3; failure++) {
                int expected = failure + 1;
                world.cluster.failJob(world.jobId());
                world.await(
                        "run " + expected,
                        () -> world.flink.ledger().runs().size() == expected && world.jobState() == JobState.RUNNING);
                assertThat(world.flink.ledger().runs().get(failure).restoredFrom())
                        .contains(location);
            }
            assertThat(world.job().restartCount()).isEqualTo(3);
            assertThat(world.flink.ledger().requests("launch")).isEqualTo(4);
        }
    }

    @Test
    void i6OneRunWhileTheJobManagerRecoversTheJobItself() {
        try (World world = World.withRunningJob(spec -> spec.savepointGeneration(1))) {
            world.start();
            world.await("a savepoint", () -> world.generation() == 1);
            world.cluster.recoveryTime(Duration.ofSeconds(10));
            world.cluster.unlistedAfterRecovery(Duration.ofSeconds(15));
            world.cluster.restartJobManager(true);
            world.advance(Duration.ofMinutes(5));
            assertThat(world.jobState()).isEqualTo(JobState.RUNNING);
            assertThat(world.flink.ledger().runs())
                    .as("an empty job list during recovery is no loss")
                    .hasSize(1);
            assertThat(world.count(SavepointEvent.Type.JOB_LOST)).isZero();
        }
    }

    @Test
    void i6OneRunWhileTheJobManagerCannotBeReached() {
        try (World world = World.withRunningJob(spec -> spec.savepointGeneration(1))) {
            world.start();
            world.await("a savepoint", () -> world.generation() == 1);
            world.cluster.unreachable(true);
            world.advance(Duration.ofHours(1));
            assertThat(world.jobState()).isEqualTo(JobState.RUNNING);
            assertThat(world.flink.ledger().requests("launch")).isEqualTo(1);
            world.cluster.unreachable(false);
            world.advance(Duration.ofMinutes(5));
            assertThat(world.flink.ledger().runs()).hasSize(1);
        }
    }

    @Test
    void i7NoLostRequestEveryControlAndGenerationEndsInAResult() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.start();
            for (String value : List.of("savepoint", "savepont", "", "SAVEPOINT", "job-cancel", "savepoint")) {
                world.annotate(value);
                world.await(
                        "an answer to '" + value + "'",
                        () -> world.state().control().isEmpty()
                                && world.status()
                                        .control()
                                        .filter(control -> control.name().equals(value))
                                        .isPresent()
                                && world.isIdle()
                                && world.controlState()
                                        .filter(state ->
                                                state == ControlState.SUCCEEDED || state == ControlState.FAILED)
                                        .isPresent());
                boolean known =
                        value.equals("savepoint") && world.jobState() == JobState.RUNNING || value.equals("job-cancel");
                assertThat(world.controlState())
                        .as("result of '%s'", value)
                        .contains(known ? ControlState.SUCCEEDED : ControlState.FAILED);
                assertThat(world.status().control().orElseThrow().message().isPresent())
                        .isEqualTo(!known);
            }
            world.edit(spec -> spec.savepointGeneration(99));
            world.await("a refusal", () -> world.count(SavepointEvent.Type.REQUEST_REFUSED) > 0);
            assertThat(world.status().savepoint().orElseThrow().message().orElseThrow())
                    .isEqualTo("savepointGeneration 99 asks for a savepoint, but the job is Cancelled; raise"
                            + " savepointGeneration again when it runs");
            world.assertAtRest();
        }
    }

    @Test
    void i7NoLostRequestAGenerationThatKeepsFailingIsReportedAndCanBeAskedAgain() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.start();
            for (int attempt = 0; attempt < 5; attempt++) {
                world.cluster.failNextSavepoint("disk full");
                world.edit(spec -> spec.savepointGeneration(1));
                int expected = attempt + 1;
                world.await("attempt " + expected, () -> world.count(SavepointEvent.Type.SAVEPOINT_FAILED) == expected);
            }
            world.assertAtRest();
            assertThat(world.ourAttempts()).hasSize(5);
            assertThat(world.status().savepoint().orElseThrow().message().orElseThrow())
                    .contains("disk full")
                    .endsWith("(given up after 5 attempts)");
            world.edit(spec -> spec.savepointGeneration(2));
            world.await("success", () -> world.generation() == 1);
        }
    }

    private static void setControl(InMemoryClusterStateStore store, Invariants invariants) {
        invariants.controlSet();
        store.requestControl(World.ORDERS, ControlRequest.SAVEPOINT);
    }

    @Test
    void i7NoLostRequestIsViolatedWhenOnlyAnEarlierControlOfThatNameWasAnswered() {
        ManualScheduler time = new ManualScheduler();
        FlinkLedger nothing = FakeFlink.create(time).ledger();
        InMemoryClusterStateStore store = new InMemoryClusterStateStore();
        store.put(World.ORDERS, World.spec().build());
        Invariants invariants = new Invariants(store);
        ClusterStateStore watched = invariants.watch(store, query -> true);
        ClusterStatus refused = ClusterStatus.builder()
                .control(ControlStatus.builder()
                        .name(ControlRequest.SAVEPOINT)
                        .state(ControlState.FAILED)
                        .updateTime(time.now())
                        .build())
                .build();
        ControlRequest control = new ControlRequest(ControlRequest.SAVEPOINT);

        setControl(store, invariants);
        watched.compareAndSet(World.ORDERS, store.state(World.ORDERS).version(), refused);
        watched.acknowledgeControl(World.ORDERS, store.state(World.ORDERS).version(), control);
        invariants.assertHold(nothing);

        setControl(store, invariants);
        watched.acknowledgeControl(World.ORDERS, store.state(World.ORDERS).version(), control);
        assertThatThrownBy(() -> invariants.assertHold(nothing)).hasMessageContaining("I7 no-lost-request");
    }

    @Test
    void i9ConvergeStatusComesToRest() {
        try (World world = World.withRunningJob(spec -> spec.savepointGeneration(3))) {
            world.start();
            world.annotate(ControlRequest.SAVEPOINT);
            world.await("both", () -> world.generation() == 2 && world.isIdle());
            world.assertAtRest();
        }
    }

    @Test
    void everySavepointIsRecordedInFull() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.start();
            world.edit(spec -> spec.savepointGeneration(1));
            world.await("a savepoint", () -> world.generation() == 1);
            FlinkLedger.Savepoint taken = world.ourSavepoints().get(0);
            assertThat(world.job().lastSavepointTriggerId()).contains(taken.trigger());
            assertThat(world.job().lastSavepointTriggerId().orElseThrow().hex()).matches(HEX);
            assertThat(world.job().lastSavepointTriggerTime().orElseThrow())
                    .isBetween(taken.begun().minusSeconds(1), taken.begun());
            assertThat(world.job().lastSavepointTime().orElseThrow())
                    .isBetween(
                            taken.ended().orElseThrow().minusSeconds(1),
                            taken.ended().orElseThrow().plusSeconds(1));
            assertThat(world.status().savepoint()).hasValueSatisfying(savepoint -> {
                assertThat(savepoint.state()).isEqualTo(SavepointState.SUCCEEDED);
                assertThat(savepoint.triggerReason()).isEqualTo(TriggerReason.USER_REQUESTED);
                assertThat(savepoint.triggerId()).contains(taken.trigger());
                assertThat(savepoint.jobId()).contains(taken.job());
                assertThat(savepoint.message()).isEmpty();
            });
        }
    }
}
