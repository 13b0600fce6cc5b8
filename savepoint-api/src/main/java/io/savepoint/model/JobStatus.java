package io.savepoint.model;

import java.time.Instant;
import java.util.Optional;
import org.immutables.value.Value;

/**
 * What is recorded of a cluster's job, {@code status.components.job}. Times are whole seconds when written.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
@Value.Immutable
@ModelStyle
public interface JobStatus {
    /** {@return Flink's id of the latest run; empty before the first submission is intended} */
    Optional<JobId> id();

    /** {@return the job's name, {@code <cluster>-job}} */
    String name();

    /** {@return the recorded state} */
    JobState state();

    /** {@return the savepoint that the latest run really started from; empty if it started fresh or has not started} */
    Optional<String> fromSavepoint();

    /** {@return how many savepoints were recorded; it grows by exactly 1 with each and never falls} */
    @Value.Default
    default long savepointGeneration() {
        return 0;
    }

    /** {@return where the last recorded savepoint lies, as Flink reported it} */
    Optional<String> savepointLocation();

    /** {@return the trigger id of the last recorded savepoint} */
    Optional<TriggerId> lastSavepointTriggerId();

    /** {@return when the last recorded savepoint was triggered} */
    Optional<Instant> lastSavepointTriggerTime();

    /** {@return when the last recorded savepoint was known complete} */
    Optional<Instant> lastSavepointTime();

    /** {@return how often the job was restarted from a savepoint} */
    @Value.Default
    default int restartCount() {
        return 0;
    }

    /**
     * Starts a new one.
     *
     * @return a builder; {@code from(...)} copies an existing value into it
     */
    static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link JobStatus}; not safe for use by several threads. */
    final class Builder extends ImmutableJobStatus.Builder {
        Builder() {}
    }
}
