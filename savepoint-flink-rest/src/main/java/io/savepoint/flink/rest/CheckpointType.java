package io.savepoint.flink.rest;

/** How much a triggered checkpoint holds. Flink refuses an incremental one (FLINK-33723), so there is none here. */
public enum CheckpointType {
    /** What the job is configured for: incremental where its state backend does that. */
    CONFIGURED,
    /** All of the state, without reference to earlier checkpoints. */
    FULL
}
