package io.savepoint.k8s;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
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
 * Holds a manager's ticks where a test wants them, each cluster's at one request, which is sent when it is let go. Requests
 * to the API server are held on their way, by their thread, when the store has no more say in them: it would see by itself
 * that it is late. Safe for use by any number of threads.
 */
final class Holds implements Interceptor {
    private final Map<ClusterId, Hold> holds = new ConcurrentHashMap<>();

    /** A step in serving a user's request. */
    enum Point {
        ACCEPTANCE,
        ACKNOWLEDGEMENT,
        INTENT,
        REQUEST_TO_FLINK,
        RESULT
    }

    private static final class Hold {
        final Point point;
        volatile boolean onItsWay;
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

    void releaseAll() {
        holds.keySet().forEach(this::release);
    }

    ClusterStateStore of(ClusterStateStore store) {
        return new ForwardingStore(store) {
            @Override
            public CompletionStage<WriteResult> compareAndSet(ClusterId cluster, String version, ClusterStatus status) {
                point(status).flatMap(point -> find(cluster, point)).ifPresent(hold -> hold.onItsWay = true);
                return super.compareAndSet(cluster, version, status);
            }

            @Override
            public CompletionStage<Boolean> acknowledgeControl(
                    ClusterId cluster, String version, ControlRequest control) {
                find(cluster, Point.ACKNOWLEDGEMENT).ifPresent(hold -> hold.onItsWay = true);
                return super.acknowledgeControl(cluster, version, control);
            }
        };
    }

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        if (!request.method().equals("PATCH")) {
            return;
        }
        String path = request.uri().getPath() + "/";
        holds.forEach((cluster, hold) -> {
            boolean meant = hold.onItsWay && path.contains("/" + cluster.name() + "/");
            if (meant && hold.reached.complete(null)) {
                hold.released.join();
            }
        });
    }

    FlinkTransport of(FlinkTransport flink) {
        return new ForwardingTransport(flink) {
            @Override
            public CompletionStage<TriggerId> triggerSavepoint(ClusterId cluster, SavepointRequest request) {
                Supplier<CompletionStage<TriggerId>> call = () -> super.triggerSavepoint(cluster, request);
                Optional<Hold> here = find(cluster, Point.REQUEST_TO_FLINK).filter(hold -> hold.reached.complete(null));
                return here.isPresent() ? here.get().released.thenCompose(released -> call.get()) : call.get();
            }
        };
    }

    private Optional<Hold> find(ClusterId cluster, Point point) {
        return Optional.ofNullable(holds.get(cluster)).filter(hold -> hold.point == point);
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
