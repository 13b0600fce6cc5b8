package io.savepoint.spi;

import io.savepoint.model.ClusterId;
import io.savepoint.model.DisposalObservation;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointRecord;
import io.savepoint.model.TriggerId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * How the manager talks to Flink: one question or request per method, no retry, no waiting for Flink's work.
 *
 * <p><b>Contract.</b> Every method returns at once and never throws; what goes wrong completes the stage exceptionally
 * with a {@link FlinkException}, whose kinds tell apart what the manager has to tell apart. Every stage completes within
 * a bounded time ({@link #requestTimeout}). An implementation does not repeat a request by itself: whether a repetition is
 * safe is the manager's to decide. Answers must be fresh; an endpoint that Flink serves from a cache
 * ({@code /jobs/:id}, up to {@code web.refresh-interval} old) does not do, except for {@link #savepointHistory}.
 *
 * <p>Implementations are safe for use by any number of threads. A cluster whose JobManager is slow or gone must not
 * delay calls for another one. {@code io.savepoint.testing.FlinkTransportContract} checks an implementation.
 */
public interface FlinkTransport {
    /**
     * Asks for the present state of a job ({@code GET /jobs/overview}).
     *
     * @param cluster where to ask
     * @param job the job
     * @return {@link JobObservation.Found} or, if a JobManager answers that does not list the job,
     *     {@link JobObservation.NotFound}; anything else is an exception: {@link FlinkUnreachableException},
     *     {@link FlinkAnswerException}
     */
    CompletionStage<JobObservation> observeJob(ClusterId cluster, JobId job);

    /**
     * Asks Flink to begin a savepoint ({@code POST /jobs/:id/savepoints}). Flink accepts this for any job id; a job that
     * does not exist shows in {@link #observeOperation}. Repeating the request's trigger id while Flink knows it begins
     * nothing new.
     *
     * @param cluster where to ask
     * @param request what to take, under which id
     * @return the id that Flink goes by: the one of the request, or Flink's own where it takes none from clients (before
     *     1.15). {@link FlinkRefusedException} if Flink will not begin it; after {@link FlinkUnreachableException} or
     *     {@link FlinkAnswerException} it may or may not have begun.
     */
    CompletionStage<TriggerId> triggerSavepoint(ClusterId cluster, SavepointRequest request);

    /**
     * Asks Flink to stop the job with a savepoint ({@code POST /jobs/:id/stop}), otherwise as
     * {@link #triggerSavepoint}. Savepoints and stops of one job share one id space. A second stop under another id
     * while one is in progress fails both.
     *
     * @param cluster where to ask
     * @param request what to take, under which id
     * @param drain whether to send a final watermark through the job first, after which its state is of no use for
     *     going on
     * @return as for {@link #triggerSavepoint}
     */
    CompletionStage<TriggerId> stopWithSavepoint(ClusterId cluster, SavepointRequest request, boolean drain);

    /**
     * Asks what became of a savepoint or a stop ({@code GET /jobs/:id/savepoints/:triggerid}).
     *
     * @param cluster where to ask
     * @param job the job
     * @param trigger the operation's id
     * @return one of {@link OperationObservation.InProgress}, {@link OperationObservation.Completed},
     *     {@link OperationObservation.Failed} (Flink reports a failure as a completed operation with a cause) and
     *     {@link OperationObservation.Unknown}, which tells whether Flink takes ids from clients; or {@link FlinkUnreachableException}, {@link FlinkAnswerException}
     */
    CompletionStage<OperationObservation> observeOperation(ClusterId cluster, JobId job, TriggerId trigger);

    /**
     * Cancels the job without a savepoint ({@code PATCH /jobs/:id?mode=cancel}). Cancelling a job that has ended is
     * accepted.
     *
     * @param cluster where to ask
     * @param job the job
     * @return completes when Flink accepted it, which is before the job has ended; {@link UnknownJobException} if the
     *     JobManager does not know the job
     */
    CompletionStage<Void> cancelJob(ClusterId cluster, JobId job);

    /**
     * Asks for the completed savepoints in the job's checkpoint history ({@code GET /jobs/:id/checkpoints}). It holds
     * few entries (10 checkpoints by default), dies with the JobManager, may be some seconds stale, and does not tell
     * trigger ids.
     *
     * @param cluster where to ask
     * @param job the job
     * @return the savepoints, oldest first; {@link UnknownJobException} if the JobManager does not know the job
     */
    CompletionStage<List<SavepointRecord>> savepointHistory(ClusterId cluster, JobId job);

    /**
     * Asks Flink to dispose of a savepoint, whoever took it ({@code POST /savepoint-disposal}): its directory and all
     * that it refers to are deleted. Flink does not check whether a job still needs it. Repeating this is harmless: what
     * is deleted already shows as {@link DisposalObservation.Missing}.
     *
     * @param cluster where to ask
     * @param location where the savepoint lies
     * @return the id of the disposal, which Flink chooses. {@link FlinkRefusedException} if Flink will not begin it, or,
     *     unless overridden, always; after {@link FlinkUnreachableException} or {@link FlinkAnswerException} it may or may
     *     not have begun.
     */
    default CompletionStage<TriggerId> triggerDisposal(ClusterId cluster, String location) {
        return CompletableFuture.failedFuture(new FlinkRefusedException("Flink cluster " + cluster + ": savepoint "
                + location + " is not disposed of: this FlinkTransport has no triggerDisposal"));
    }

    /**
     * Asks what became of a disposal ({@code GET /savepoint-disposal/:triggerid}).
     *
     * @param cluster where to ask
     * @param disposal its id
     * @return what Flink says of it; or {@link FlinkUnreachableException}, {@link FlinkAnswerException}. Unless overridden,
     *     always {@link DisposalObservation.Unknown}.
     */
    default CompletionStage<DisposalObservation> observeDisposal(ClusterId cluster, TriggerId disposal) {
        return CompletableFuture.completedFuture(new DisposalObservation.Unknown());
    }

    /**
     * Asks why a job failed ({@code GET /jobs/:id/exceptions}): the failure that ended it, or the last one that it
     * recovered from.
     *
     * @param cluster where to ask
     * @param job the job
     * @return the failure's first line and cause chain, without stack trace; empty if Flink tells none and, unless
     *     overridden, always. {@link UnknownJobException} if the JobManager does not know the job.
     */
    default CompletionStage<Optional<String>> failureCause(ClusterId cluster, JobId job) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    /**
     * Asks for the savepoints and stops in the job's checkpoint history that are in progress, whoever asked for them; it is
     * as stale as {@link #savepointHistory}. The manager asks only where Flink takes no trigger ids from clients (before
     * 1.15), and so cannot tell whether it has begun what was asked for.
     *
     * @param cluster where to ask
     * @param job the job
     * @return when each was triggered, by Flink's clock; {@link UnknownJobException} if the JobManager does not know the job.
     *     None, unless overridden
     */
    default CompletionStage<List<Instant>> savepointsInProgress(ClusterId cluster, JobId job) {
        return CompletableFuture.completedFuture(List.of());
    }

    /**
     * How long after {@link #triggerSavepoint} or {@link #stopWithSavepoint} was called what it sends may still reach
     * Flink. The manager waits for at least as long before it gives up a savepoint that Flink does not know, so that none
     * arrives after that: a transport that takes longer than it says here may let a savepoint be taken twice.
     *
     * @return 10 seconds unless overridden; positive, and well below the time for which Flink keeps results
     */
    default Duration requestTimeout() {
        return Duration.ofSeconds(10);
    }
}
