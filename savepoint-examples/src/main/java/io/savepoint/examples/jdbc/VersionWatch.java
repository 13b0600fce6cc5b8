package io.savepoint.examples.jdbc;

import io.savepoint.model.ClusterId;
import io.savepoint.spi.ClusterStateStore.Watch;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells changes: those of this process when it is told of them, those of others by comparing versions from time to time.
 * The first look finds every cluster new and reports it, lest a change made just before it goes unnoticed.
 *
 * <p>Safe for use by any number of threads.
 */
final class VersionWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VersionWatch.class);

    private final Database database;
    private final Duration interval;
    private final List<Subscription> listeners = new CopyOnWriteArrayList<>();
    private final ConcurrentMap<ClusterId, Long> known = new ConcurrentHashMap<>();
    private final ScheduledExecutorService poller = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "savepoint-jdbc-watch");
        thread.setDaemon(true);
        return thread;
    });
    private @Nullable Future<?> polling;
    private boolean failing;

    VersionWatch(Database database, Duration interval) {
        this.database = database;
        this.interval = interval;
    }

    synchronized Watch add(Consumer<ClusterId> listener) {
        Subscription added = new Subscription(listener);
        listeners.add(added);
        if (polling == null && !poller.isShutdown()) {
            polling = poller.scheduleWithFixedDelay(this::poll, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
        }
        return () -> listeners.remove(added);
    }

    void report(ClusterId cluster) {
        for (Subscription subscription : listeners) {
            try {
                subscription.listener.accept(cluster);
            } catch (RuntimeException e) {
                LOG.warn("A watch of the store threw on {}; a listener must not throw", cluster, e);
            }
        }
    }

    /** A status that this process wrote is no news to it. */
    void wroteStatus(ClusterId cluster, long replaced) {
        known.replace(cluster, replaced, replaced + 1);
    }

    @Override
    public void close() {
        listeners.clear();
        poller.shutdownNow();
    }

    private void poll() {
        if (listeners.isEmpty()) {
            return;
        }
        try {
            Map<ClusterId, Long> before = new HashMap<>(known);
            Map<ClusterId, Long> now = database.run("look for changes", Database.Table::versions);
            now.forEach((cluster, version) -> {
                if (!version.equals(before.remove(cluster))) {
                    known.put(cluster, version);
                    report(cluster);
                }
            });
            before.keySet().forEach(removed -> {
                known.remove(removed);
                report(removed);
            });
            failing = false;
        } catch (RuntimeException e) {
            // An exception would end the polling; once is enough to say so.
            if (!failing) {
                LOG.warn(
                        "Changes by other processes go unnoticed until the database answers again: {}", e.getMessage());
            }
            failing = true;
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
