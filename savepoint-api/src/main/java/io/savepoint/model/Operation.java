package io.savepoint.model;

import java.time.Instant;
import java.util.Optional;
import org.immutables.value.Value;

/**
 * A change of the running job that is recorded before Flink is asked for it.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
@Value.Immutable
@ModelStyle
public interface Operation {
    /** {@return what it is} */
    Kind kind();

    /** {@return the run it acts on} */
    JobId jobId();

    /** {@return the id it has with Flink; a plain cancel has one too, which Flink never sees} */
    TriggerId triggerId();

    /** {@return the policy that asked for it} */
    String policy();

    /** {@return the token of the request it serves} */
    String token();

    /** {@return why it is done} */
    TriggerReason reason();

    /** {@return where the savepoint shall go; empty takes Flink's configured default} */
    Optional<String> targetDirectory();

    /** {@return whether the target directory belongs to this operation alone} */
    @Value.Default
    default boolean ownDirectory() {
        return false;
    }

    /** {@return the binary format} */
    @Value.Default
    default SavepointFormat format() {
        return SavepointFormat.CANONICAL;
    }

    /** {@return whether a stop sends a final watermark through the job first} */
    @Value.Default
    default boolean drain() {
        return false;
    }

    /** {@return how many attempts at the request may fail before it is given up; 0 for no such bound} */
    @Value.Default
    default int maxAttempts() {
        return 1;
    }

    /** {@return when the request was seen} */
    Instant requestTime();

    /** {@return when the intent was recorded, just before Flink was first asked} */
    Instant triggerTime();

    /** {@return when Flink was last about to be asked} */
    Instant lastSentAt();

    /** {@return how often Flink was asked, or was about to be} */
    @Value.Default
    default int sends() {
        return 1;
    }

    /** {@return when that run started by Flink's own clock: another start time later means that its JobManager was restarted} */
    Optional<Instant> runStart();

    /** The kinds of operation. */
    enum Kind {
        /** A savepoint; the job goes on. */
        SAVEPOINT,
        /** A stop with savepoint. */
        STOP,
        /** A cancel without savepoint. */
        CANCEL
    }

    /**
     * Starts a new one.
     *
     * @return a builder; {@code from(...)} copies an existing value into it
     */
    static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link Operation}; not safe for use by several threads. */
    final class Builder extends ImmutableOperation.Builder {
        Builder() {}
    }
}
