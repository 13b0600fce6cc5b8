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
    /** {@return the name of the control: the value of the annotation} */
    String name();

    /** {@return how far it came} */
    ControlState state();

    /** {@return the run it acted on, {@code details.jobID}} */
    Optional<JobId> jobId();

    /** {@return the savepoint it triggered, {@code details.savepointTriggerID}} */
    Optional<TriggerId> savepointTriggerId();

    /** {@return why it failed, or another word to the user} */
    Optional<String> message();

    /** {@return when this was last changed} */
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
