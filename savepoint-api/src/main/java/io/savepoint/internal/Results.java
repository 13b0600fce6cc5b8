package io.savepoint.internal;

import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.JobState;
import io.savepoint.model.Operation;
import io.savepoint.model.RequestLog;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointState;
import io.savepoint.model.SavepointStatus;
import io.savepoint.model.TriggerId;
import io.savepoint.policy.Decision;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Records how an operation ended: all that changes with it, in one status. */
final class Results {
    private Results() {}

    static void complete(
            Draft draft, Operation operation, String location, Instant completed, Optional<Duration> expectedNext) {
        boolean stop = operation.kind() == Operation.Kind.STOP;
        draft.updateJob(job -> {
            job.savepointGeneration(draft.job().savepointGeneration() + 1)
                    .savepointLocation(location)
                    .lastSavepointTriggerId(operation.triggerId())
                    .lastSavepointTriggerTime(seconds(operation.triggerTime()))
                    .lastSavepointTime(seconds(completed));
            if (stop) {
                job.state(JobState.CANCELLED);
            }
        });
        draft.savepoint(savepoint(operation, SavepointState.SUCCEEDED, Optional.empty()));
        History.add(draft, operation, location, completed);
        draft.updateBookkeeping(bookkeeping -> bookkeeping
                .operation(Optional.empty())
                .consecutiveRestarts(0)
                .restoredFrom(Optional.empty())
                .lastDurationMillis(expectedNext.stream()
                        .mapToLong(duration -> Math.max(1, duration.toMillis()))
                        .findFirst()));
        served(draft, operation);
        Duration took = draft.since(operation.triggerTime());
        draft.event(
                SavepointEvent.Type.SAVEPOINT_COMPLETED,
                "savepoint " + draft.job().savepointGeneration() + " completed at " + location,
                event -> describe(event, operation).location(location).duration(took));
        endControl(draft, operation, ControlState.SUCCEEDED, Optional.empty());
        if (stop) {
            draft.event(SavepointEvent.Type.JOB_CANCELLED, "the job was stopped with a savepoint");
        }
        draft.dueIn(Duration.ZERO);
    }

    static void cancelled(Draft draft, Operation operation) {
        draft.updateJob(job -> job.state(JobState.CANCELLED));
        draft.updateBookkeeping(bookkeeping -> bookkeeping.operation(Optional.empty()));
        served(draft, operation);
        endControl(draft, operation, ControlState.SUCCEEDED, Optional.empty());
        draft.dueIn(Duration.ZERO);
    }

    static void fail(Draft draft, Operation operation, SavepointState state, String reason) {
        RequestLog log = draft.bookkeeping().requestsOf(operation.policy());
        // A request that was accepted meanwhile takes its place, and has failures of its own.
        boolean replaced =
                log.accepted().filter(token -> !token.equals(operation.token())).isPresent();
        int failures = replaced ? 1 : log.failures() + 1;
        boolean givenUp = operation.maxAttempts() > 0 && failures >= operation.maxAttempts();
        draft.updateBookkeeping(bookkeeping -> bookkeeping.operation(Optional.empty()));
        if (!replaced && givenUp) {
            served(draft, operation);
        } else if (!replaced) {
            draft.updateLog(
                    operation.policy(), change -> change.failures(failures).lastFailure(draft.now()));
        }
        String bounded = Texts.bounded(reason);
        String attempts = givenUp && failures > 1 ? " (given up after " + failures + " attempts)" : "";
        String message = bounded + attempts + advice(draft, operation);
        if (operation.kind() == Operation.Kind.CANCEL) {
            draft.event(SavepointEvent.Type.REQUEST_REFUSED, "cancel failed: " + message);
        } else {
            draft.savepoint(savepoint(operation, state, Optional.of(message)));
            draft.event(SavepointEvent.Type.SAVEPOINT_FAILED, message, event -> describe(event, operation));
        }
        endControl(draft, operation, ControlState.FAILED, Optional.of(message));
        draft.dueIn(Duration.ZERO);
    }

    /** What the user can do about a job that should have been stopped, and goes on. */
    private static String advice(Draft draft, Operation operation) {
        if (operation.kind() != Operation.Kind.STOP || draft.job().state().isTerminal()) {
            return "";
        }
        if (operation.token().equals(Decision.CONTROL_TOKEN)) {
            return "; the job goes on: annotate again, without savepointsDir if it shall be cancelled without a savepoint";
        }
        return operation.maxAttempts() == 0
                ? "; the job goes on and the stop is tried again; without savepointsDir the job is cancelled without a"
                        + " savepoint"
                : "";
    }

    /** Records the id that Flink goes by in place of the one it was given. */
    static void rename(Draft draft, Operation operation, TriggerId id) {
        Operation renamed = Operation.builder().from(operation).triggerId(id).build();
        draft.updateBookkeeping(bookkeeping -> bookkeeping.operation(renamed));
        draft.savepoint(savepoint(renamed, SavepointState.IN_PROGRESS, Optional.empty()));
        draft.status()
                .control()
                .filter(control -> control.savepointTriggerId().equals(Optional.of(operation.triggerId())))
                .ifPresent(control -> draft.control(ControlStatus.builder()
                        .from(control)
                        .savepointTriggerId(id)
                        .build()));
    }

    static SavepointStatus savepoint(Operation operation, SavepointState state, Optional<String> message) {
        return SavepointStatus.builder()
                .jobId(operation.jobId())
                .triggerId(operation.triggerId())
                .triggerTime(seconds(operation.triggerTime()))
                .triggerReason(operation.reason())
                .requestTime(seconds(operation.requestTime()))
                .state(state)
                .formatType(operation.format())
                .message(message)
                .build();
    }

    static SavepointEvent.Builder describe(SavepointEvent.Builder event, Operation operation) {
        return event.jobId(operation.jobId()).triggerId(operation.triggerId()).reason(operation.reason());
    }

    /** Ends a control in failure that never came to an operation, or whose operation failed. */
    static void failControl(Draft draft, ControlStatus control, String message) {
        draft.control(ControlStatus.builder()
                .from(control)
                .state(ControlState.FAILED)
                .message(Texts.bounded(message))
                .updateTime(draft.nowInSeconds())
                .build());
        draft.event(SavepointEvent.Type.CONTROL_FAILED, "user-control " + control.name() + " failed: " + message);
    }

    private static void endControl(Draft draft, Operation operation, ControlState state, Optional<String> message) {
        Optional<ControlStatus> control = draft.status()
                .control()
                .filter(candidate -> candidate.state() == ControlState.IN_PROGRESS
                        && candidate.savepointTriggerId().equals(Optional.of(operation.triggerId())));
        if (control.isEmpty()) {
            return;
        }
        if (state == ControlState.FAILED) {
            failControl(draft, control.get(), message.orElseThrow());
            return;
        }
        draft.control(ControlStatus.builder()
                .from(control.get())
                .state(state)
                .updateTime(draft.nowInSeconds())
                .build());
        draft.event(
                SavepointEvent.Type.CONTROL_SUCCEEDED,
                "user-control " + control.get().name() + " succeeded",
                event -> describe(event, operation));
    }

    private static void served(Draft draft, Operation operation) {
        RequestLog before = draft.bookkeeping().requestsOf(operation.policy());
        draft.updateLog(operation.policy(), log -> {
            log.served(operation.token()).failures(0).lastFailure(Optional.empty());
            // A newer request that was accepted meanwhile stays to be served.
            if (before.accepted().equals(Optional.of(operation.token()))) {
                log.accepted(Optional.empty()).acceptedAt(Optional.empty());
            }
        });
    }

    private static Instant seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }
}
