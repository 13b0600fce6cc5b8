package io.savepoint.flink.rest;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a JobManager tells of the checkpoints and savepoints of a job. It is up to {@code web.refresh-interval} (3 seconds)
 * old, begins anew when the JobManager is restarted, and does not tell which trigger id led to which savepoint.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param counts how many there were
 * @param latestCompleted the last checkpoint that was completed; savepoints are not among these
 * @param latestSavepoint the last savepoint that was completed
 * @param latestFailed the last one of any kind that failed
 * @param latestRestored what the job was started from last, or recovered from
 * @param history the last ones of all kinds, newest first; 10 if {@code web.checkpoints.history} is not set
 */
public record CheckpointStatistics(
        Counts counts,
        Optional<Checkpoint> latestCompleted,
        Optional<Checkpoint> latestSavepoint,
        Optional<Checkpoint> latestFailed,
        Optional<Restored> latestRestored,
        List<Checkpoint> history) {
    /**
     * Copies the list.
     *
     * @param counts how many there were
     * @param latestCompleted the last checkpoint that was completed
     * @param latestSavepoint the last savepoint that was completed
     * @param latestFailed the last one of any kind that failed
     * @param latestRestored what the job was started from last, or recovered from
     * @param history the last ones of all kinds, newest first
     */
    public CheckpointStatistics {
        history = List.copyOf(history);
    }

    /**
     * How many checkpoints and savepoints there were since the JobManager began to count.
     *
     * @param restored how often the job was started or recovered from one
     * @param total how many were begun
     * @param inProgress how many are in progress
     * @param completed how many were completed
     * @param failed how many failed
     */
    public record Counts(long restored, long total, long inProgress, long completed, long failed) {}

    /**
     * What a job was restored from.
     *
     * @param id its number among the checkpoints of the job that made it
     * @param time when the job was restored
     * @param savepoint whether it was a savepoint of the user's; false for one that the job claimed
     * @param path where it lies or lay; empty for one that was kept in the JobManager's memory
     */
    public record Restored(long id, Instant time, boolean savepoint, Optional<String> path) {}
}
