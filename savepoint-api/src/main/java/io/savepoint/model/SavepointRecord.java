package io.savepoint.model;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * A completed savepoint in a job's checkpoint history. Flink does not keep the trigger id there.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param location where it lies, as Flink spells it
 * @param triggerTime when it was triggered, by Flink's clock
 * @param duration how long it took
 * @param sizeBytes the size of its state, where told
 * @param stop whether it was the savepoint of a stop
 */
public record SavepointRecord(
        String location, Instant triggerTime, Duration duration, OptionalLong sizeBytes, boolean stop) {
    /**
     * Tells whether it lies somewhere below a directory, however that is spelled.
     *
     * @param directory the directory, as it was given to Flink
     * @return whether it does, as far as the two spellings tell
     */
    public boolean isWithin(String directory) {
        return Locations.isWithin(location, directory);
    }
}
