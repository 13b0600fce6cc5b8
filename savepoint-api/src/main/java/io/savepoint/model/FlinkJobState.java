package io.savepoint.model;

/**
 * The state of a job as Flink's REST API names it ({@code org.apache.flink.api.common.JobStatus}).
 *
 * <p>Immutable and safe for use by any number of threads.
 */
public enum FlinkJobState {
    /** The JobMaster is being set up. */
    INITIALIZING,
    /** Newly created, no task has been scheduled. */
    CREATED,
    /** Scheduled or running; single tasks may still be on their way. */
    RUNNING,
    /** Failing, on the way to a restart or to {@link #FAILED}. */
    FAILING,
    /** Failed for good. */
    FAILED,
    /** Being cancelled. */
    CANCELLING,
    /** Cancelled. */
    CANCELED,
    /** All its work is done, or it was stopped with a savepoint. */
    FINISHED,
    /** Being restarted by Flink's own restart strategy. */
    RESTARTING,
    /** Suspended since the JobManager lost its leadership; with high availability it comes back. */
    SUSPENDED,
    /** Being recovered by a new leader. */
    RECONCILING;

    /**
     * Tells whether the run is over for good.
     *
     * @return whether this is one of Flink's globally terminal states
     */
    public boolean isTerminal() {
        return this == FAILED || this == CANCELED || this == FINISHED;
    }
}
