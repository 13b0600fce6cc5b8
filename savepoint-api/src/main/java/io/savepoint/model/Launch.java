package io.savepoint.model;

import java.time.Instant;
import java.util.Optional;
import org.immutables.value.Value;

/**
 * A submission of the job that is recorded, with its job id, before Flink is asked for it.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
@Value.Immutable
@ModelStyle
public interface Launch {
    /** {@return what it is} */
    Kind kind();

    /** {@return the id chosen for the new run} */
    JobId jobId();

    /** {@return the run that must have ended before; it is cancelled first if it has not} */
    Optional<JobId> replaces();

    /** {@return whether the earlier run is known to have ended, so that the new one may be submitted} */
    @Value.Default
    default boolean cleared() {
        return true;
    }

    /** {@return the savepoint it starts from; empty starts fresh} */
    Optional<String> fromSavepoint();

    /** {@return whether state that no operator claims may be dropped} */
    @Value.Default
    default boolean allowNonRestoredState() {
        return false;
    }

    /** {@return the policy that asked for it} */
    String policy();

    /** {@return the token of the request it serves} */
    String token();

    /** {@return when it was intended} */
    Instant requestTime();

    /** {@return when Flink was last about to be asked} */
    Instant lastSentAt();

    /** {@return how often Flink was asked, or was about to be} */
    @Value.Default
    default int sends() {
        return 1;
    }

    /** The kinds of launch. */
    enum Kind {
        /** The first run. */
        START,
        /** A run after a failure, from a recorded savepoint. */
        RESTART,
        /** A run from a savepoint that a direct call named. */
        RESTORE
    }

    /**
     * Starts a new one.
     *
     * @return a builder; {@code from(...)} copies an existing value into it
     */
    static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link Launch}; not safe for use by several threads. */
    final class Builder extends ImmutableLaunch.Builder {
        Builder() {}
    }
}
