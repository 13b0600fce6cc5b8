package io.savepoint.testing;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.spi.ClusterStateStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A store whose every call goes through {@link Faults}, and whose watches end with the process. */
final class FaultyStore implements ClusterStateStore {
    private final ClusterStateStore delegate;
    private final Faults faults;

    FaultyStore(ClusterStateStore delegate, Faults faults) {
        this.delegate = delegate;
        this.faults = faults;
    }

    @Override
    public CompletionStage<Optional<ClusterState>> load(ClusterId cluster) {
        return faults.store("load", () -> delegate.load(cluster));
    }

    @Override
    public CompletionStage<WriteResult> compareAndSet(ClusterId cluster, String version, ClusterStatus status) {
        return faults.write("compareAndSet", () -> delegate.compareAndSet(cluster, version, status));
    }

    @Override
    public CompletionStage<Boolean> acknowledgeControl(ClusterId cluster, String version, ControlRequest control) {
        return faults.store("acknowledgeControl", () -> delegate.acknowledgeControl(cluster, version, control));
    }

    @Override
    public CompletionStage<List<ClusterId>> list() {
        return faults.store("list", delegate::list);
    }

    @Override
    public Watch watch(Consumer<ClusterId> listener) {
        if (faults.crashed()) {
            return () -> {};
        }
        return delegate.watch(cluster -> {
            if (!faults.crashed()) {
                listener.accept(cluster);
            }
        });
    }
}
