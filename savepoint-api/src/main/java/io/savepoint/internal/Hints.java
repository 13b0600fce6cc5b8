package io.savepoint.internal;

import io.savepoint.model.TriggerId;
import java.time.Duration;
import java.util.Optional;

/**
 * What a process knows beyond the record, and may forget without harm.
 *
 * @param unreachableInARow how many ticks in a row found no usable answer before this one
 * @param lastInProgress the longest time after which the operation in flight was still seen in progress
 * @param sameFor how long it has seen the job as it is seen now, be that a state or its absence
 * @param unknownFor how long it has seen that Flink does not know the operation in flight, since that was last sent
 * @param lastNote what came of the last action, where that is worth telling
 * @param callsWait whether direct calls wait to be served
 * @param measured the size of a recorded savepoint, as Flink told it
 */
record Hints(
        int unreachableInARow,
        Optional<Duration> lastInProgress,
        Duration sameFor,
        Duration unknownFor,
        Optional<String> lastNote,
        boolean callsWait,
        Optional<Measured> measured) {
    /**
     * The size of a savepoint.
     *
     * @param savepoint its trigger id
     * @param sizeBytes its size
     */
    record Measured(TriggerId savepoint, long sizeBytes) {}
}
