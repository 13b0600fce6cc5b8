package io.savepoint.policy;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.RequestLog;
import java.time.Instant;
import java.util.Optional;

/**
 * All that a policy may know.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param cluster the cluster
 * @param spec what the user wants
 * @param control the user control that waits to be accepted
 * @param status what is recorded, up to date with {@code job}
 * @param job what Flink says now of the recorded run
 * @param now the time
 */
public record PolicyContext(
        ClusterId cluster,
        JobSpec spec,
        Optional<ControlRequest> control,
        ClusterStatus status,
        JobObservation job,
        Instant now) {
    /**
     * The recorded state of the job.
     *
     * @return its state, {@link JobState#PENDING} before anything was recorded
     */
    public JobState jobState() {
        return status.job().map(JobStatus::state).orElse(JobState.PENDING);
    }

    /**
     * What the manager remembers for itself.
     *
     * @return its bookkeeping
     */
    public Bookkeeping bookkeeping() {
        return status.bookkeeping();
    }

    /**
     * What became of a policy's requests.
     *
     * @param policy the policy
     * @return its log, empty if it never asked for anything
     */
    public RequestLog log(SavepointPolicy policy) {
        return bookkeeping().requestsOf(policy.name());
    }

    /**
     * Tells whether a savepoint can succeed now.
     *
     * @return whether the job was just seen running with all its tasks
     */
    public boolean readyForSavepoint() {
        return job instanceof JobObservation.Found found && found.readyForSavepoint();
    }
}
