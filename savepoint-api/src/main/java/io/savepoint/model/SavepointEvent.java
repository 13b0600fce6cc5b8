package io.savepoint.model;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.immutables.value.Value;

/**
 * Something that happened to a cluster, told to listeners after it was recorded, once by the manager that recorded it. Not
 * recorded is what a manager hears of Flink itself ({@link Type#FLINK_UNREACHABLE}, {@link Type#FLINK_REACHABLE}): each one
 * tells that for itself.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
@Value.Immutable
@ModelStyle
public interface SavepointEvent {
    /** {@return what happened} */
    Type type();

    /** {@return the cluster} */
    ClusterId cluster();

    /** {@return when it was recorded or, where it is not, noticed} */
    Instant time();

    /** {@return the run concerned} */
    Optional<JobId> jobId();

    /** {@return the savepoint operation concerned} */
    Optional<TriggerId> triggerId();

    /** {@return why the savepoint was taken} */
    Optional<TriggerReason> reason();

    /** {@return the savepoint's location, or the one that the job was started from} */
    Optional<String> location();

    /** {@return how long the savepoint took: by Flink's own measure where it tells, else from the request to the known result} */
    Optional<Duration> duration();

    /** {@return the size of the savepoint in bytes, where Flink tells} */
    OptionalLong sizeBytes();

    /** {@return in words for the user: what happened and, for a failure, why and what to do} */
    String message();

    /** The kinds of event. */
    enum Type {
        /** A request for a savepoint was accepted. */
        SAVEPOINT_REQUESTED,
        /** The intent of a savepoint was recorded; Flink is being asked. */
        SAVEPOINT_TRIGGERED,
        /** A savepoint was recorded with its location. */
        SAVEPOINT_COMPLETED,
        /** A savepoint failed. */
        SAVEPOINT_FAILED,
        /** A savepoint that the retention dropped is gone. */
        SAVEPOINT_DISPOSED,
        /** A savepoint that the retention dropped could not be disposed of; it is tried again, unless the message says otherwise. */
        SAVEPOINT_DISPOSAL_FAILED,
        /** A user control was accepted. */
        CONTROL_REQUESTED,
        /** A user control was carried out. */
        CONTROL_SUCCEEDED,
        /** A user control was refused or failed. */
        CONTROL_FAILED,
        /** The job's first run was submitted. */
        JOB_STARTED,
        /** The job was submitted again from a savepoint. */
        JOB_RESTARTED,
        /** The job runs. */
        JOB_RUNNING,
        /** A submission failed, or came to nothing; it is repeated. */
        JOB_SUBMISSION_FAILED,
        /** The job failed, or could not be submitted. */
        JOB_FAILED,
        /** Flink lost the job. */
        JOB_LOST,
        /** The job was cancelled or stopped. */
        JOB_CANCELLED,
        /** The job finished by itself. */
        JOB_SUCCEEDED,
        /** A request cannot be served; the message says what to do. */
        REQUEST_REFUSED,
        /** Flink gave no usable answer three times in a row; it is asked on. */
        FLINK_UNREACHABLE,
        /** Flink answers again. */
        FLINK_REACHABLE,
        /** The spec, or a hand-edited status, has a malformed value. */
        SPEC_INVALID
    }

    /**
     * Starts a new one.
     *
     * @return a builder; {@code from(...)} copies an existing value into it
     */
    static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link SavepointEvent}; not safe for use by several threads. */
    final class Builder extends ImmutableSavepointEvent.Builder {
        Builder() {}
    }
}
