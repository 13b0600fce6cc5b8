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
 * failed stage never means a conflict. A version is never given twice, not even to a cluster that was removed and made
 * anew.
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
     * Removes a pending user control if nothing of the cluster was written since this version. So neither another value
     * nor the same one set anew is ever removed, however late the request arrives. The manager calls this after it has
     * recorded that it accepted the control, and repeats it with a newer version.
     *
     * @param cluster the cluster
     * @param version the version after the acceptance was recorded, or a later one
     * @param control the control that was accepted
     * @return whether the control was removed; false if there was none of this value or the version is another one
     */
    CompletionStage<Boolean> acknowledgeControl(ClusterId cluster, String version, ControlRequest control);

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

    /**
     * How a compare-and-set ended.
     *
     * @param outcome what became of it
     * @param version the version that the cluster has with the new status; empty if nothing was written
     */
    record WriteResult(Outcome outcome, Optional<String> version) {
        /** Something of the cluster was written since that version; nothing was written now. */
        public static final WriteResult CONFLICT = new WriteResult(Outcome.CONFLICT, Optional.empty());

        /** There is no such cluster (any more). */
        public static final WriteResult GONE = new WriteResult(Outcome.GONE, Optional.empty());

        /**
         * The status was written.
         *
         * @param version the version that the cluster has with it
         * @return the result
         */
        public static WriteResult written(String version) {
            return new WriteResult(Outcome.WRITTEN, Optional.of(version));
        }

        /** {@return whether the status was written} */
        public boolean isWritten() {
            return outcome == Outcome.WRITTEN;
        }

        /** What can become of a compare-and-set. */
        public enum Outcome {
            /** The status was written. */
            WRITTEN,
            /** Somebody else wrote first. */
            CONFLICT,
            /** The cluster is gone. */
            GONE
        }
    }
}
