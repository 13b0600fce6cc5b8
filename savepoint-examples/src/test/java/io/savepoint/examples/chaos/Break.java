package io.savepoint.examples.chaos;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.testing.ForwardingStore;
import io.savepoint.testing.ForwardingTransport;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/** How a manager is spoilt on purpose, to see that the test notices: {@code -Dchaos.break=...}. */
enum Break {
    NOTHING,
    /** Flink is asked for a savepoint whose intent was not recorded. */
    ACTS_BEFORE_RECORDING,
    /** Every request to Flink has another id than the one recorded. */
    CHOOSES_A_NEW_ID,
    /** Controls are removed, and never recorded as accepted. */
    FORGETS_CONTROLS,
    /** A manager that begins does not see the operation that is in flight then. */
    FORGETS_AN_INTENT;

    ClusterStateStore store(ClusterStateStore store) {
        return new ForwardingStore(store) {
            private final AtomicBoolean begun = new AtomicBoolean();

            @Override
            public CompletionStage<Optional<ClusterState>> load(ClusterId cluster) {
                boolean forgets = Break.this == FORGETS_AN_INTENT && !begun.getAndSet(true);
                return super.load(cluster).thenApply(found -> forgets ? found.map(Break::forget) : found);
            }

            @Override
            public CompletionStage<WriteResult> compareAndSet(ClusterId cluster, String version, ClusterStatus status) {
                boolean intent = status.bookkeeping().operation().isPresent();
                if (Break.this == ACTS_BEFORE_RECORDING && intent) {
                    return CompletableFuture.completedFuture(WriteResult.written(version + "0"));
                }
                boolean accepts = status.bookkeeping().controlToAcknowledge().isPresent();
                if (Break.this == FORGETS_CONTROLS && accepts) {
                    return super.acknowledgeControl(cluster, version, new ControlRequest(ControlRequest.SAVEPOINT))
                            .thenApply(removed -> WriteResult.CONFLICT);
                }
                return super.compareAndSet(cluster, version, status);
            }
        };
    }

    private static ClusterState forget(ClusterState state) {
        ClusterStatus status = state.status();
        Bookkeeping books = Bookkeeping.builder()
                .from(status.bookkeeping())
                .operation(Optional.empty())
                .build();
        return new ClusterState(
                state.id(),
                state.version(),
                state.spec(),
                state.control(),
                ClusterStatus.builder().from(status).bookkeeping(books).build(),
                state.problems());
    }

    FlinkTransport transport(FlinkTransport transport) {
        return new ForwardingTransport(transport) {
            @Override
            public CompletionStage<TriggerId> triggerSavepoint(ClusterId cluster, SavepointRequest request) {
                if (Break.this != CHOOSES_A_NEW_ID) {
                    return super.triggerSavepoint(cluster, request);
                }
                TriggerId other = TriggerId.of(UUID.randomUUID().toString().replace("-", ""));
                return super.triggerSavepoint(
                                cluster,
                                new SavepointRequest(request.job(), other, request.targetDirectory(), request.format()))
                        .thenApply(any -> request.trigger());
            }
        };
    }
}
