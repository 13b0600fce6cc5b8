package io.savepoint.internal;

import io.savepoint.model.ClusterId;
import io.savepoint.model.Reconciliation;
import io.savepoint.model.Reconciliation.Outcome;
import io.savepoint.model.SavepointOptions;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.Scheduler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the ticks of every cluster of the store when they are due or when the store reports a change, and those of a
 * cluster with a direct call in any case. Safe for use by any number of threads.
 */
public final class Driver {
    private static final Logger LOG = LoggerFactory.getLogger(Driver.class);
    /** The least time between two ticks of a cluster that changed nothing. */
    private static final Duration BREATH = Duration.ofMillis(4);

    private static final Duration AFTER_A_BUG = Duration.ofSeconds(30);
    /** Some two thousand clusters in a second, which are looked at every five seconds. */
    private static final int FIRST_LOOKS_AT_ONCE = 100;

    private static final Duration BETWEEN_FIRST_LOOKS = Duration.ofMillis(50);

    private final Engine engine;
    private final ClusterStateStore store;
    private final Scheduler scheduler;
    private final RandomGenerator random;
    private final Duration resyncInterval;
    private final ConcurrentHashMap<ClusterId, Slot> slots = new ConcurrentHashMap<>();
    private ClusterStateStore.@Nullable Watch watch;
    private Scheduler.@Nullable Cancellable resync;
    private volatile boolean started;
    private volatile boolean closed;

    /**
     * Puts the driver together.
     *
     * @param engine what runs a tick
     * @param parts the same parts that the engine has
     * @param resyncInterval how often the clusters are listed, to find what the watch may have missed
     */
    public Driver(Engine engine, EngineParts parts, Duration resyncInterval) {
        this.engine = engine;
        this.store = parts.store();
        this.scheduler = parts.scheduler();
        this.random = parts.random();
        this.resyncInterval = resyncInterval;
    }

    /** Begins to look after every cluster of the store; starting twice does nothing. */
    public synchronized void start() {
        if (closed) {
            throw new IllegalStateException("the manager is closed; build a new one");
        }
        if (!started) {
            watch = store.watch(this::wake);
            started = true;
            resync();
        }
    }

    /**
     * Runs ticks for a direct call until it has its result.
     *
     * @param id the cluster
     * @param kind what is asked for
     * @param options how
     * @param location what to restore from, or empty
     * @return its result
     */
    CompletableFuture<Object> call(ClusterId id, DirectRequest.Kind kind, SavepointOptions options, String location) {
        String token = TriggerId.random(random).hex();
        DirectRequest request = new DirectRequest(
                token, kind, options, location, scheduler.clock().instant());
        CompletableFuture<Object> result = engine.call(id, request);
        wake(id);
        return result;
    }

    /**
     * Ends the ticks that wait for their time; those under way end by themselves.
     *
     * @return completes when no tick is under way any more
     */
    public CompletableFuture<Void> close() {
        synchronized (this) {
            closed = true;
            if (watch != null) {
                watch.close();
            }
            if (resync != null) {
                resync.cancel();
            }
        }
        slots.values().forEach(Slot::close);
        return engine.close();
    }

    private synchronized boolean isOpen() {
        return !closed;
    }

    private void resync() {
        CompletableFuture<Void> unused = Stages.call(store::list).handle((clusters, problem) -> {
            if (problem == null) {
                begin(clusters.stream().filter(id -> !slots.containsKey(id)).toList());
            } else if (isOpen()) {
                LOG.warn(
                        "the clusters could not be listed, trying again in {}: {}",
                        resyncInterval,
                        Stages.describe(problem));
            }
            synchronized (this) {
                if (!closed) {
                    resync = scheduler.schedule(resyncInterval, this::resync);
                }
            }
            return null;
        });
    }

    /** Looks at clusters for the first time: not at thousands in one moment, as they would stay together from then on. */
    private void begin(List<ClusterId> clusters) {
        for (int i = 0; i < clusters.size() && !closed; i++) {
            Duration delay = BETWEEN_FIRST_LOOKS.multipliedBy(i / FIRST_LOOKS_AT_ONCE);
            slots.computeIfAbsent(clusters.get(i), id -> {
                Slot slot = new Slot(id);
                slot.request(delay);
                return slot;
            });
        }
    }

    private void wake(ClusterId id) {
        if (!closed) {
            slots.computeIfAbsent(id, Slot::new).request(Duration.ZERO);
        }
    }

    /** The next tick of one cluster. */
    private final class Slot {
        private final ClusterId id;
        private Scheduler.@Nullable Cancellable timer;
        private boolean running;
        private boolean again;

        Slot(ClusterId id) {
            this.id = id;
        }

        synchronized void request(Duration delay) {
            if (running) {
                again = true;
                return;
            }
            if (timer != null) {
                timer.cancel();
            }
            timer = scheduler.schedule(delay, this::run);
        }

        private void run() {
            synchronized (this) {
                if (closed || running) {
                    return;
                }
                running = true;
                again = false;
            }
            CompletableFuture<Reconciliation> unused = engine.reconcile(id).whenComplete(this::ended);
        }

        private synchronized void ended(@Nullable Reconciliation done, @Nullable Throwable bug) {
            running = false;
            timer = null;
            if (closed) {
                return;
            }
            if (again) {
                request(Duration.ZERO);
            } else if (done == null) {
                LOG.error("{}: a tick failed; trying again in {}", id, AFTER_A_BUG, bug);
                request(AFTER_A_BUG);
            } else {
                follow(done);
            }
        }

        private void follow(Reconciliation done) {
            LOG.debug("{}: {}: {}", id, done.outcome(), done.message());
            boolean wanted = started || engine.hasCalls(id);
            if (done.nextDue().isEmpty() || !wanted) {
                slots.remove(id, this);
                return;
            }
            Slot current = slots.putIfAbsent(id, this);
            if (current != null && current != this) {
                // This one was woken while it was being removed, and another one has taken over since.
                current.request(Duration.ZERO);
                return;
            }
            Duration delay =
                    Duration.between(scheduler.clock().instant(), done.nextDue().get());
            boolean changed = done.outcome() == Outcome.RECORDED;
            request(changed || delay.compareTo(BREATH) > 0 ? delay : BREATH);
        }

        synchronized void close() {
            if (timer != null) {
                timer.cancel();
            }
        }
    }
}
