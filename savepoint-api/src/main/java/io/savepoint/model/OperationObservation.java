package io.savepoint.model;

/**
 * What Flink says now of a savepoint operation.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
public sealed interface OperationObservation {
    /** Flink is at it. */
    record InProgress() implements OperationObservation {}

    /**
     * Flink completed it.
     *
     * @param location where the savepoint lies, as Flink spells it
     */
    record Completed(String location) implements OperationObservation {}

    /**
     * It failed. Flink answers the same for this id until the result expires; another try needs another id.
     *
     * @param reason Flink's reason: first line and cause chain, without stack trace
     */
    record Failed(String reason) implements OperationObservation {}

    /**
     * The JobManager does not know the id: it never came, its result expired, or the JobManager was restarted.
     *
     * @param mayHaveAnotherId whether Flink chooses the ids itself, as it does before 1.15: it may have begun what was asked
     *     for under an id that nobody was told, and would begin it once more if it were asked again
     */
    record Unknown(boolean mayHaveAnotherId) implements OperationObservation {
        /** Of a Flink that takes ids from its clients. */
        public Unknown() {
            this(false);
        }
    }

    /**
     * The JobManager gave no usable answer.
     *
     * @param message why
     */
    record Unreachable(String message) implements OperationObservation {}
}
