package io.savepoint.model;

/** The recorded state of a cluster's job, {@code status.components.job.state}. */
public enum JobState implements Labeled {
    /** Nothing was submitted yet. */
    PENDING("Pending"),
    /** Submission is intended or under way, or Flink has the job but does not run it yet. */
    DEPLOYING("Deploying"),
    /** Flink runs the job, or is restarting it by its own restart strategy. */
    RUNNING("Running"),
    /** The job is being replaced by a new version of itself. */
    UPDATING("Updating"),
    /** The job finished by itself. */
    SUCCEEDED("Succeeded"),
    /** The job was cancelled or stopped with a savepoint. */
    CANCELLED("Cancelled"),
    /** The job failed for good or could not be started. */
    FAILED("Failed"),
    /** A JobManager that answers has not known the job for the whole grace period. */
    LOST("Lost");

    private final String label;

    JobState(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }

    /**
     * Tells whether Flink runs nothing for a job of this state any more.
     *
     * @return whether this is one of {@link #SUCCEEDED}, {@link #CANCELLED}, {@link #FAILED}, {@link #LOST}
     */
    public boolean isTerminal() {
        return this == SUCCEEDED || this == CANCELLED || this == FAILED || this == LOST;
    }
}
