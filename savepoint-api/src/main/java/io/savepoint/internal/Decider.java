package io.savepoint.internal;

import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobSpec;
import io.savepoint.model.Launch;
import io.savepoint.model.Operation;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointOptions;
import io.savepoint.model.SavepointState;
import io.savepoint.model.SavepointStatus;
import io.savepoint.model.TriggerId;
import io.savepoint.model.TriggerReason;
import io.savepoint.policy.Decision;
import io.savepoint.policy.PolicyContext;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Turns a decision into what has to be recorded for it and the one action that follows. */
final class Decider {
    private final RandomGenerator random;
    private final boolean ownDirectories;

    Decider(RandomGenerator random, boolean ownDirectories) {
        this.random = random;
        this.ownDirectories = ownDirectories;
    }

    /** Whether a decision concerns nothing but the record. */
    static boolean isBookkeeping(Decision decision) {
        return decision instanceof Decision.AcceptControl
                || decision instanceof Decision.RefuseControl
                || decision instanceof Decision.AcceptRequest
                || decision instanceof Decision.RefuseRequest;
    }

    void apply(Draft draft, String policy, Decision decision, PolicyContext context) {
        if (decision instanceof Decision.AcceptControl) {
            answerControl(draft, context.control().orElseThrow(), Optional.empty());
        } else if (decision instanceof Decision.RefuseControl refuse) {
            refuseControl(draft, context.control(), refuse.message());
        } else if (decision instanceof Decision.AcceptRequest accept) {
            acceptRequest(draft, policy, accept);
        } else if (decision instanceof Decision.RefuseRequest refuse) {
            refuseRequest(draft, policy, refuse);
        } else if (decision instanceof Decision.TakeSavepoint take) {
            Operation.Builder operation = operation(draft, context, policy, take.token(), SavepointOptions.defaults())
                    .kind(Operation.Kind.SAVEPOINT)
                    .reason(take.reason())
                    .maxAttempts(take.maxAttempts());
            begin(draft, operation.build());
        } else if (decision instanceof Decision.StopWithSavepoint stop) {
            Operation.Builder operation = operation(draft, context, policy, stop.token(), SavepointOptions.defaults())
                    .kind(Operation.Kind.STOP)
                    .reason(TriggerReason.JOB_CANCEL)
                    .maxAttempts(stop.maxAttempts());
            begin(draft, operation.build());
        } else if (decision instanceof Decision.CancelJob cancel) {
            Operation.Builder operation = operation(draft, context, policy, cancel.token(), SavepointOptions.defaults())
                    .kind(Operation.Kind.CANCEL)
                    .reason(TriggerReason.JOB_CANCEL)
                    .maxAttempts(cancel.maxAttempts());
            begin(draft, operation.build());
        } else if (decision instanceof Decision.StartJob start) {
            LaunchTracker.submit(
                    draft,
                    launch(draft, policy, start.token())
                            .kind(Launch.Kind.START)
                            .fromSavepoint(start.fromSavepoint())
                            .allowNonRestoredState(context.spec().allowNonRestoredState())
                            .build());
        } else if (decision instanceof Decision.RestartJob restart) {
            draft.updateBookkeeping(bookkeeping -> bookkeeping.consecutiveRestarts(restart.attempt()));
            LaunchTracker.submit(
                    draft,
                    launch(draft, policy, restart.token())
                            .kind(Launch.Kind.RESTART)
                            .fromSavepoint(restart.location())
                            .allowNonRestoredState(context.spec().allowNonRestoredState())
                            .build());
        }
    }

    /** Begins what a direct call asks for. */
    void begin(Draft draft, DirectRequest request, PolicyContext context) {
        if (request.kind() == DirectRequest.Kind.RESTORE) {
            restore(draft, request, context);
            return;
        }
        boolean stop = request.kind() == DirectRequest.Kind.STOP;
        Operation.Builder operation = operation(
                        draft, context, DirectRequest.POLICY, request.token(), request.options())
                .kind(stop ? Operation.Kind.STOP : Operation.Kind.SAVEPOINT)
                .reason(stop ? TriggerReason.JOB_CANCEL : TriggerReason.USER_REQUESTED)
                .requestTime(request.requestTime());
        begin(draft, operation.build());
    }

    private void restore(Draft draft, DirectRequest request, PolicyContext context) {
        Optional<JobId> earlier = draft.job().state().isTerminal()
                ? Optional.empty()
                : draft.job().id();
        Launch launch = launch(draft, DirectRequest.POLICY, request.token())
                .kind(Launch.Kind.RESTORE)
                .fromSavepoint(request.location())
                .allowNonRestoredState(context.spec().allowNonRestoredState())
                .replaces(earlier)
                .cleared(earlier.isEmpty())
                .build();
        if (earlier.isEmpty()) {
            LaunchTracker.submit(draft, launch);
        } else {
            draft.updateBookkeeping(bookkeeping -> bookkeeping.launch(launch));
            draft.act(new Action.CancelRun(earlier.get()));
            draft.dueIn(Timings.FOLLOW_UP);
        }
    }

    private Operation.Builder operation(
            Draft draft, PolicyContext context, String policy, String token, SavepointOptions options) {
        JobSpec spec = context.spec();
        TriggerId trigger = TriggerId.random(random);
        Optional<String> directory = options.directory().or(spec::savepointsDir);
        boolean own = ownDirectories && directory.isPresent();
        return Operation.builder()
                .jobId(draft.job().id().orElseThrow())
                .triggerId(trigger)
                .policy(policy)
                .token(token)
                .targetDirectory(own ? directory.map(parent -> child(parent, trigger)) : directory)
                .ownDirectory(own)
                .format(options.format().orElse(spec.savepointFormatType()))
                .drain(options.drain())
                .requestTime(requestTime(draft, policy, token))
                .triggerTime(draft.now())
                .lastSentAt(draft.now())
                .runStart(
                        context.job() instanceof JobObservation.Found found
                                ? Optional.of(found.startTime())
                                : Optional.empty());
    }

    private static String child(String parent, TriggerId trigger) {
        return (parent.endsWith("/") ? parent : parent + "/") + trigger;
    }

    private static Instant requestTime(Draft draft, String policy, String token) {
        Optional<Instant> accepted = token.equals(Decision.CONTROL_TOKEN)
                ? draft.status().control().map(ControlStatus::updateTime)
                : draft.bookkeeping().requestsOf(policy).acceptedAt();
        return accepted.orElse(draft.now());
    }

    private void begin(Draft draft, Operation operation) {
        boolean takesSavepoint = operation.kind() != Operation.Kind.CANCEL;
        draft.updateBookkeeping(bookkeeping -> {
            bookkeeping.operation(operation);
            if (takesSavepoint) {
                bookkeeping.lastTriggerTime(draft.now());
            }
        });
        if (takesSavepoint) {
            draft.savepoint(Results.savepoint(operation, SavepointState.IN_PROGRESS, Optional.empty()));
            draft.event(
                    SavepointEvent.Type.SAVEPOINT_TRIGGERED,
                    "savepoint " + operation.triggerId() + " is being taken, "
                            + operation.reason().label(),
                    event -> Results.describe(event, operation));
        }
        if (operation.token().equals(Decision.CONTROL_TOKEN)) {
            draft.status()
                    .control()
                    .ifPresent(control -> draft.control(ControlStatus.builder()
                            .from(control)
                            .state(ControlState.IN_PROGRESS)
                            .jobId(operation.jobId())
                            .savepointTriggerId(operation.triggerId())
                            .updateTime(draft.nowInSeconds())
                            .build()));
        }
        draft.act(new Action.Send(operation));
        draft.dueIn(takesSavepoint ? draft.nextPoll(operation) : Timings.FOLLOW_UP);
    }

    private Launch.Builder launch(Draft draft, String policy, String token) {
        return Launch.builder()
                .jobId(JobId.random(random))
                .policy(policy)
                .token(token)
                .requestTime(draft.now())
                .lastSentAt(draft.now());
    }

    private static void refuseControl(Draft draft, Optional<ControlRequest> pending, String message) {
        Optional<ControlStatus> accepted =
                draft.status().control().filter(control -> !control.state().isFinal());
        if (accepted.isPresent()) {
            Results.failControl(draft, accepted.get(), message);
            draft.dueIn(Duration.ZERO);
        } else {
            pending.ifPresent(request -> answerControl(draft, request, Optional.of(message)));
        }
    }

    private static void answerControl(Draft draft, ControlRequest request, Optional<String> refusal) {
        ControlStatus control = ControlStatus.builder()
                .name(Texts.bounded(request.value()))
                .state(ControlState.REQUESTED)
                .jobId(draft.job().id())
                .updateTime(draft.nowInSeconds())
                .build();
        draft.control(control);
        if (refusal.isEmpty()) {
            draft.updateBookkeeping(bookkeeping -> bookkeeping.controlToAcknowledge(request.value()));
        }
        draft.event(
                SavepointEvent.Type.CONTROL_REQUESTED,
                "user-control " + request.value() + " was " + (refusal.isPresent() ? "seen" : "accepted"));
        refusal.ifPresent(message -> Results.failControl(draft, control, message));
        draft.act(new Action.Acknowledge(request));
        draft.dueIn(Duration.ZERO);
    }

    private static void acceptRequest(Draft draft, String policy, Decision.AcceptRequest accept) {
        draft.updateLog(
                policy,
                log -> log.accepted(accept.token())
                        .acceptedAt(draft.now())
                        .failures(0)
                        .lastFailure(Optional.empty()));
        draft.event(SavepointEvent.Type.SAVEPOINT_REQUESTED, accept.message());
        draft.dueIn(Duration.ZERO);
    }

    private static void refuseRequest(Draft draft, String policy, Decision.RefuseRequest refuse) {
        Optional<Instant> seen = draft.bookkeeping().requestsOf(policy).acceptedAt();
        draft.updateLog(
                policy,
                log -> log.served(refuse.token())
                        .accepted(Optional.empty())
                        .acceptedAt(Optional.empty())
                        .failures(0)
                        .lastFailure(Optional.empty()));
        draft.savepoint(SavepointStatus.builder()
                .jobId(draft.job().id())
                .triggerReason(TriggerReason.USER_REQUESTED)
                .requestTime(seen.orElse(draft.now()).truncatedTo(ChronoUnit.SECONDS))
                .state(SavepointState.TRIGGER_FAILED)
                .message(refuse.message())
                .build());
        draft.event(SavepointEvent.Type.REQUEST_REFUSED, refuse.message());
        draft.dueIn(Duration.ZERO);
    }
}
