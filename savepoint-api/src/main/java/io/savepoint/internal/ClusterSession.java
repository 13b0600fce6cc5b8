package io.savepoint.internal;

import io.savepoint.model.ClusterState;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobStatus;
import io.savepoint.model.Operation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.Reconciliation;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a process keeps of a cluster between ticks; losing it costs nothing but a few requests. */
final class ClusterSession {
    private final DirectCalls calls;
    private final Outages outages;
    private final Scheduler scheduler;
    private final Versions versions = new Versions();
    private final Stretch<Sight> jobSeen;
    private final Stretch<Operation> unknownSeen;
    private @Nullable CompletableFuture<Reconciliation> running;
    private @Nullable CompletableFuture<Reconciliation> queued;
    private int unreachableInARow;
    private int conflictsInARow;
    private int storeFailuresInARow;
    private @Nullable TriggerId inProgressTrigger;
    private Optional<Duration> lastInProgress = Optional.empty();
    private Optional<String> lastNote = Optional.empty();
    private Optional<Disposal> disposal = Optional.empty();
    private Optional<Hints.Measured> measured = Optional.empty();

    ClusterSession(Outages outages, DirectCalls calls, Scheduler scheduler, Timings timings) {
        this.calls = calls;
        this.outages = outages;
        this.scheduler = scheduler;
        this.jobSeen = new Stretch<>(timings.missingInterval());
        this.unknownSeen = new Stretch<>(Stretch.longer(timings.missingInterval(), Timings.LOOK_AGAIN));
    }

    /** What was seen of a job; no state if the JobManager did not know it. */
    private record Sight(JobId job, Optional<FlinkJobState> state) {}

    /** The disposal of a savepoint, and the id by which Flink knows it. */
    private record Disposal(TriggerId savepoint, TriggerId id) {}

    DirectCalls calls() {
        return calls;
    }

    Outages outages() {
        return outages;
    }

    /** Runs a tick after the one that is under way, if any; callers that wait for the same one share it. */
    CompletableFuture<Reconciliation> tick(Supplier<CompletableFuture<Reconciliation>> tick) {
        CompletableFuture<Reconciliation> result;
        synchronized (this) {
            if (running != null) {
                if (queued == null) {
                    queued = new CompletableFuture<>();
                }
                return queued;
            }
            result = new CompletableFuture<>();
            running = result;
        }
        run(tick, result);
        return result;
    }

    private void run(Supplier<CompletableFuture<Reconciliation>> tick, CompletableFuture<Reconciliation> result) {
        CompletableFuture<Reconciliation> unused = Stages.call(tick).whenComplete((done, failure) -> {
            Optional<CompletableFuture<Reconciliation>> waiting = next();
            if (failure != null) {
                result.completeExceptionally(Stages.unwrap(failure));
            } else {
                result.complete(done);
            }
            // By way of the scheduler, so that ticks that complete at once do not pile up on the stack.
            waiting.ifPresent(queuedResult -> scheduler.schedule(Duration.ZERO, () -> run(tick, queuedResult)));
        });
    }

    private synchronized Optional<CompletableFuture<Reconciliation>> next() {
        Optional<CompletableFuture<Reconciliation>> waiting = Optional.ofNullable(queued);
        running = queued;
        queued = null;
        return waiting;
    }

    /** {@return completes, in whatever way, when the tick that is under way has ended} */
    synchronized CompletableFuture<Void> idle() {
        return running == null ? CompletableFuture.completedFuture(null) : running.handle((done, failure) -> null);
    }

    /** Whether a loaded copy is known to be older than what this process wrote. */
    synchronized boolean isSuperseded(String loaded) {
        return versions.isSuperseded(loaded);
    }

    /** Takes note of the version that a write of this process made. */
    synchronized void wrote(String version) {
        versions.wrote(version);
    }

    /** Fails the tick that waits for another one to end. */
    void abandon(RuntimeException reason) {
        CompletableFuture<Reconciliation> waiting;
        synchronized (this) {
            waiting = queued;
            queued = null;
        }
        if (waiting != null) {
            waiting.completeExceptionally(reason);
        }
    }

    /** Takes note of an observation and tells what was known before it. */
    synchronized Hints see(ClusterState state, Observation seen, Instant now) {
        Optional<Operation> operation = state.status().bookkeeping().operation();
        TriggerId trigger = operation.map(Operation::triggerId).orElse(null);
        if (trigger == null || !trigger.equals(inProgressTrigger)) {
            inProgressTrigger = trigger;
            lastInProgress = Optional.empty();
        }
        boolean inProgress = seen.operation()
                .filter(OperationObservation.InProgress.class::isInstance)
                .isPresent();
        if (inProgress) {
            lastInProgress = operation.map(inFlight -> Duration.between(inFlight.lastSentAt(), now));
        }
        Duration sameFor =
                jobSeen.look(state.status().job().flatMap(JobStatus::id).flatMap(job -> sight(job, seen.job())), now);
        boolean unknown = seen.operation()
                .filter(OperationObservation.Unknown.class::isInstance)
                .isPresent();
        Duration unknownFor = unknownSeen.look(operation.filter(inFlight -> unknown), now);
        Hints hints =
                new Hints(unreachableInARow, lastInProgress, sameFor, unknownFor, lastNote, !calls.isEmpty(), measured);
        unreachableInARow = seen.job() instanceof JobObservation.Unreachable ? unreachableInARow + 1 : 0;
        return hints;
    }

    private static Optional<Sight> sight(JobId job, JobObservation seen) {
        if (seen instanceof JobObservation.Found found) {
            return Optional.of(new Sight(job, Optional.of(found.state())));
        }
        return seen instanceof JobObservation.NotFound
                ? Optional.of(new Sight(job, Optional.empty()))
                : Optional.empty();
    }

    /** Takes note of what came of an action. */
    synchronized void acted(Optional<String> note) {
        lastNote = note;
    }

    /** Takes note of a disposal that Flink has begun. */
    synchronized void disposing(TriggerId savepoint, TriggerId id) {
        disposal = Optional.of(new Disposal(savepoint, id));
    }

    /** The id of the disposal that is recorded as under way, if this process had it begun. */
    synchronized Optional<TriggerId> disposalOf(ClusterState state) {
        return History.beingDisposedOf(state.status().bookkeeping().savepointHistory())
                .flatMap(entry -> disposal.filter(begun -> begun.savepoint().equals(entry.triggerId())))
                .map(Disposal::id);
    }

    /** Takes note of the size of a savepoint, if an event tells one. */
    synchronized void measured(SavepointEvent event) {
        if (event.sizeBytes().isPresent() && event.triggerId().isPresent()) {
            measured = Optional.of(new Hints.Measured(
                    event.triggerId().get(), event.sizeBytes().getAsLong()));
        }
    }

    synchronized void succeeded() {
        conflictsInARow = 0;
        storeFailuresInARow = 0;
    }

    /** Counts a conflict and tells how many came before it in a row. */
    synchronized int conflicted() {
        return conflictsInARow++;
    }

    /** Counts a failure of the store and tells how many there are in a row. */
    synchronized int storeFailed() {
        return ++storeFailuresInARow;
    }
}
