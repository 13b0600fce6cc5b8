package io.savepoint.model;

import java.time.Instant;
import java.util.Optional;
import org.immutables.value.Value;

/**
 * Everything recorded of a cluster: the {@code status} of a {@code FlinkCluster}.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
@Value.Immutable
@ModelStyle
public interface ClusterStatus {
    /** {@return the job; empty before the manager first looked at the cluster} */
    Optional<JobStatus> job();

    /** {@return the latest savepoint asked for} */
    Optional<SavepointStatus> savepoint();

    /** {@return the latest user control} */
    Optional<ControlStatus> control();

    /** {@return when the status was last written} */
    Optional<Instant> lastUpdateTime();

    /** {@return what the manager remembers for itself, under a key of its own} */
    @Value.Default
    default Bookkeeping bookkeeping() {
        return Bookkeeping.builder().build();
    }

    /**
     * The status of a cluster that nobody has looked at yet.
     *
     * @return an empty status
     */
    static ClusterStatus empty() {
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

    /** Builds a {@link ClusterStatus}; not safe for use by several threads. */
    final class Builder extends ImmutableClusterStatus.Builder {
        Builder() {}
    }
}
