package io.savepoint.model;

import java.time.Instant;
import java.util.Optional;
import org.immutables.value.Value;

/**
 * What is recorded of the latest user control, {@code status.control}.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
@Value.Immutable
@ModelStyle
public interface ControlStatus {
    /** The name of the control: the value of the annotation. */
    String name();

    /** How far it came. */
    ControlState state();

    /** The run it acted on, {@code details.jobID}. */
    Optional<JobId> jobId();

    /** The savepoint it triggered, {@code details.savepointTriggerID}. */
    Optional<TriggerId> savepointTriggerId();

    /** Why it failed, or another word to the user. */
    Optional<String> message();

    /** When this was last changed. */
    Instant updateTime();

    /**
     * Starts a new one.
     *
     * @return a builder; {@code from(...)} copies an existing value into it
     */
    static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link ControlStatus}; not safe for use by several threads. */
    final class Builder extends ImmutableControlStatus.Builder {
        Builder() {}
    }
}
