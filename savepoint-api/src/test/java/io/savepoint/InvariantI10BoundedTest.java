package io.savepoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobState;
import io.savepoint.model.SavepointResult;
import io.savepoint.policy.Decision;
import io.savepoint.policy.PolicyContext;
import io.savepoint.policy.Precedence;
import io.savepoint.policy.SavepointPolicy;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.testing.Faults;
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

/** The invariant I10 of the design: what we ask of Flink and what we write down is bounded. */
class InvariantI10BoundedTest {
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
}
