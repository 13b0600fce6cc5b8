package io.savepoint.model;

import java.util.Optional;
import org.immutables.value.Value;

/**
 * How a savepoint asked for by a direct call shall be taken.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
@Value.Immutable
@ModelStyle
public interface SavepointOptions {
    /** {@return where it shall go; empty takes the spec's {@code savepointsDir} or else Flink's configured default} */
    Optional<String> directory();

    /** {@return the binary format; empty takes the spec's} */
    Optional<SavepointFormat> format();

    /** {@return whether a stop sends a final watermark through the job first: for a job that will not go on from it} */
    @Value.Default
    default boolean drain() {
        return false;
    }

    /** Checks the options. */
    @Value.Check
    default void check() {
        if (directory().filter(String::isBlank).isPresent()) {
            throw new IllegalArgumentException(
                    "directory must not be blank; leave it out to take savepointsDir or Flink's default");
        }
    }

    /**
     * The options that leave everything to the spec.
     *
     * @return the options
     */
    static SavepointOptions defaults() {
        return builder().build();
    }

    /**
     * Starts new options.
     *
     * @return a builder with every option unset
     */
    static Builder builder() {
        return new Builder();
    }

    /** Builds {@link SavepointOptions}; not safe for use by several threads. */
    final class Builder extends ImmutableSavepointOptions.Builder {
        Builder() {}
    }
}
