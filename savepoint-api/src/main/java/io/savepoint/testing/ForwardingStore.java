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

/**
 * A store that hands every call on to another one, for tests of embedders that watch, hold or fail a call or two of it by
 * overriding them.
 *
 * <p>As safe for use by several threads as the store behind it.
 */
public class ForwardingStore implements ClusterStateStore {
    private final ClusterStateStore store;

    /**
     * Forwards to a store.
     *
     * @param store what answers the calls
     */
    public ForwardingStore(ClusterStateStore store) {
        this.store = store;
    }

    @Override
    public CompletionStage<Optional<ClusterState>> load(ClusterId cluster) {
        return store.load(cluster);
    }

    @Override
    public CompletionStage<WriteResult> compareAndSet(ClusterId cluster, String version, ClusterStatus status) {
        return store.compareAndSet(cluster, version, status);
    }

    @Override
    public CompletionStage<Boolean> acknowledgeControl(ClusterId cluster, String version, ControlRequest control) {
        return store.acknowledgeControl(cluster, version, control);
    }

    @Override
    public CompletionStage<List<ClusterId>> list() {
        return store.list();
    }

    @Override
    public Watch watch(Consumer<ClusterId> listener) {
        return store.watch(listener);
    }
}
