package io.savepoint.model;

import java.time.Instant;
import java.util.Optional;
import org.immutables.value.Value;

/**
 * What is recorded of the latest savepoint asked for, {@code status.savepoint}.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
@Value.Immutable
@ModelStyle
public interface SavepointStatus {
    /** {@return the run that it was asked of} */
    Optional<JobId> jobId();

    /** {@return its trigger id; empty if it never came to asking Flink} */
    Optional<TriggerId> triggerId();

    /** {@return when Flink was asked, or was about to be asked} */
    Optional<Instant> triggerTime();

    /** {@return why it was asked for} */
    TriggerReason triggerReason();

    /** {@return when the request for it was seen} */
    Optional<Instant> requestTime();

    /** {@return how far it came} */
    SavepointState state();

    /** {@return the format asked for} */
    Optional<SavepointFormat> formatType();

    /** {@return why it failed, or another word to the user} */
    Optional<String> message();

    /**
     * Starts a new one.
     *
     * @return a builder; {@code from(...)} copies an existing value into it
     */
    static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link SavepointStatus}; not safe for use by several threads. */
    final class Builder extends ImmutableSavepointStatus.Builder {
        Builder() {}
    }
}
