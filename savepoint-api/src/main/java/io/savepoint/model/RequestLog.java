package io.savepoint.model;

import java.time.Instant;
import java.util.Optional;
import org.immutables.value.Value;

/**
 * What became of the requests of one policy. A request is told from others by a token, for instance the generation asked for.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
@Value.Immutable
@ModelStyle
public interface RequestLog {
    /** {@return the token of the request that was accepted and has not ended yet} */
    Optional<String> accepted();

    /** {@return when it was accepted} */
    Optional<Instant> acceptedAt();

    /** {@return the token of the last request that ended, in success or for good in failure} */
    Optional<String> served();

    /** {@return how many attempts have failed in a row} */
    @Value.Default
    default int failures() {
        return 0;
    }

    /** {@return when the last of them failed} */
    Optional<Instant> lastFailure();

    /**
     * The log of a policy that never asked for anything.
     *
     * @return an empty log
     */
    static RequestLog empty() {
        return builder().build();
    }

    /**
     * Starts a new one.
     *
     * @return a builder; {@code from(...)} copies an existing value into it
     */
    static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link RequestLog}; not safe for use by several threads. */
    final class Builder extends ImmutableRequestLog.Builder {
        Builder() {}
    }
}
