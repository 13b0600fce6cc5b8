package io.savepoint;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.Reconciliation;
import io.savepoint.model.SavepointOptions;
import io.savepoint.model.SavepointResult;
import java.util.concurrent.CompletableFuture;

/**
 * Manages the savepoints of the clusters of a store: takes them by period, generation, control and direct call, records
 * every one, starts jobs and restarts failed ones from the last one recorded.
 *
 * <p>What is asked of Flink is recorded first, under an id chosen here, so that whatever crashes, every savepoint asked
 * for is taken exactly once or reported as failed. Several managers may work on one store.
 *
 * <p>Safe for use by any number of threads. No method waits; {@link #close()} alone does, for a bounded time.
 */
public interface SavepointManager extends AutoCloseable {
    /**
     * Starts to build a manager.
     *
     * @return a builder that needs at least a store and a transport
     */
    static SavepointManagerBuilder builder() {
        return new SavepointManagerBuilder();
    }

    /**
     * Begins to look after every cluster of the store, by itself. Starting twice does nothing.
     *
     * @throws IllegalStateException if the manager is closed
     */
    void start();

    /**
     * Runs one tick for a cluster, for hosts with a loop of their own; it need not be started for that. Call it again
     * when {@link Reconciliation#nextDue()} has come or when the cluster changed. Calls for one cluster follow each
     * other.
     *
     * @param cluster the cluster
     * @return what happened and when the next tick is due; what goes wrong with Flink or the store is told there and
     *     does not fail the future
     */
    CompletableFuture<Reconciliation> reconcile(ClusterId cluster);

    /**
     * Takes a savepoint of the cluster's job as its spec says. It waits for its turn behind other operations of the job,
     * and up to a minute for a job that does not run with all its tasks yet.
     *
     * @param cluster the cluster
     * @return the savepoint, once it is recorded; fails with a {@link SavepointException}. Cancelling the future gives
     *     the call up if it has not begun, and otherwise only stops telling.
     */
    default CompletableFuture<SavepointResult> takeSavepoint(ClusterId cluster) {
        return takeSavepoint(cluster, SavepointOptions.defaults());
    }

    /**
     * Takes a savepoint of the cluster's job; see {@link #takeSavepoint(ClusterId)}.
     *
     * @param cluster the cluster
     * @param options where it shall go, in which format
     * @return the savepoint, once it is recorded; fails with a {@link SavepointException}
     */
    CompletableFuture<SavepointResult> takeSavepoint(ClusterId cluster, SavepointOptions options);

    /**
     * Stops the cluster's job with a savepoint as its spec says; otherwise as {@link #takeSavepoint(ClusterId)}. If the
     * savepoint fails, the job goes on, as far as Flink lets it.
     *
     * @param cluster the cluster
     * @return the savepoint, once it is recorded and the job has ended; fails with a {@link SavepointException}
     */
    default CompletableFuture<SavepointResult> stopWithSavepoint(ClusterId cluster) {
        return stopWithSavepoint(cluster, SavepointOptions.defaults());
    }

    /**
     * Stops the cluster's job with a savepoint; see {@link #stopWithSavepoint(ClusterId)}.
     *
     * @param cluster the cluster
     * @param options where it shall go, in which format, and whether to drain the job first
     * @return the savepoint, once it is recorded and the job has ended; fails with a {@link SavepointException}
     */
    CompletableFuture<SavepointResult> stopWithSavepoint(ClusterId cluster, SavepointOptions options);

    /**
     * Runs the cluster's job from a savepoint. A run that is alive is cancelled first, without a savepoint. Should the new
     * run fail before a savepoint of it is recorded, the restart policy starts it from {@code location} again. A restore
     * that is refused leaves the job {@code Failed}, and the restart policy then acts on it from the recorded savepoint.
     *
     * @param cluster the cluster
     * @param location the savepoint, as Flink spells it
     * @return the id of the new run, once Flink runs it; fails with a {@link SavepointException}, for instance when the
     *     savepoint is missing or does not fit the job
     * @throws IllegalArgumentException if the location is blank
     */
    CompletableFuture<JobId> restoreFrom(ClusterId cluster, String location);

    /**
     * Ends the ticks, waiting up to 10 seconds for those under way. What is recorded and unfinished is carried on by the
     * next manager on the store. Futures of direct calls fail. The store and the transport are not closed.
     */
    @Override
    void close();
}
