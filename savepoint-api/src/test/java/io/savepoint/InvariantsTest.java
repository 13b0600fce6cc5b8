package io.savepoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobState;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointResult;
import io.savepoint.model.SavepointState;
import io.savepoint.model.TriggerReason;
import io.savepoint.policy.Decision;
import io.savepoint.policy.PolicyContext;
import io.savepoint.policy.Precedence;
import io.savepoint.policy.SavepointPolicy;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.store.InMemoryClusterStateStore;
import io.savepoint.testing.FakeFlink;
import io.savepoint.testing.Faults;
import io.savepoint.testing.Faults.Fault;
import io.savepoint.testing.FlinkLedger;
import io.savepoint.testing.ManualScheduler;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The invariants of the design, each by its name; {@link World} watches most of them in every other test too. */
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
    void i10BoundedRequestsWhileAJobManagerIsAwayForAnHour() {
        try (World world = World.withRunningJob(spec -> spec.autoSavepointSeconds(60))) {
            world.start();
            world.advance(Duration.ofSeconds(5));
            world.cluster.unreachable(true);
            int before = world.flink.ledger().requests("observeJob");
            world.advance(Duration.ofHours(1));
            int asked = world.flink.ledger().requests("observeJob") - before;
            assertThat(asked).as("requests in an hour").isBetween(100, 200);
        }
    }

    @Test
    void i10BoundedPollsOfASavepointThatTakesTenMinutes() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.savepointDuration(Duration.ofMinutes(9));
            world.start();
            world.edit(spec -> spec.savepointGeneration(1));
            world.await("the savepoint", () -> world.generation() == 1);
            assertThat(world.flink.ledger().requests("observeOperation")).isLessThan(90);
        }
    }

    /** A Flink whose jobs do not leave a state, and that refuses to cancel them, for as long as a test wants it. */
    private static final class StuckFlink implements InvocationHandler {
        private final FlinkTransport flink;
        private Optional<FlinkJobState> state = Optional.empty();
        private boolean refusesCancels;
        private int refusals;

        StuckFlink(FlinkTransport flink) {
            this.flink = flink;
        }

        FlinkTransport transport() {
            return (FlinkTransport) Proxy.newProxyInstance(
                    FlinkTransport.class.getClassLoader(), new Class<?>[] {FlinkTransport.class}, this);
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            if (refusesCancels && method.getName().equals("cancelJob")) {
                refusals++;
                return CompletableFuture.failedFuture(new FlinkRefusedException("not allowed"));
            }
            Object answer = method.invoke(flink, arguments);
            return method.getName().equals("observeJob") ? ((CompletionStage<?>) answer).thenApply(this::show) : answer;
        }

        private Object show(Object observation) {
            return observation instanceof JobObservation.Found found && state.isPresent()
                    ? new JobObservation.Found(state.get(), found.startTime(), Optional.empty(), false)
                    : observation;
        }
    }

    /** Asserts that ten minutes go by with few requests, of which the first ones follow closely. */
    private static void assertFewLooks(World world) {
        int before = world.flink.ledger().requests("observeJob");
        world.advance(Duration.ofSeconds(1));
        int atFirst = world.flink.ledger().requests("observeJob") - before;
        world.advance(Duration.ofMinutes(10));
        int asked = world.flink.ledger().requests("observeJob") - before;
        assertThat(atFirst).as("requests in the first second").isBetween(5, 10);
        assertThat(asked).as("requests in ten minutes").isBetween(100, 170);
    }

    @ParameterizedTest
    @EnumSource(names = {"INITIALIZING", "CREATED", "FAILING", "CANCELLING"})
    void i10BoundedLooksAtAJobThatStaysOnItsWay(FlinkJobState state) {
        try (World world = World.withRunningJob(spec -> spec)) {
            StuckFlink stuck = new StuckFlink(world.flink);
            stuck.state = Optional.of(state);
            world.manager(Faults.none(), builder -> builder.flink(stuck.transport()))
                    .start();
            assertFewLooks(world);
        }
    }

    @Test
    void i10BoundedLooksAtACancelThatTakesLong() {
        try (World world = World.withRunningJob(spec -> spec.savepointsDir(Optional.empty()))) {
            StuckFlink stuck = new StuckFlink(world.flink);
            world.manager(Faults.none(), builder -> builder.flink(stuck.transport()))
                    .start();
            world.annotate(ControlRequest.JOB_CANCEL);
            stuck.state = Optional.of(FlinkJobState.CANCELLING);
            world.await("the request", () -> world.flink.ledger().requests("cancelJob") == 1);
            assertFewLooks(world);
            stuck.state = Optional.empty();
            world.await("the end", () -> world.jobState() == JobState.CANCELLED);
        }
    }

    @Test
    void i10BoundedLooksAtARunThatARestoreWaitsFor() {
        try (World world = World.withRunningJob(spec -> spec)) {
            StuckFlink stuck = new StuckFlink(world.flink);
            SavepointManager manager = world.manager(Faults.none(), builder -> builder.flink(stuck.transport()));
            CompletableFuture<SavepointResult> taken = manager.takeSavepoint(World.ORDERS);
            world.await("a savepoint", taken::isDone);
            stuck.state = Optional.of(FlinkJobState.CANCELLING);
            CompletableFuture<JobId> restored =
                    manager.restoreFrom(World.ORDERS, taken.join().location());
            world.await("the request", () -> world.flink.ledger().requests("cancelJob") == 1);
            assertFewLooks(world);
            stuck.state = Optional.empty();
            world.await("the restore", restored::isDone);
            assertThat(world.jobId()).isEqualTo(restored.join());
        }
    }

    @Test
    void i10BoundedTriesOfACancelThatFlinkRefuses() {
        try (World world = World.withRunningJob(spec -> spec.savepointsDir(Optional.empty()))) {
            world.edit(spec -> spec.cancelRequested(true));
            StuckFlink stuck = new StuckFlink(world.flink);
            stuck.refusesCancels = true;
            Faults process = Faults.none();
            world.manager(process, builder -> builder.flink(stuck.transport())).start();
            world.advance(Duration.ofMinutes(30));
            assertThat(stuck.refusals).as("tries, spaced by a back-off").isBetween(8, 12);
            assertThat(process.interactions().stream().filter("compareAndSet"::equals))
                    .as("writes: an intent and a result for each")
                    .hasSizeLessThan(30);
            stuck.refusesCancels = false;
            world.await("the end", () -> world.jobState() == JobState.CANCELLED);
        }
    }

    @Test
    void i10BoundedRecordOfAControlThatIsTooLong() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.start();
            world.annotate("x".repeat(200_000));
            world.await(
                    "a refusal",
                    () -> world.controlState().equals(Optional.of(ControlState.FAILED))
                            && world.state().control().isEmpty());
            assertThat(world.status().control().orElseThrow().name()).hasSizeLessThan(1100);
            assertThat(world.status().control().orElseThrow().message().orElseThrow())
                    .startsWith("user-control must be savepoint or job-cancel")
                    .hasSizeLessThan(1100);
        }
    }

    /** Says more than a status should hold. */
    private record TalkativePolicy(Decision decision) implements SavepointPolicy {
        @Override
        public String name() {
            return "talkative";
        }

        @Override
        public Precedence precedence() {
            return Precedence.PERIODIC;
        }

        @Override
        public Decision decide(PolicyContext context) {
            return context.log(this).served().isPresent() ? new Decision.Nothing() : decision;
        }
    }

    private static void startWith(World world, Decision decision) {
        world.manager(Faults.none(), builder -> builder.policies(List.of(new TalkativePolicy(decision))))
                .start();
        world.advance(Duration.ofSeconds(1));
    }

    @Test
    void i10BoundedWordsOfPolicies() {
        String much = "x".repeat(200_000);
        try (World world = World.withRunningJob(spec -> spec)) {
            startWith(world, new Decision.Explain(much));
            assertThat(world.status().bookkeeping().message().orElseThrow()).hasSizeLessThan(1100);
            world.assertAtRest();
        }
        try (World world = World.withRunningJob(spec -> spec)) {
            startWith(world, new Decision.RefuseRequest("token", much));
            assertThat(world.status().savepoint().orElseThrow().message().orElseThrow())
                    .hasSizeLessThan(1100);
        }
    }

    @Test
    void i10BoundedMessagesAndQueues() {
        try (World world = World.withRunningJob(spec -> spec)) {
            SavepointManager manager = world.manager();
            world.cluster.failNextSavepoint("x".repeat(1_000_000));
            CompletableFuture<SavepointResult> failed = manager.takeSavepoint(World.ORDERS);
            world.await("the failure", failed::isDone);
            assertThat(failed).isCompletedExceptionally();
            assertThat(world.status().savepoint().orElseThrow().message().orElseThrow())
                    .hasSizeLessThan(1100);
            List<CompletableFuture<SavepointResult>> calls = IntStream.range(0, 100)
                    .mapToObj(number -> manager.takeSavepoint(World.ORDERS))
                    .toList();
            assertThat(calls.stream()
                            .filter(CompletableFuture::isCompletedExceptionally)
                            .count())
                    .as("calls refused at once")
                    .isEqualTo(36);
        }
    }

    @Test
    void i10BoundedTicksWhenNothingChanges() {
        try (World world = World.withRunningJob(spec -> spec)) {
            Faults process = Faults.none();
            world.manager(process, builder -> {}).start();
            world.advance(Duration.ofHours(1));
            assertThat(process.interactions().stream().filter("load"::equals).count())
                    .as("ticks in an hour, one every 5 seconds")
                    .isBetween(700L, 740L);
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
