package io.savepoint.model;

/**
 * What Flink says now of the disposal of a savepoint.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
public sealed interface DisposalObservation {
    /** Flink is at it. */
    record InProgress() implements DisposalObservation {}

    /** The savepoint is deleted. */
    record Done() implements DisposalObservation {}

    /**
     * There is no savepoint at that place: it is gone already, or was never there.
     *
     * @param reason Flink's reason: first line and cause chain, without stack trace
     */
    record Missing(String reason) implements DisposalObservation {}

    /**
     * It failed, perhaps with a part of the savepoint deleted. It may be asked for again.
     *
     * @param reason Flink's reason: first line and cause chain, without stack trace
     */
    record Failed(String reason) implements DisposalObservation {}

    /** The JobManager does not know the id: its result expired, or the JobManager was restarted. */
    record Unknown() implements DisposalObservation {}
}
