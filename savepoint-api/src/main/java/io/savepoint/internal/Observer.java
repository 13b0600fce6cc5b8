package io.savepoint.internal;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.DisposalObservation;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.Operation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.UnknownJobException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Asks Flink as little as the recorded state calls for. */
final class Observer {
    /** How long an operation is in progress before a look at its job goes with every look at it. */
    private static final Duration LONG = Duration.ofSeconds(10);

    private final FlinkTransport transport;

    Observer(FlinkTransport transport) {
        this.transport = transport;
    }

    /**
     * Looks.
     *
     * @param state what is recorded
     * @param disposal the id of the disposal under way, if it is known
     * @param now the time
     */
    CompletableFuture<Observation> observe(ClusterState state, Optional<TriggerId> disposal, Instant now) {
        return observe(state, now)
                .thenCompose(seen -> failureIsNews(state, seen)
                        ? withFailureCause(state, seen)
                        : CompletableFuture.completedFuture(seen))
                .thenCompose(seen -> disposal.isPresent() && !(seen.job() instanceof JobObservation.Unreachable)
                        ? withDisposal(state.id(), disposal.get(), seen)
                        : CompletableFuture.completedFuture(seen));
    }

    private static boolean failureIsNews(ClusterState state, Observation seen) {
        boolean known = state.status()
                        .job()
                        .filter(job -> job.state() == JobState.FAILED)
                        .isPresent()
                && state.status().bookkeeping().failedAt().isPresent();
        return !known && seen.job() instanceof JobObservation.Found found && found.state() == FlinkJobState.FAILED;
    }

    /** Best effort: that the job failed does not wait for its cause to be known. */
    private CompletableFuture<Observation> withFailureCause(ClusterState state, Observation seen) {
        JobId job = state.status().job().flatMap(JobStatus::id).orElseThrow();
        return Stages.call(() -> transport.failureCause(state.id(), job))
                .exceptionally(failure -> Optional.of("why is not known, as " + Stages.describe(failure)))
                .thenApply(seen::withFailureCause);
    }

    private CompletableFuture<Observation> withDisposal(ClusterId cluster, TriggerId disposal, Observation seen) {
        return Stages.call(() -> transport.observeDisposal(cluster, disposal))
                .thenApply(seen::withDisposal)
                // As if it was in progress: it is looked at again.
                .exceptionally(failure -> seen.withDisposal(new DisposalObservation.InProgress()));
    }

    private CompletableFuture<Observation> observe(ClusterState state, Instant now) {
        Bookkeeping bookkeeping = state.status().bookkeeping();
        Optional<JobId> job = state.status().job().flatMap(recorded -> recorded.id());
        Optional<Operation> operation = bookkeeping.operation();
        if (operation.isPresent() && operation.get().kind() != Operation.Kind.CANCEL) {
            return observeOperation(state.id(), operation.get(), now);
        }
        JobState recorded = state.status().job().map(status -> status.state()).orElse(JobState.PENDING);
        boolean over = recorded == JobState.SUCCEEDED || recorded == JobState.CANCELLED;
        boolean nothingPending = operation.isEmpty() && bookkeeping.launch().isEmpty();
        if (job.isEmpty() || (over && nothingPending)) {
            return CompletableFuture.completedFuture(Observation.of(new JobObservation.NotAsked()));
        }
        return observeJob(state.id(), job.get()).thenApply(Observation::of);
    }

    private CompletableFuture<Observation> observeOperation(ClusterId cluster, Operation operation, Instant now) {
        return ask(cluster, operation).thenCompose(result -> withJob(cluster, operation, result, now));
    }

    private CompletableFuture<OperationObservation> ask(ClusterId cluster, Operation operation) {
        return Stages.<OperationObservation>call(
                        () -> transport.observeOperation(cluster, operation.jobId(), operation.triggerId()))
                .exceptionally(failure -> new OperationObservation.Unreachable(Stages.describe(failure)));
    }

    /**
     * Only an operation that Flink does not know calls for a look at the job and its history; and one that takes long,
     * since Flink may go on to say that it is in progress when its job has failed.
     */
    private CompletableFuture<Observation> withJob(
            ClusterId cluster, Operation operation, OperationObservation result, Instant now) {
        if (result instanceof OperationObservation.Unreachable unreachable) {
            return CompletableFuture.completedFuture(
                    Observation.of(new JobObservation.Unreachable(unreachable.message()), result));
        }
        boolean inProgress = result instanceof OperationObservation.InProgress;
        // Either way: a clock may have gone back.
        boolean takesLong = Duration.between(operation.lastSentAt(), now).abs().compareTo(LONG) > 0;
        if (inProgress && takesLong) {
            return observeJob(cluster, operation.jobId())
                    .thenCompose(job -> hasEnded(job)
                            ? observeOnceMore(cluster, operation, job)
                            : CompletableFuture.completedFuture(Observation.of(job, result)));
        }
        if (!(result instanceof OperationObservation.Unknown unknown)) {
            return CompletableFuture.completedFuture(Observation.of(new JobObservation.NotAsked(), result));
        }
        return observeJob(cluster, operation.jobId()).thenCompose(job -> withHistory(cluster, operation, job, unknown));
    }

    /**
     * What is in progress for a job that has ended never ends, and counts as unknown; but it may have ended with its job
     * between the two looks.
     */
    private CompletableFuture<Observation> observeOnceMore(ClusterId cluster, Operation operation, JobObservation job) {
        return ask(cluster, operation)
                .thenCompose(result -> result instanceof OperationObservation.InProgress
                        ? withHistory(cluster, operation, job, new OperationObservation.Unknown())
                        : withJob(cluster, operation, result, operation.lastSentAt()));
    }

    private static boolean hasEnded(JobObservation job) {
        return job instanceof JobObservation.Found found && found.state().isTerminal();
    }

    private CompletableFuture<Observation> withHistory(
            ClusterId cluster, Operation operation, JobObservation job, OperationObservation.Unknown unknown) {
        if (!(job instanceof JobObservation.Found)) {
            return CompletableFuture.completedFuture(Observation.of(job, unknown));
        }
        // In this order, so that what is completed in between is seen.
        return inProgress(cluster, operation, unknown)
                .thenCompose(inProgress -> Stages.call(() -> transport.savepointHistory(cluster, operation.jobId()))
                        .thenApply(history -> Observation.of(job, Optional.of(unknown), history, inProgress)))
                .exceptionally(failure -> Stages.unwrap(failure) instanceof UnknownJobException
                        ? Observation.of(job, unknown)
                        : Observation.of(new JobObservation.Unreachable(Stages.describe(failure)), unknown));
    }

    private CompletableFuture<List<Instant>> inProgress(
            ClusterId cluster, Operation operation, OperationObservation.Unknown unknown) {
        return unknown.mayHaveAnotherId()
                ? Stages.call(() -> transport.savepointsInProgress(cluster, operation.jobId()))
                : CompletableFuture.completedFuture(List.of());
    }

    private CompletableFuture<JobObservation> observeJob(ClusterId cluster, JobId job) {
        return Stages.call(() -> transport.observeJob(cluster, job))
                .exceptionally(failure -> new JobObservation.Unreachable(Stages.describe(failure)));
    }
}
