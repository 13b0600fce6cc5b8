package io.savepoint.internal;

import static io.savepoint.internal.Situation.ORDERS;
import static io.savepoint.internal.Situation.found;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobSpec;
import io.savepoint.model.Operation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.Reconciliation;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointOptions;
import io.savepoint.model.TriggerId;
import io.savepoint.policy.Policies;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.SavepointRequest;
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

/** An engine over a store and a Flink that do what a test says; the cluster's job runs. */
abstract class EngineFixture {
    final ManualScheduler time = new ManualScheduler(Situation.NOW);
    final InMemoryClusterStateStore memory = new InMemoryClusterStateStore();
    final Store store = new Store();
    final Flink flink = new Flink();
    final List<SavepointEvent> events = new ArrayList<>();
    final Engine engine = new Engine(
            new EngineParts(
                    store,
                    flink,
                    Optional.empty(),
                    Policies.defaults(),
                    List.of(events::add),
                    time,
                    new SplittableRandom(42),
                    false,
                    10,
                    new ConcurrencyLimit(Integer.MAX_VALUE, Integer.MAX_VALUE),
                    IllegalStateException::new),
            Situation.TIMINGS);

    /** The in-memory store, with what a test puts in the way of it. */
    final class Store extends ForwardingStore {
        Optional<RuntimeException> failure = Optional.empty();
        Optional<RuntimeException> removalFailure = Optional.empty();
        Optional<ClusterState> oldCopy = Optional.empty();
        CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);
        boolean conflicts;
        Runnable afterWrite = () -> {};

        Store() {
            super(memory);
        }

        @Override
        public CompletionStage<Optional<ClusterState>> load(ClusterId cluster) {
            if (failure.isPresent()) {
                return CompletableFuture.failedFuture(failure.get());
            }
            return oldCopy.isPresent()
                    ? CompletableFuture.completedFuture(oldCopy)
                    : gate.thenCompose(open -> super.load(cluster));
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
    final class Flink extends ForwardingTransport {
        JobObservation seen = found(FlinkJobState.RUNNING);
        OperationObservation result = new OperationObservation.InProgress();
        Supplier<CompletionStage<TriggerId>> answer =
                () -> CompletableFuture.failedFuture(new FlinkUnreachableException("connection reset"));
        final List<TriggerId> asked = new ArrayList<>();

        Flink() {
            super(FakeFlink.create(time));
        }

        @Override
        public CompletionStage<JobObservation> observeJob(ClusterId cluster, JobId job) {
            return CompletableFuture.completedFuture(seen);
        }

        @Override
        public CompletionStage<OperationObservation> observeOperation(ClusterId cluster, JobId job, TriggerId trigger) {
            return CompletableFuture.completedFuture(result);
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

    void record(ClusterStatus status) {
        memory.compareAndSet(ORDERS, memory.state(ORDERS).version(), status);
    }

    Reconciliation tick() {
        return engine.reconcile(ORDERS).join();
    }

    Duration delay(Reconciliation done) {
        return Duration.between(time.now(), done.nextDue().orElseThrow());
    }

    void askForASavepoint() {
        memory.updateSpec(
                ORDERS,
                spec -> JobSpec.builder().from(spec).savepointGeneration(1).build());
        assertThat(tick().message()).isEqualTo("savepointGeneration 1 asks for a savepoint");
        assertThat(flink.asked).isEmpty();
    }

    void refuse(Runnable meanwhile) {
        flink.answer = () -> {
            meanwhile.run();
            return CompletableFuture.failedFuture(new FlinkRefusedException("403 by a proxy"));
        };
    }

    Optional<Operation> inFlight() {
        return memory.state(ORDERS).status().bookkeeping().operation();
    }

    CompletableFuture<Object> call() {
        return engine.call(
                ORDERS,
                new DirectRequest(
                        "call", DirectRequest.Kind.SAVEPOINT, SavepointOptions.defaults(), "", Situation.NOW));
    }
}
