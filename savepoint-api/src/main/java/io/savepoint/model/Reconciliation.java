package io.savepoint.model;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What one tick did and when the next one is due.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param cluster the cluster
 * @param outcome how it ended
 * @param nextDue when to come again at the latest, if the store reports no change before; empty for a cluster that is
 *     gone
 * @param events what was recorded, in order
 * @param message in a few words what happened; never empty
 */
public record Reconciliation(
        ClusterId cluster, Outcome outcome, Optional<Instant> nextDue, List<SavepointEvent> events, String message) {
    /**
     * Copies the list.
     *
     * @param cluster the cluster
     * @param outcome how it ended
     * @param nextDue when to come again at the latest, if the store reports no change before; empty for a cluster that is gone
     * @param events what was recorded, in order
     * @param message in a few words what happened; never empty
     */
    public Reconciliation {
        events = List.copyOf(events);
    }

    /** The ways a tick can end. */
    public enum Outcome {
        /** Nothing had to be written. */
        UNCHANGED,
        /** The status was written. */
        RECORDED,
        /** Somebody else wrote in between; everything decided was thrown away. */
        CONFLICT,
        /** The store does not know the cluster (any more). */
        GONE,
        /** The store failed; the message says how. Nothing is lost, the next tick begins afresh. */
        STORE_FAILED
    }
}
