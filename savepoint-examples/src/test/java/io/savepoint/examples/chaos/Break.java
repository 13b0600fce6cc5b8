package io.savepoint.examples.chaos;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.testing.ForwardingStore;
import io.savepoint.testing.ForwardingTransport;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** How a manager is spoilt on purpose, to see that the test notices: {@code -Dchaos.break=...}. */
enum Break {
    NOTHING,
    /** Flink is asked for a savepoint whose intent was not recorded. */
    ACTS_BEFORE_RECORDING,
    /** Every request to Flink has another id than the one recorded. */
    CHOOSES_A_NEW_ID,
    /** Controls are removed, and never recorded as accepted. */
    FORGETS_CONTROLS;

    ClusterStateStore store(ClusterStateStore store) {
        return new ForwardingStore(store) {
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
