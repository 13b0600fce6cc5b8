package io.savepoint.internal;

import static io.savepoint.internal.Situation.ORDERS;
import static io.savepoint.internal.Situation.OTHER_TRIGGER;
import static io.savepoint.internal.Situation.found;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.Operation;
import io.savepoint.model.Reconciliation;
import io.savepoint.model.Reconciliation.Outcome;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointOptions;
import io.savepoint.model.SavepointState;
import io.savepoint.model.SavepointStatus;
import io.savepoint.model.TriggerId;
import io.savepoint.policy.Policies;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.spi.StoreException;
import io.savepoint.store.InMemoryClusterStateStore;
import io.savepoint.testing.FakeFlink;
import io.savepoint.testing.ForwardingStore;
import io.savepoint.testing.ForwardingTransport;
import io.savepoint.testing.ManualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a tick answers, and when it says to come again. */
class EngineTest {
    private final ManualScheduler time = new ManualScheduler(Situation.NOW);
    private final InMemoryClusterStateStore memory = new InMemoryClusterStateStore();
    private final Store store = new Store();
    private final Flink flink = new Flink();
    private final List<SavepointEvent> events = new ArrayList<>();
    private final Engine engine = new Engine(
            new Engine.Parts(
                    store,
                    flink,
                    Optional.empty(),
                    Policies.defaults(),
                    List.of(events::add),
                    time,
                    new SplittableRandom(42),
                    false,
                    IllegalStateException::new),
            Situation.TIMINGS);

    /** The in-memory store, with what a test puts in the way of it. */
    private final class Store extends ForwardingStore {
        private Optional<RuntimeException> failure = Optional.empty();
        private Optional<RuntimeException> removalFailure = Optional.empty();
        private boolean conflicts;
        private Runnable afterWrite = () -> {};

        Store() {
            super(memory);
        }

        @Override
        public CompletionStage<Optional<ClusterState>> load(ClusterId cluster) {
            return failure.<CompletionStage<Optional<ClusterState>>>map(CompletableFuture::failedFuture)
                    .orElseGet(() -> super.load(cluster));
        }

        @Override
        public CompletionStage<WriteResult> compareAndSet(ClusterId cluster, String version, ClusterStatus status) {
            if (conflicts) {
                return CompletableFuture.completedFuture(WriteResult.CONFLICT);
            }
            return super.compareAndSet(cluster, version, status).thenApply(written -> {
                Runnable then = afterWrite;
                afterWrite = () -> {};
                then.run();
                return written;
            });
        }

        @Override
        public CompletionStage<Boolean> acknowledgeControl(ClusterId cluster, String version, ControlRequest control) {
            return removalFailure
                    .<CompletionStage<Boolean>>map(CompletableFuture::failedFuture)
                    .orElseGet(() -> super.acknowledgeControl(cluster, version, control));
        }
    }

    /** A Flink with one running job. */
    private final class Flink extends ForwardingTransport {
        private JobObservation seen = found(FlinkJobState.RUNNING);
        private Supplier<CompletionStage<TriggerId>> answer =
                () -> CompletableFuture.failedFuture(new FlinkUnreachableException("connection reset"));
        private final List<TriggerId> asked = new ArrayList<>();

        Flink() {
            super(FakeFlink.create(time));
        }

        @Override
        public CompletionStage<JobObservation> observeJob(ClusterId cluster, JobId job) {
            return CompletableFuture.completedFuture(seen);
        }

        @Override
        public CompletionStage<TriggerId> triggerSavepoint(ClusterId cluster, SavepointRequest request) {
            asked.add(request.trigger());
            return answer.get();
        }
    }

    @BeforeEach
    void aRunningJob() {
        memory.put(ORDERS, JobSpec.builder().savepointsDir("file:///savepoints").build());
        record(Situation.running().recorded().status());
    }

    private void record(ClusterStatus status) {
        memory.compareAndSet(ORDERS, memory.state(ORDERS).version(), status);
    }

    private Reconciliation tick() {
        return engine.reconcile(ORDERS).join();
    }

    private Duration delay(Reconciliation done) {
        return Duration.between(time.now(), done.nextDue().orElseThrow());
    }

    private void askForASavepoint() {
        memory.updateSpec(
                ORDERS,
                spec -> JobSpec.builder().from(spec).savepointGeneration(1).build());
        assertThat(tick().message()).isEqualTo("savepointGeneration 1 asks for a savepoint");
        assertThat(flink.asked).isEmpty();
    }

    private Optional<Operation> inFlight() {
        return memory.state(ORDERS).status().bookkeeping().operation();
    }

    @Test
    void whereNothingIsToBeDoneNothingIsWritten() {
        String version = memory.state(ORDERS).version();
        Reconciliation done = tick();
        assertThat(done.outcome()).isEqualTo(Outcome.UNCHANGED);
        assertThat(done.message()).isEqualTo("nothing to do");
        assertThat(delay(done)).isEqualTo(Duration.ofSeconds(5));
        assertThat(memory.state(ORDERS).version()).isEqualTo(version);
        flink.seen = new JobObservation.Unreachable("connection refused");
        assertThat(tick().message()).isEqualTo("connection refused");
    }

    @Test
    void aChangeWithoutAnEventIsToldInWords() {
        flink.seen = new JobObservation.NotFound();
        Reconciliation done = tick();
        assertThat(done.outcome()).isEqualTo(Outcome.RECORDED);
        assertThat(done.message()).isEqualTo("the status was brought up to date");
        assertThat(memory.state(ORDERS).status().lastUpdateTime()).contains(Situation.NOW);
    }

    @Test
    void conflictsAreFollowedEverLaterUntilATickSucceeds() {
        flink.seen = new JobObservation.NotFound();
        store.conflicts = true;
        for (int conflict = 0; conflict <= 10; conflict++) {
            Reconciliation done = tick();
            assertThat(done.outcome()).isEqualTo(Outcome.CONFLICT);
            assertThat(done.message()).isEqualTo("somebody else wrote in between");
            assertThat(delay(done)).isEqualTo(Duration.ofMillis(5L << Math.min(conflict, 8)));
        }
        store.conflicts = false;
        tick();
        store.conflicts = true;
        flink.seen = found(FlinkJobState.RUNNING);
        assertThat(delay(tick())).isEqualTo(Duration.ofMillis(5));
    }

    @Test
    void failuresOfTheStoreAreFollowedEverLater() {
        store.failure = Optional.of(new StoreException("no answer"));
        for (int seconds : new int[] {1, 2, 4, 8, 16, 30, 30}) {
            Reconciliation done = tick();
            assertThat(done.outcome()).isEqualTo(Outcome.STORE_FAILED);
            assertThat(done.message()).isEqualTo("no answer");
            assertThat(delay(done)).isEqualTo(Duration.ofSeconds(seconds));
        }
        store.failure = Optional.empty();
        tick();
        store.failure = Optional.of(new StoreException("no answer"));
        assertThat(delay(tick())).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aBugIsNoFailureOfTheStore() {
        store.failure = Optional.of(new IllegalStateException("a bug"));
        assertThatThrownBy(this::tick).cause().hasMessage("a bug");
    }

    @Test
    void whatElseIsDueDoesNotWaitForTheStore() {
        memory.requestControl(ORDERS, "savepoint");
        record(Situation.running()
                .books(book -> book.controlToAcknowledge("savepoint"))
                .recorded()
                .status());
        store.removalFailure = Optional.of(new StoreException("not allowed"));
        for (int seconds : new int[] {1, 2, 4, 5, 5}) {
            Reconciliation done = tick();
            assertThat(done.outcome()).isEqualTo(Outcome.STORE_FAILED);
            assertThat(delay(done)).isEqualTo(Duration.ofSeconds(seconds));
        }
        store.removalFailure = Optional.empty();
        Reconciliation removed = tick();
        assertThat(removed.outcome()).isEqualTo(Outcome.UNCHANGED);
        assertThat(delay(removed)).isZero();
        assertThat(memory.state(ORDERS).control()).isEmpty();
    }

    @ParameterizedTest(name = "the write takes {0} ms")
    @CsvSource({"10000,true", "10001,false"})
    void aRequestIsNotSentWhenSomebodyElseMayHaveSentItSince(long millis, boolean sent) {
        askForASavepoint();
        store.afterWrite = () -> time.advance(Duration.ofMillis(millis));
        Reconciliation done = tick();
        assertThat(done.outcome()).isEqualTo(Outcome.RECORDED);
        assertThat(inFlight()).isPresent();
        assertThat(flink.asked).hasSize(sent ? 1 : 0);
        assertThat(done.message())
                .isEqualTo(sent ? "connection reset" : "too late to act on the decision; looking again");
    }

    @Test
    void anotherIdThatFlinkGoesByIsRecorded() {
        askForASavepoint();
        flink.answer = () -> CompletableFuture.completedFuture(OTHER_TRIGGER);
        assertThat(tick().outcome()).isEqualTo(Outcome.RECORDED);
        assertThat(inFlight().map(Operation::triggerId)).contains(OTHER_TRIGGER);
        assertThat(flink.asked).hasSize(1).doesNotContain(OTHER_TRIGGER);
    }

    private void refuse(Runnable meanwhile) {
        flink.answer = () -> {
            meanwhile.run();
            return CompletableFuture.failedFuture(new FlinkRefusedException("403 by a proxy"));
        };
    }

    @Test
    void aRefusalIsRecordedAndToldAtOnce() {
        askForASavepoint();
        refuse(() -> {});
        Reconciliation done = tick();
        assertThat(done.message()).isEqualTo("403 by a proxy");
        assertThat(inFlight()).isEmpty();
        assertThat(memory.state(ORDERS).status().savepoint().map(SavepointStatus::state))
                .contains(SavepointState.TRIGGER_FAILED);
        assertThat(tick().outcome()).as("its own write is no conflict").isEqualTo(Outcome.UNCHANGED);
    }

    @Test
    void aRefusalIsToldAfterTheRequestThatWasRefused() {
        askForASavepoint();
        refuse(() -> {});
        tick();
        assertThat(events)
                .extracting(SavepointEvent::type)
                .containsExactly(
                        SavepointEvent.Type.SAVEPOINT_REQUESTED,
                        SavepointEvent.Type.SAVEPOINT_TRIGGERED,
                        SavepointEvent.Type.SAVEPOINT_FAILED);
    }

    @Test
    void aRefusalThatCannotBeRecordedIsHeardAgain() {
        askForASavepoint();
        refuse(() -> store.conflicts = true);
        assertThat(tick().outcome()).isEqualTo(Outcome.RECORDED);
        assertThat(inFlight()).isPresent();
        assertThat(events).extracting(SavepointEvent::type).doesNotContain(SavepointEvent.Type.SAVEPOINT_FAILED);
    }

    @Test
    void aRefusalOfWhatEndedMeanwhileIsForgotten() {
        askForASavepoint();
        refuse(() -> record(Situation.running().recorded().status()));
        assertThat(tick().outcome()).isEqualTo(Outcome.RECORDED);
        assertThat(inFlight()).isEmpty();
        assertThat(memory.state(ORDERS).status().savepoint()).isEmpty();
        assertThat(events).extracting(SavepointEvent::type).doesNotContain(SavepointEvent.Type.SAVEPOINT_FAILED);
    }

    @Test
    void aClusterThatGoesWhileFlinkRefusesIsGone() {
        askForASavepoint();
        refuse(() -> memory.remove(ORDERS));
        assertThat(tick().outcome()).isEqualTo(Outcome.RECORDED);
        Reconciliation gone = tick();
        assertThat(gone.outcome()).isEqualTo(Outcome.GONE);
        assertThat(gone.nextDue()).isEmpty();
    }

    private CompletableFuture<Object> call() {
        return engine.call(
                ORDERS,
                new DirectRequest(
                        "call", DirectRequest.Kind.SAVEPOINT, SavepointOptions.defaults(), "", Situation.NOW));
    }

    @Test
    void aClusterThatIsGoneFailsItsCalls() {
        assertThat(engine.hasCalls(ORDERS)).isFalse();
        CompletableFuture<Object> call = call();
        assertThat(engine.hasCalls(ORDERS)).isTrue();
        memory.remove(ORDERS);
        assertThat(tick().outcome()).isEqualTo(Outcome.GONE);
        assertThat(engine.hasCalls(ORDERS)).isFalse();
        assertThatThrownBy(call::join).cause().hasMessage(ORDERS + ": the store does not know this cluster");
    }

    @Test
    void aCallThatIsRefusedLeavesNoTraceInTheRecord() {
        record(Situation.over(JobState.CANCELLED).recorded().status());
        String version = memory.state(ORDERS).version();
        CompletableFuture<Object> call = call();
        tick();
        assertThat(memory.state(ORDERS).version()).isEqualTo(version);
        assertThatThrownBy(call::join)
                .cause()
                .hasMessage(ORDERS + ": the job is Cancelled, and only a running job has a state to save");
    }

    @Test
    void anEngineThatIsClosedServesNothing() {
        CompletableFuture<Object> call = call();
        assertThat(engine.close()).isCompleted();
        assertThat(call).isCompletedExceptionally();
        assertThat(call()).isCompletedExceptionally();
        assertThatThrownBy(this::tick).cause().hasMessageStartingWith(ORDERS + ": the manager was closed");
        assertThat(flink.asked).isEmpty();
    }
}
