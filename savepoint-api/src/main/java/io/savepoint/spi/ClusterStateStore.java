package io.savepoint.spi;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Where specs, pending user controls and recorded statuses lie.
 *
 * <p><b>Contract.</b> A cluster's spec, control and status share one version, which every write to any of them changes,
 * whoever writes. The manager builds its guarantees on {@link #compareAndSet} alone, so that one must be linearizable:
 * of several writers that name the same version exactly one succeeds. {@link #load} may be served from a cache as long
 * as it becomes fresh without further writes; a stale copy only costs a conflict.
 *
 * <p>Methods return at once and never throw. A store that cannot be reached completes the stage exceptionally with a
 * {@link StoreException}, within a bounded time; the write may have been applied then, and the manager begins afresh. A
 * failed stage never means a conflict.
 *
 * <p>Implementations are safe for use by any number of threads, and for several managers in different processes.
 * {@code io.savepoint.testing.ClusterStateStoreContract} checks an implementation.
 */
public interface ClusterStateStore {
    /**
     * Loads a cluster. A malformed value of a hand-edited spec or status is left out and told in
     * {@link ClusterState#problems()}; it never fails the load.
     *
     * @param cluster the cluster
     * @return its state, or empty if there is none of that name
     */
    CompletionStage<Optional<ClusterState>> load(ClusterId cluster);

    /**
     * Replaces the status if nothing of the cluster was written since {@code version} was loaded. Only what belongs to
     * the status is written: spec, control and all that others keep beside them stay as they are.
     *
     * @param cluster the cluster
     * @param version {@link ClusterState#version()} of the state that the decision rests on
     * @param status the new status, whole: a field left empty is removed
     * @return how it ended; it is durable when this completes
     */
    CompletionStage<WriteResult> compareAndSet(ClusterId cluster, String version, ClusterStatus status);

    /**
     * Removes a pending user control if it still has this value. Another value that the user set meanwhile stays. The
     * manager calls this after it has recorded that it accepted the control, and may repeat it.
     *
     * @param cluster the cluster
     * @param control the control that was accepted
     * @return whether a control of this value was removed; false if there was none or another one
     */
    CompletionStage<Boolean> acknowledgeControl(ClusterId cluster, ControlRequest control);

    /**
     * Lists the clusters that a manager on this store shall look after.
     *
     * @return their ids, in no particular order
     */
    CompletionStage<List<ClusterId>> list();

    /**
     * Reports every cluster whose spec or control changes, that appears or disappears, from now on. Reports may be
     * repeated, merged or made for no reason, and one may be lost when a connection breaks: the manager lists again from
     * time to time. The clusters that exist already are not reported.
     *
     * @param listener called with the id on a thread of the store's; it returns at once and does not throw
     * @return ends the watch when closed; closing it again does nothing
     */
    Watch watch(Consumer<ClusterId> listener);

    /** A running watch. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    /** How a compare-and-set can end. */
    enum WriteResult {
        /** The status was written. */
        WRITTEN,
        /** Something of the cluster was written since that version; nothing was written now. */
        CONFLICT,
        /** There is no such cluster (any more). */
        GONE
    }
}
