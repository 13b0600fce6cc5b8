package io.savepoint.k8s;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.SavepointState;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.testing.ForwardingStore;
import io.savepoint.testing.ForwardingTransport;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Holds a manager's ticks where a test wants them, each cluster's at one call, which is made when it is let go. Safe for
 * use by any number of threads.
 */
final class Holds {
    private final Map<ClusterId, Hold> holds = new ConcurrentHashMap<>();

    /** The next call of a tick that serves a request. */
    enum Point {
        ACCEPTANCE,
        ACKNOWLEDGEMENT,
        INTENT,
        REQUEST_TO_FLINK,
        RESULT
    }

    private static final class Hold {
        final Point point;
        final CompletableFuture<Void> reached = new CompletableFuture<>();
        final CompletableFuture<Void> released = new CompletableFuture<>();

        Hold(Point point) {
            this.point = point;
        }
    }

    void hold(ClusterId cluster, Point point) {
        holds.put(cluster, new Hold(point));
    }

    boolean isHeld(ClusterId cluster) {
        return Optional.ofNullable(holds.get(cluster))
                .filter(hold -> hold.reached.isDone())
                .isPresent();
    }

    void release(ClusterId cluster) {
        holds.remove(cluster).released.complete(null);
    }

    ClusterStateStore of(ClusterStateStore store) {
        return new ForwardingStore(store) {
            @Override
            public CompletionStage<WriteResult> compareAndSet(ClusterId cluster, String version, ClusterStatus status) {
                return pass(cluster, point(status), () -> super.compareAndSet(cluster, version, status));
            }

            @Override
            public CompletionStage<Boolean> acknowledgeControl(
                    ClusterId cluster, String version, ControlRequest control) {
                return pass(
                        cluster,
                        Optional.of(Point.ACKNOWLEDGEMENT),
                        () -> super.acknowledgeControl(cluster, version, control));
            }
        };
    }

    FlinkTransport of(FlinkTransport flink) {
        return new ForwardingTransport(flink) {
            @Override
            public CompletionStage<TriggerId> triggerSavepoint(ClusterId cluster, SavepointRequest request) {
                return pass(
                        cluster, Optional.of(Point.REQUEST_TO_FLINK), () -> super.triggerSavepoint(cluster, request));
            }
        };
    }

    private <T> CompletionStage<T> pass(ClusterId cluster, Optional<Point> point, Supplier<CompletionStage<T>> call) {
        Hold hold = holds.get(cluster);
        if (hold == null || !point.equals(Optional.of(hold.point)) || !hold.reached.complete(null)) {
            return call.get();
        }
        return hold.released.thenCompose(released -> call.get());
    }

    /** What is written. */
    private static Optional<Point> point(ClusterStatus status) {
        if (status.bookkeeping().operation().isPresent()) {
            return Optional.of(Point.INTENT);
        }
        if (status.savepoint()
                .filter(savepoint -> savepoint.state() == SavepointState.SUCCEEDED)
                .isPresent()) {
            return Optional.of(Point.RESULT);
        }
        return status.control()
                .filter(control -> control.state() == ControlState.REQUESTED)
                .map(accepted -> Point.ACCEPTANCE);
    }
}
