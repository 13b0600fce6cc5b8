package io.savepoint.model;

/** Why a savepoint is taken, {@code status.savepoint.triggerReason}. */
public enum TriggerReason implements Labeled {
    /** A user asked: by generation, by annotation or by a direct call. */
    USER_REQUESTED("user requested"),
    /** The period of {@code autoSavepointSeconds} passed. */
    SCHEDULED("scheduled"),
    /** The job is being stopped with a savepoint. */
    JOB_CANCEL("job cancel"),
    /** The job is being updated. */
    UPDATE("update");

    private final String label;

    TriggerReason(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
