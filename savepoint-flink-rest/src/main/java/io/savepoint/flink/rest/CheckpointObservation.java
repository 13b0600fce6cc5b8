package io.savepoint.flink.rest;

/**
 * What Flink says now of a checkpoint that was triggered.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
public sealed interface CheckpointObservation {
    /** Flink is at it. */
    record InProgress() implements CheckpointObservation {}

    /**
     * It is complete.
     *
     * @param checkpointId its number among the job's checkpoints, as in {@link Checkpoints#statistics}, which may come to
     *     tell of it some seconds later
     */
    record Completed(long checkpointId) implements CheckpointObservation {}

    /**
     * It failed. The same id stays failed; another try needs a new one.
     *
     * @param reason Flink's reason: first line and cause chain, without stack trace
     */
    record Failed(String reason) implements CheckpointObservation {}

    /** The JobManager does not know the id: it never came, its result expired, or the JobManager was restarted. */
    record Unknown() implements CheckpointObservation {}
}
