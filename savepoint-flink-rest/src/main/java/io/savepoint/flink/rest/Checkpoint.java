package io.savepoint.flink.rest;

import io.savepoint.model.SavepointFormat;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A checkpoint or savepoint of a job, as its JobManager tells it.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param id its number; checkpoints and savepoints of a job are counted together, from 1
 * @param status how far it is
 * @param kind what it is
 * @param format the format of a savepoint; empty for a checkpoint, and before Flink 1.17
 * @param triggerTime when it was begun
 * @param duration the time from then until the last task had acknowledged it, or until now, or until it failed
 * @param stateSize the size of the whole state in bytes
 * @param checkpointedSize the bytes written for this one, less than the whole state for an incremental one; empty before
 *     Flink 1.15
 * @param tasks how many subtasks have to acknowledge it
 * @param acknowledged how many of them have
 * @param path where it lies, as Flink spells it, for a job to be started from; empty unless it is complete, and for one
 *     that is kept in the JobManager's memory
 * @param discarded whether it is deleted, as a checkpoint is that later ones replace
 * @param failure why it failed; empty unless it did
 */
public record Checkpoint(
        long id,
        Status status,
        Kind kind,
        Optional<SavepointFormat> format,
        Instant triggerTime,
        Duration duration,
        OptionalLong stateSize,
        OptionalLong checkpointedSize,
        int tasks,
        int acknowledged,
        Optional<String> path,
        boolean discarded,
        Optional<String> failure) {
    /** How far a checkpoint is. */
    public enum Status {
        /** Not all tasks have acknowledged it. */
        IN_PROGRESS,
        /** It is complete. */
        COMPLETED,
        /** It failed. */
        FAILED
    }

    /** What a checkpoint is. */
    public enum Kind {
        /** A checkpoint of Flink's own, also one that a client triggered. */
        CHECKPOINT,
        /** A savepoint. */
        SAVEPOINT,
        /** The savepoint of a stop. */
        STOP
    }

    /**
     * Whether a job can be started from it: it is complete, has a place, and is not deleted.
     *
     * @return whether it can, as far as Flink tells
     */
    public boolean isRestorable() {
        return status == Status.COMPLETED && !discarded && path.isPresent();
    }
}
