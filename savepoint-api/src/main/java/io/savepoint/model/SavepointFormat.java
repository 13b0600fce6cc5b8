package io.savepoint.model;

/** The binary format of a savepoint, {@code spec.job.savepointFormatType}. */
public enum SavepointFormat implements Labeled {
    /** Independent of the state backend; the default. */
    CANONICAL("CANONICAL"),
    /** The state backend's own format, from Flink 1.15. */
    NATIVE("NATIVE");

    private final String label;

    SavepointFormat(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
