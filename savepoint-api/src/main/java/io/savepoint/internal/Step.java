package io.savepoint.internal;

import io.savepoint.model.ClusterStatus;
import io.savepoint.model.SavepointEvent;
import java.time.Instant;
import java.util.List;

/**
 * All that a tick decided.
 *
 * @param status the status to record; equal to the loaded one if there is nothing to record
 * @param action what to do once it is recorded
 * @param events what to tell once it is recorded
 * @param nextDue when the next tick is due
 */
record Step(ClusterStatus status, Action action, List<SavepointEvent> events, Instant nextDue) {
    Step {
        events = List.copyOf(events);
    }
}
