package io.savepoint.model;

import java.time.Instant;
import java.util.Optional;

/**
 * What Flink says now of a job. That nothing could be learned is a value too, not an exception.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
public sealed interface JobObservation {
    /**
     * The JobManager knows the job.
     *
     * @param state its state
     * @param startTime when this run started, by Flink's clock; recovery by another JobManager changes it
     * @param endTime when it ended, by Flink's clock; empty while it has not
     * @param allTasksRunning whether every task runs or has finished, without which a savepoint fails at once
     */
    record Found(FlinkJobState state, Instant startTime, Optional<Instant> endTime, boolean allTasksRunning)
            implements JobObservation {
        /**
         * Tells whether a savepoint can succeed now.
         *
         * @return whether the job runs with all its tasks
         */
        public boolean readyForSavepoint() {
            return state == FlinkJobState.RUNNING && allTasksRunning;
        }
    }

    /** The JobManager answers and does not know the job. */
    record NotFound() implements JobObservation {}

    /**
     * The JobManager gave no usable answer.
     *
     * @param message why
     */
    record Unreachable(String message) implements JobObservation {}

    /** Nobody asked: there is no run yet, or the answer could not matter. */
    record NotAsked() implements JobObservation {}
}
