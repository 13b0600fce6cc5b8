package io.savepoint;

import io.savepoint.model.SavepointEvent;

/**
 * Told of everything that happens to the clusters of a manager, after it was recorded and in the order in which it was
 * recorded for each cluster.
 *
 * <p>Only the manager whose write was recorded tells, so that of several managers on one store exactly one does; a
 * process that dies between the write and the telling tells nobody. A listener is called on whatever thread brought the
 * answer that was recorded, of the scheduler, the transport or the store, and possibly on several at once: it is
 * thread-safe and quick. What it throws is logged and goes no further.
 */
@FunctionalInterface
public interface SavepointListener {
    /**
     * Something happened.
     *
     * @param event what
     */
    void onEvent(SavepointEvent event);
}
