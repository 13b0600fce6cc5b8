package io.savepoint.spi;

import io.savepoint.model.JobId;
import io.savepoint.model.JobSpec;
import java.util.Optional;

/**
 * One submission of a job.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param jobId the id that the run shall have
 * @param spec what to run; its {@code fromSavepoint} and {@code allowNonRestoredState} are not for the launcher
 * @param fromSavepoint the savepoint to start from; empty starts fresh
 * @param allowNonRestoredState whether state that no operator claims may be dropped
 */
public record LaunchRequest(JobId jobId, JobSpec spec, Optional<String> fromSavepoint, boolean allowNonRestoredState) {
    /**
     * A first run as its spec says, started from the spec's {@code fromSavepoint}: for scripts. A manager passes what it
     * has recorded instead.
     *
     * @param jobId the id that the run shall have
     * @param spec what to run, from which savepoint
     * @return a request with the spec's {@code fromSavepoint} and {@code allowNonRestoredState}
     */
    public static LaunchRequest of(JobId jobId, JobSpec spec) {
        return new LaunchRequest(jobId, spec, spec.fromSavepoint(), spec.allowNonRestoredState());
    }
}
