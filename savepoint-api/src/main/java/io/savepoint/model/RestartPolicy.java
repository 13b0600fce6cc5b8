package io.savepoint.model;

/** What to do with a job that failed, {@code spec.job.restartPolicy}. */
public enum RestartPolicy implements Labeled {
    /** Leave it failed. */
    NEVER("Never"),
    /** Restart it from the last recorded savepoint; leave it failed where none is recorded. */
    FROM_SAVEPOINT_ON_FAILURE("FromSavepointOnFailure");

    private final String label;

    RestartPolicy(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
