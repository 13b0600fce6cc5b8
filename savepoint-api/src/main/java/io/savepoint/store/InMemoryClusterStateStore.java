package io.savepoint.store;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.JobSpec;
import io.savepoint.spi.ClusterStateStore;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store in the memory of this process, for tests and short-lived tools: what it holds is gone with the process.
 *
 * <p>Its stages are complete when they are returned. A watch is called on the thread that made the change, after the
 * change and outside of any lock. Statuses are kept as precisely as {@link StatusDocument} writes them, like in any
 * other store.
 *
 * <p>Safe for use by any number of threads.
 */
public final class InMemoryClusterStateStore implements ClusterStateStore {
    private static final Logger LOG = LoggerFactory.getLogger(InMemoryClusterStateStore.class);

    private final ConcurrentMap<ClusterId, ClusterState> states = new ConcurrentHashMap<>();
    // One count for all clusters, so that a cluster that is removed and put again does not meet an old version.
    private final AtomicLong versions = new AtomicLong();
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();

    /** Makes an empty store. */
    public InMemoryClusterStateStore() {}

    /**
     * Puts a cluster's spec; creates the cluster if there is none of that id, else keeps its control and status.
     *
     * @param cluster the cluster
     * @param spec the new spec
     */
    public void put(ClusterId cluster, JobSpec spec) {
        states.compute(
                cluster,
                (id, state) -> state == null
                        ? next(id, spec, Optional.empty(), ClusterStatus.empty())
                        : next(id, spec, state.control(), state.status()));
        changed(cluster);
    }

    /**
     * Changes a cluster's spec.
     *
     * @param cluster the cluster
     * @param change makes the new spec of the present one; it may be called again when others write meanwhile
     * @throws NoSuchElementException if there is no such cluster
     */
    public void updateSpec(ClusterId cluster, UnaryOperator<JobSpec> change) {
        update(cluster, state -> next(cluster, change.apply(state.spec()), state.control(), state.status()));
    }

    /**
     * Sets a cluster's user control, in place of one that may be pending.
     *
     * @param cluster the cluster
     * @param value what the user asks for, see {@link ControlRequest}
     * @throws NoSuchElementException if there is no such cluster
     */
    public void requestControl(ClusterId cluster, String value) {
        Optional<ControlRequest> control = Optional.of(new ControlRequest(value));
        update(cluster, state -> next(cluster, state.spec(), control, state.status()));
    }

    /**
     * Removes a cluster with all that is recorded of it; does nothing if there is none.
     *
     * @param cluster the cluster
     */
    public void remove(ClusterId cluster) {
        if (states.remove(cluster) != null) {
            changed(cluster);
        }
    }

    /**
     * Tells a cluster's present state, as {@link #load} does.
     *
     * @param cluster the cluster
     * @return its state
     * @throws NoSuchElementException if there is no such cluster
     */
    public ClusterState state(ClusterId cluster) {
        ClusterState state = states.get(cluster);
        if (state == null) {
            throw new NoSuchElementException("there is no cluster " + cluster + "; put it first");
        }
        return state;
    }

    @Override
    public CompletionStage<Optional<ClusterState>> load(ClusterId cluster) {
        return CompletableFuture.completedFuture(Optional.ofNullable(states.get(cluster)));
    }

    @Override
    public CompletionStage<WriteResult> compareAndSet(ClusterId cluster, String version, ClusterStatus status) {
        // Times lose here what they lose in a document, so that nobody comes to rely on more.
        ClusterStatus written =
                StatusDocument.read(cluster, StatusDocument.write(status)).value();
        ClusterState state = states.get(cluster);
        while (state != null && state.version().equals(version)) {
            ClusterState next = next(cluster, state.spec(), state.control(), written);
            if (states.replace(cluster, state, next)) {
                return CompletableFuture.completedFuture(WriteResult.written(next.version()));
            }
            state = states.get(cluster);
        }
        return CompletableFuture.completedFuture(state == null ? WriteResult.GONE : WriteResult.CONFLICT);
    }

    @Override
    public CompletionStage<Boolean> acknowledgeControl(ClusterId cluster, String version, ControlRequest control) {
        ClusterState state = states.get(cluster);
        boolean removed = state != null
                && state.version().equals(version)
                && state.control().equals(Optional.of(control))
                && states.replace(cluster, state, next(cluster, state.spec(), Optional.empty(), state.status()));
        if (removed) {
            changed(cluster);
        }
        return CompletableFuture.completedFuture(removed);
    }

    @Override
    public CompletionStage<List<ClusterId>> list() {
        return CompletableFuture.completedFuture(List.copyOf(states.keySet()));
    }

    @Override
    public Watch watch(Consumer<ClusterId> listener) {
        Subscription subscription = new Subscription(listener);
        subscriptions.add(subscription);
        return () -> subscriptions.remove(subscription);
    }

    private void update(ClusterId cluster, UnaryOperator<ClusterState> change) {
        ClusterState state = state(cluster);
        while (!states.replace(cluster, state, change.apply(state))) {
            state = state(cluster);
        }
        changed(cluster);
    }

    private ClusterState next(ClusterId cluster, JobSpec spec, Optional<ControlRequest> control, ClusterStatus status) {
        String version = Long.toString(versions.incrementAndGet());
        return new ClusterState(cluster, version, spec, control, status, List.of());
    }

    private void changed(ClusterId cluster) {
        for (Subscription subscription : subscriptions) {
            try {
                subscription.listener.accept(cluster);
            } catch (RuntimeException e) {
                LOG.warn("A watch of the store threw on {}; a listener must not throw", cluster, e);
            }
        }
    }

    /** Compared by identity, so that one listener may watch twice and close each watch by itself. */
    private static final class Subscription {
        private final Consumer<ClusterId> listener;

        Subscription(Consumer<ClusterId> listener) {
            this.listener = listener;
        }
    }
}
