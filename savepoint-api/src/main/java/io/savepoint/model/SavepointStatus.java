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
    /** The run that it was asked of. */
    Optional<JobId> jobId();

    /** Its trigger id; empty if it never came to asking Flink. */
    Optional<TriggerId> triggerId();

    /** When Flink was asked, or was about to be asked. */
    Optional<Instant> triggerTime();

    /** Why it was asked for. */
    TriggerReason triggerReason();

    /** When the request for it was seen. */
    Optional<Instant> requestTime();

    /** How far it came. */
    SavepointState state();

    /** The format asked for. */
    Optional<SavepointFormat> formatType();

    /** Why it failed, or another word to the user. */
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
