package io.savepoint.model;

/** The state of a user control, {@code status.control.state}. */
public enum ControlState implements Labeled {
    /** The request was accepted; the annotation may go now. */
    REQUESTED("Requested"),
    /** The request is being carried out. */
    IN_PROGRESS("InProgress"),
    /** The request was carried out. */
    SUCCEEDED("Succeeded"),
    /** The request was refused or failed; the message says why. */
    FAILED("Failed");

    private final String label;

    ControlState(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }

    /**
     * Tells whether the control has ended.
     *
     * @return whether this is {@link #SUCCEEDED} or {@link #FAILED}
     */
    public boolean isFinal() {
        return this == SUCCEEDED || this == FAILED;
    }
}
