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
    /** What it is. */
    Kind kind();

    /** The id chosen for the new run. */
    JobId jobId();

    /** The run that must have ended before; it is cancelled first if it has not. */
    Optional<JobId> replaces();

    /** Whether the earlier run is known to have ended, so that the new one may be submitted. */
    @Value.Default
    default boolean cleared() {
        return true;
    }

    /** The savepoint it starts from; empty starts fresh. */
    Optional<String> fromSavepoint();

    /** Whether state that no operator claims may be dropped. */
    @Value.Default
    default boolean allowNonRestoredState() {
        return false;
    }

    /** The policy that asked for it. */
    String policy();

    /** The token of the request it serves. */
    String token();

    /** When it was intended. */
    Instant requestTime();

    /** When Flink was last about to be asked. */
    Instant lastSentAt();

    /** How often Flink was asked, or was about to be. */
    @Value.Default
    default int sends() {
        return 1;
    }

    /** The kinds of launch. */
    enum Kind {
        /** The first run. */
        START,
        /** A run after a failure, from the last recorded savepoint. */
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
