package io.savepoint.internal;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.JobId;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.SavepointResult;
import io.savepoint.model.SavepointState;
import io.savepoint.model.SavepointStatus;
import io.savepoint.model.TriggerId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The direct calls of one cluster, served one after the other. What becomes of a call is read from the record alone, so
 * that it does not matter which manager carried it out. Safe for use by any number of threads.
 */
final class DirectCalls {
    private static final int MOST_WAITING = 64;
    private static final Duration UNTIL_FORGOTTEN = Duration.ofMinutes(1);

    private final ClusterId cluster;
    private final Function<String, RuntimeException> failure;
    private final Deque<Call> calls = new ArrayDeque<>(1);
    private @Nullable Instant forgottenSince;
    private @Nullable String closed;

    DirectCalls(ClusterId cluster, Function<String, RuntimeException> failure) {
        this.cluster = cluster;
        this.failure = failure;
    }

    /** A call and what is known of it. */
    private static final class Call {
        final DirectRequest request;
        final CompletableFuture<Object> result = new CompletableFuture<>();

        @Nullable
        TriggerId trigger;

        /** Of which run the savepoint is; by the time it is told another one may be recorded. */
        @Nullable
        JobId savedRun;

        @Nullable
        JobId job;

        @Nullable
        Instant turn;

        Call(DirectRequest request) {
            this.request = request;
        }
    }

    synchronized CompletableFuture<Object> add(DirectRequest request) {
        if (closed != null) {
            return CompletableFuture.failedFuture(failure.apply(cluster + ": " + closed));
        }
        if (calls.size() >= MOST_WAITING) {
            return CompletableFuture.failedFuture(failure.apply(
                    cluster + ": " + MOST_WAITING + " direct calls are waiting already; try again later"));
        }
        Call call = new Call(request);
        calls.add(call);
        return call.result;
    }

    synchronized boolean isEmpty() {
        return calls.isEmpty();
    }

    /**
     * The call that may begin now, if nothing else is under way; those whose caller has lost interest are dropped.
     *
     * @param status what is recorded
     * @param now the time: its turn has come when it is first answered
     */
    synchronized Optional<Turn> next(ClusterStatus status, Instant now) {
        while (!calls.isEmpty() && calls.element().result.isDone() && !hasBegun(calls.element())) {
            calls.remove();
        }
        Call call = calls.peek();
        Bookkeeping bookkeeping = status.bookkeeping();
        boolean busy =
                bookkeeping.operation().isPresent() || bookkeeping.launch().isPresent();
        if (call == null || hasBegun(call) || busy) {
            return Optional.empty();
        }
        if (call.turn == null) {
            call.turn = now;
        }
        return Optional.of(new Turn(call.request, call.turn));
    }

    /**
     * A call whose turn it is.
     *
     * @param request the call
     * @param since since when
     */
    record Turn(DirectRequest request, Instant since) {}

    private static boolean hasBegun(Call call) {
        return call.trigger != null || call.job != null;
    }

    /** Refuses the call that may begin now. */
    void refuse(String reason) {
        Call call = take();
        if (call != null) {
            call.result.completeExceptionally(failure.apply(cluster + ": " + reason));
        }
    }

    /** Fails every call, and those that come after it. */
    void close(String reason) {
        synchronized (this) {
            closed = reason;
        }
        for (Call call = take(); call != null; call = take()) {
            call.result.completeExceptionally(failure.apply(cluster + ": " + reason));
        }
    }

    private synchronized @Nullable Call take() {
        return calls.poll();
    }

    /** Brings the call that has begun up to what is recorded. */
    void recorded(ClusterStatus status) {
        Call call;
        synchronized (this) {
            call = calls.peek();
            if (call == null || !follows(call, status)) {
                return;
            }
            calls.remove();
        }
        TriggerId trigger = call.trigger;
        if (trigger != null) {
            endSavepoint(call, status, trigger);
        } else if (call.job != null) {
            endRestore(call, status, call.job);
        }
    }

    /** Whether the call began and is no longer under way. */
    private static boolean follows(Call call, ClusterStatus status) {
        Bookkeeping bookkeeping = status.bookkeeping();
        String token = call.request.token();
        bookkeeping
                .operation()
                .filter(operation -> operation.token().equals(token))
                .ifPresent(operation -> {
                    call.trigger = operation.triggerId();
                    call.savedRun = operation.jobId();
                });
        bookkeeping
                .launch()
                .filter(launch -> launch.token().equals(token))
                .ifPresent(launch -> call.job = launch.jobId());
        boolean served = bookkeeping.requestsOf(DirectRequest.POLICY).served().equals(Optional.of(token));
        if (served && !hasBegun(call)) {
            if (call.request.kind() == DirectRequest.Kind.RESTORE) {
                call.job = status.job().flatMap(JobStatus::id).orElse(null);
            } else {
                call.trigger =
                        status.savepoint().flatMap(SavepointStatus::triggerId).orElse(null);
            }
        }
        if (call.trigger != null) {
            return bookkeeping
                    .operation()
                    .filter(operation -> operation.token().equals(token))
                    .isEmpty();
        }
        return call.job != null
                && bookkeeping.launch().isEmpty()
                && status.job().filter(job -> job.state() != JobState.DEPLOYING).isPresent();
    }

    /**
     * Gives up a restore that the record knows nothing of, as its cluster was made anew; not at once, since a store may
     * have given an old copy.
     */
    void giveUpForgotten(ClusterStatus status, Instant now) {
        Call call;
        synchronized (this) {
            call = calls.peek();
            if (call == null || !isForgotten(call, status)) {
                forgottenSince = null;
                return;
            }
            if (forgottenSince == null) {
                forgottenSince = now;
            }
            if (Duration.between(forgottenSince, now).compareTo(UNTIL_FORGOTTEN) < 0) {
                return;
            }
            calls.remove();
            forgottenSince = null;
        }
        call.result.completeExceptionally(failure.apply(cluster + ": restore from " + call.request.location()
                + " failed: nothing is recorded of it any more; was the cluster deleted and made anew?"));
    }

    private static boolean isForgotten(Call call, ClusterStatus status) {
        Optional<JobId> recorded = status.job().flatMap(JobStatus::id);
        return call.job != null && status.bookkeeping().launch().isEmpty() && !recorded.equals(Optional.of(call.job));
    }

    private static Optional<JobId> savedRun(Call call, ClusterStatus status, TriggerId trigger) {
        return Optional.ofNullable(call.savedRun)
                .or(() -> status.savepoint()
                        .filter(savepoint -> savepoint.triggerId().equals(Optional.of(trigger)))
                        .flatMap(SavepointStatus::jobId));
    }

    private void endSavepoint(Call call, ClusterStatus status, TriggerId trigger) {
        Optional<JobStatus> job = status.job()
                .filter(recorded -> recorded.lastSavepointTriggerId().equals(Optional.of(trigger)));
        if (job.isPresent()) {
            call.result.complete(new SavepointResult(
                    cluster,
                    savedRun(call, status, trigger).or(job.get()::id).orElseThrow(),
                    trigger,
                    job.get().savepointLocation().orElseThrow(),
                    job.get().savepointGeneration()));
            return;
        }
        Optional<SavepointStatus> failed = status.savepoint()
                .filter(savepoint -> savepoint.triggerId().equals(Optional.of(trigger))
                        && savepoint.state() != SavepointState.SUCCEEDED);
        String reason = failed.flatMap(SavepointStatus::message)
                .orElse("its result is not in the status any more; look at savepointLocation and savepointGeneration");
        call.result.completeExceptionally(failure.apply(cluster + ": savepoint " + trigger + " failed: " + reason));
    }

    private void endRestore(Call call, ClusterStatus status, JobId jobId) {
        Optional<JobStatus> alive = status.job()
                .filter(job ->
                        job.id().equals(Optional.of(jobId)) && !job.state().isTerminal());
        if (alive.isPresent()) {
            call.result.complete(jobId);
            return;
        }
        JobState state = status.job().map(JobStatus::state).orElse(JobState.PENDING);
        String reason = status.bookkeeping().failureReason().orElse("the job is " + state.label());
        call.result.completeExceptionally(
                failure.apply(cluster + ": restore from " + call.request.location() + " failed: " + reason));
    }
}
