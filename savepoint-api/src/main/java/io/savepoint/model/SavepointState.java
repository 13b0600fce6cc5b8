package io.savepoint.model;

/** The state of the latest savepoint, {@code status.savepoint.state}. */
public enum SavepointState implements Labeled {
    /** Its trigger id is recorded; Flink was asked or is about to be. */
    IN_PROGRESS("InProgress"),
    /** Flink refused to begin it, or it could not be asked for. */
    TRIGGER_FAILED("TriggerFailed"),
    /** Flink began it and it failed, or its result was lost. */
    FAILED("Failed"),
    /** Flink completed it and its location is recorded. */
    SUCCEEDED("Succeeded");

    private final String label;

    SavepointState(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
