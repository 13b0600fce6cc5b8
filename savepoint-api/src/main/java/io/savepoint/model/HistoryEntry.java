package io.savepoint.model;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.immutables.value.Value;

/**
 * A savepoint that the manager recorded, in {@link Bookkeeping#savepointHistory()}. Times are whole milliseconds when
 * written.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
@Value.Immutable
@ModelStyle
public interface HistoryEntry {
    /** {@return the trigger id; no two entries have the same} */
    TriggerId triggerId();

    /** {@return the run whose state it is} */
    JobId jobId();

    /** {@return where it lies, as Flink reported it} */
    String location();

    /** {@return why it was taken} */
    TriggerReason reason();

    /** {@return its format} */
    SavepointFormat format();

    /** {@return when it was known complete} */
    Instant time();

    /** {@return its size in bytes; empty where Flink has not told it by the next time that the status was written} */
    OptionalLong sizeBytes();

    /** {@return since when Flink is being asked to dispose of it; it may be there, gone, or gone in part} */
    Optional<Instant> disposingSince();

    /** {@return how often its disposal failed} */
    @Value.Default
    default int disposalFailures() {
        return 0;
    }

    /** {@return when its disposal last failed} */
    Optional<Instant> lastDisposalFailure();

    /** {@return why its disposal last failed, as Flink told it} */
    Optional<String> disposalMessage();

    /**
     * Tells whether it lies at a place, however that is spelled: Flink reports {@code file:///x} as {@code file:/x}, and
     * takes the path of the file {@code _metadata} for that of its directory.
     *
     * @param place a savepoint's location
     * @return whether it is the same place, as far as the two spellings tell
     */
    default boolean isAt(String place) {
        return Locations.areSame(location(), place);
    }

    /**
     * Starts a new one.
     *
     * @return a builder; {@code from(...)} copies an existing value into it
     */
    static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link HistoryEntry}; not safe for use by several threads. */
    final class Builder extends ImmutableHistoryEntry.Builder {
        Builder() {}
    }
}
