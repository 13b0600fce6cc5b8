package io.savepoint.flink.rest;

import io.savepoint.model.SavepointFormat;
import java.util.Optional;

/**
 * How a savepoint is to be taken.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param targetDirectory where it shall go, as Flink sees it; empty takes Flink's configured default ({@code
 *     execution.checkpointing.savepoint-dir}, before 1.20 {@code state.savepoints.dir}), without which Flink refuses
 * @param format its binary format; Flink before 1.15 knows only {@link SavepointFormat#CANONICAL}
 */
public record SavepointOptions(Optional<String> targetDirectory, SavepointFormat format) {
    /**
     * Into a directory, in the canonical format.
     *
     * @param targetDirectory the directory, as Flink sees it
     * @return the options
     */
    public static SavepointOptions into(String targetDirectory) {
        return new SavepointOptions(Optional.of(targetDirectory), SavepointFormat.CANONICAL);
    }

    /**
     * Into the directory that Flink is configured for, in the canonical format.
     *
     * @return the options
     */
    public static SavepointOptions intoDefaultDirectory() {
        return new SavepointOptions(Optional.empty(), SavepointFormat.CANONICAL);
    }

    /**
     * The same in another format.
     *
     * @param other the format
     * @return the options with that format
     */
    public SavepointOptions withFormat(SavepointFormat other) {
        return new SavepointOptions(targetDirectory, other);
    }
}
