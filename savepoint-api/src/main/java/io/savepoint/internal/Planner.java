package io.savepoint.internal;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.HistoryEntry;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobState;
import io.savepoint.model.Launch;
import io.savepoint.model.Operation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointState;
import io.savepoint.model.SpecProblem;
import io.savepoint.model.TriggerId;
import io.savepoint.policy.Decision;
import io.savepoint.policy.GenerationTriggeredPolicy;
import io.savepoint.policy.PolicyContext;
import io.savepoint.policy.Precedence;
import io.savepoint.policy.SavepointPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The mind of the engine: from what is recorded, what Flink says and the time, what shall be recorded, done and told. No
 * I/O and no clock; apart from the ids it chooses, a pure function.
 */
final class Planner {
    /** How long a direct call waits for a job that is not ready. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final Duration RECHECK = Duration.ofSeconds(1);
    private static final int MOST_PROBLEMS = 20;

    private final Timings timings;
    private final List<SavepointPolicy> policies;
    private final boolean canLaunch;
    private final boolean servesGenerations;
    private final Decider decider;
    private final JobTracker jobTracker;
    private final OperationTracker operationTracker;
    private final LaunchTracker launchTracker;
    private final History history;

    Planner(
            Timings timings,
            List<SavepointPolicy> policies,
            boolean canLaunch,
            boolean ownDirectories,
            int historySize,
            RandomGenerator random) {
        this.timings = timings;
        this.policies = policies.stream()
                .sorted(Comparator.comparing(SavepointPolicy::precedence))
                .toList();
        this.canLaunch = canLaunch;
        this.servesGenerations = policies.stream().anyMatch(GenerationTriggeredPolicy.class::isInstance);
        this.decider = new Decider(random, ownDirectories);
        this.jobTracker = new JobTracker(timings);
        this.operationTracker = new OperationTracker(timings);
        this.launchTracker = new LaunchTracker(timings, jobTracker);
        this.history = new History(timings, historySize);
    }

    /**
     * Plans a tick.
     *
     * @param state what the store knows
     * @param seen what Flink says
     * @param hints what this process knows beyond that
     * @param turn the direct call whose turn it is
     * @param now the time
     */
    Plan plan(ClusterState state, Observation seen, Hints hints, Optional<DirectCalls.Turn> turn, Instant now) {
        Draft draft = new Draft(state.id(), state.status(), now);
        Bookkeeping before = state.status().bookkeeping();
        boolean inFlight = before.operation().isPresent() || before.launch().isPresent();
        Optional<ControlRequest> control = visible(draft, state.control());
        reportProblems(draft, state.problems());
        follow(draft, before, seen, hints);
        PolicyContext context = new PolicyContext(state.id(), state.spec(), control, draft.status(), seen.job(), now);
        Optional<String> refusal = Optional.empty();
        boolean stateChanged = !draft.job().state().equals(stateOf(state));
        // The record has room for one result and one control: what has just ended is recorded before anything else is
        // answered.
        boolean ended = before.operation().isPresent()
                && draft.bookkeeping().operation().isEmpty();
        if (ended) {
            acceptByWhatWasRecorded(
                    draft, new PolicyContext(state.id(), state.spec(), control, state.status(), seen.job(), now));
        } else if (!stateChanged) {
            refusal = decide(draft, context, turn, inFlight);
        }
        acknowledgeAgain(draft, state.control());
        history.proceed(
                draft, seen, stateChanged || ended || hints.callsWait() ? Optional.empty() : dropped(draft, context));
        history.trim(draft);
        if (!draft.status().equals(state.status())) {
            // Not worth a write of its own.
            hints.measured().ifPresent(measured -> History.measure(draft, measured));
        }
        if (servesGenerations) {
            // The last word: it depends on what else there is to record.
            GenerationEdits.follow(draft, state);
        }
        return new Plan(draft.finish(atTheLatest(draft, seen, hints, inFlight)), refusal);
    }

    /** Plans what follows when Flink will not do what was asked. */
    Step planRefusal(ClusterState recorded, Action action, String reason, Instant now) {
        Draft draft = new Draft(recorded.id(), recorded.status(), now);
        Bookkeeping bookkeeping = recorded.status().bookkeeping();
        if (action instanceof Action.Send send) {
            Optional<Operation> operation = bookkeeping.operation().filter(kept -> isSame(kept, send));
            operation.ifPresent(refused -> Results.fail(draft, refused, SavepointState.TRIGGER_FAILED, reason));
        } else if (action instanceof Action.Submit submit) {
            Optional<Launch> launch = bookkeeping
                    .launch()
                    .filter(kept -> kept.jobId().equals(submit.launch().jobId()));
            launch.ifPresent(refused -> LaunchTracker.refused(draft, refused, reason));
        } else if (action instanceof Action.Dispose dispose) {
            History.beingDisposedOf(bookkeeping.savepointHistory())
                    .map(HistoryEntry::triggerId)
                    .filter(dispose.savepoint().triggerId()::equals)
                    .ifPresent(savepoint -> History.failed(draft, savepoint, reason));
        }
        return draft.finish(timings.observeInterval());
    }

    /** Plans what follows when Flink goes by another id than the one it was given, as it does before 1.15. */
    Step planRename(ClusterState recorded, Action action, TriggerId id, Instant now) {
        Draft draft = new Draft(recorded.id(), recorded.status(), now);
        Optional<Operation> operation = recorded.status().bookkeeping().operation();
        if (action instanceof Action.Send send
                && operation.filter(kept -> isSame(kept, send)).isPresent()) {
            Results.rename(draft, operation.get(), id);
        }
        return draft.finish(timings.observeInterval());
    }

    /** Told by the id alone: a store may keep times less precisely than they were written. */
    private static boolean isSame(Operation recorded, Action.Send send) {
        return recorded.triggerId().equals(send.operation().triggerId());
    }

    /** The result of planning; a direct call may be refused without a trace in the record. */
    record Plan(Step step, Optional<String> directRefusal) {}

    private Duration atTheLatest(Draft draft, Observation seen, Hints hints, boolean inFlight) {
        if (isUnreachable(seen)) {
            return timings.unreachable().delay(hints.unreachableInARow() + 1);
        }
        boolean over = draft.job().state().isTerminal() && !inFlight;
        boolean polled = draft.bookkeeping().operation().isPresent();
        return over || polled ? timings.idleInterval() : timings.observeInterval();
    }

    private static JobState stateOf(ClusterState state) {
        return state.status().job().map(job -> job.state()).orElse(JobState.PENDING);
    }

    private static boolean isUnreachable(Observation seen) {
        return seen.job() instanceof JobObservation.Unreachable
                || seen.operation()
                        .filter(OperationObservation.Unreachable.class::isInstance)
                        .isPresent();
    }

    /**
     * Hides an accepted control that has not been seen gone from where the user put it. The same value set again in
     * between is taken for it: what it asks for has not begun yet, so it is served by it.
     *
     * @return the control that policies may see
     */
    private static Optional<ControlRequest> visible(Draft draft, Optional<ControlRequest> control) {
        Optional<String> accepted = draft.bookkeeping().controlToAcknowledge();
        if (accepted.isPresent() && accepted.equals(control.map(ControlRequest::value))) {
            return Optional.empty();
        }
        if (accepted.isPresent()) {
            draft.updateBookkeeping(bookkeeping -> bookkeeping.controlToAcknowledge(Optional.empty()));
        }
        return control;
    }

    /** Removes an accepted control once more, where nothing else is to be done: a store that refuses holds up nothing. */
    private static void acknowledgeAgain(Draft draft, Optional<ControlRequest> control) {
        boolean due = draft.bookkeeping().controlToAcknowledge().isPresent() && !draft.acts();
        control.filter(request -> due).ifPresent(request -> draft.act(new Action.Acknowledge(request)));
    }

    private static void reportProblems(Draft draft, List<SpecProblem> problems) {
        List<String> messages = problems.stream()
                .limit(MOST_PROBLEMS)
                .map(problem -> Texts.bounded(problem.message()))
                .toList();
        List<String> known = draft.bookkeeping().problems();
        if (!messages.equals(known)) {
            draft.updateBookkeeping(bookkeeping -> bookkeeping.problems(messages));
            messages.stream()
                    .filter(message -> !known.contains(message))
                    .forEach(message -> draft.event(SavepointEvent.Type.SPEC_INVALID, message));
        }
    }

    /** The savepoint that a policy wants to be gone, by all that is known by now. */
    private Optional<TriggerId> dropped(Draft draft, PolicyContext context) {
        if (draft.bookkeeping().launch().isPresent()) {
            return Optional.empty();
        }
        PolicyContext now = new PolicyContext(
                context.cluster(), context.spec(), context.control(), draft.status(), context.job(), context.now());
        return policies.stream()
                .filter(policy -> policy.precedence() == Precedence.RETENTION)
                .map(policy -> policy.decide(now))
                .filter(Decision.DisposeSavepoint.class::isInstance)
                .map(decision -> ((Decision.DisposeSavepoint) decision).savepoint())
                .findFirst();
    }

    private void follow(Draft draft, Bookkeeping before, Observation seen, Hints hints) {
        History.follow(draft, seen);
        if (before.launch().isPresent()) {
            launchTracker.track(draft, before.launch().get(), seen.job(), hints);
            if (!before.launch().get().cleared()) {
                return;
            }
        }
        jobTracker.track(draft, seen, hints);
        before.operation().ifPresent(operation -> operationTracker.track(draft, operation, seen, hints));
    }

    /** A savepoint that was in flight when another one was asked for must not answer that request by its result. */
    private void acceptByWhatWasRecorded(Draft draft, PolicyContext before) {
        for (SavepointPolicy policy : policies) {
            if (policy.decide(before) instanceof Decision.AcceptRequest accept) {
                decider.apply(draft, policy.name(), accept, before);
            }
        }
    }

    private Optional<String> decide(
            Draft draft, PolicyContext context, Optional<DirectCalls.Turn> turn, boolean inFlight) {
        Optional<DirectCalls.Turn> waiting = turn;
        boolean launchDue = false;
        for (SavepointPolicy policy : policies) {
            Decision decision = policy.decide(context);
            launchDue |= canLaunch && (launches(decision) || isDelayedRestart(policy, decision));
            if (launchDue && decision instanceof Decision.RefuseRequest) {
                // The run that follows may serve it.
                continue;
            }
            if (decision instanceof Decision.Wait wait && !inFlight) {
                waitUntil(draft, context, wait.until());
            } else if (decision instanceof Decision.Explain explain) {
                explain(draft, explain.message());
            } else if (Decider.isBookkeeping(decision) && !draft.acts()) {
                decider.apply(draft, policy.name(), decision, context);
                return Optional.empty();
            }
        }
        if (inFlight || draft.acts()) {
            return Optional.empty();
        }
        for (SavepointPolicy policy : policies) {
            if (waiting.isPresent() && policy.precedence().compareTo(Precedence.DIRECT) > 0) {
                Optional<String> refusal = serveDirect(draft, context, waiting.get());
                if (refusal.isPresent() || draft.acts()) {
                    return refusal;
                }
                waiting = Optional.empty();
            }
            if (begin(draft, policy, context)) {
                return Optional.empty();
            }
        }
        return waiting.flatMap(call -> serveDirect(draft, context, call));
    }

    private static boolean launches(Decision decision) {
        return decision instanceof Decision.StartJob || decision instanceof Decision.RestartJob;
    }

    private static boolean isDelayedRestart(SavepointPolicy policy, Decision decision) {
        return policy.precedence() == Precedence.RESTART && decision instanceof Decision.Wait;
    }

    private boolean begin(Draft draft, SavepointPolicy policy, PolicyContext context) {
        Decision decision = policy.decide(context);
        if (launches(decision) && !canLaunch) {
            explain(draft, "the job is to be started, but the manager was built without a JobLauncher");
            return false;
        }
        boolean changesJob = decision instanceof Decision.TakeSavepoint
                || decision instanceof Decision.StopWithSavepoint
                || decision instanceof Decision.CancelJob;
        boolean unknown = changesJob && !(context.job() instanceof JobObservation.Found);
        if (unknown || Decider.isBookkeeping(decision)) {
            return false;
        }
        if (Decider.servesControl(decision)
                && draft.bookkeeping().controlToAcknowledge().isPresent()) {
            // The annotation goes before the work begins, so that the same value set again is told from it.
            return false;
        }
        decider.apply(draft, policy.name(), decision, context);
        return draft.acts();
    }

    private Optional<String> serveDirect(Draft draft, PolicyContext context, DirectCalls.Turn turn) {
        DirectRequest request = turn.request();
        if (request.kind() == DirectRequest.Kind.RESTORE) {
            if (!canLaunch) {
                return Optional.of("restoreFrom needs a JobLauncher, and the manager was built without one");
            }
            String location = request.location();
            if (History.beingDisposedOf(draft.bookkeeping().savepointHistory())
                    .filter(entry -> entry.isAt(location))
                    .isPresent()) {
                return Optional.of("savepoint " + location + " is being disposed of, as the retention dropped it;"
                        + " restore from one that it keeps");
            }
            decider.begin(draft, request, context);
            return Optional.empty();
        }
        if (context.jobState().isTerminal()) {
            return Optional.of(
                    "the job is " + context.jobState().label() + ", and only a running job has a state to save");
        }
        if (context.readyForSavepoint()) {
            decider.begin(draft, request, context);
            return Optional.empty();
        }
        if (draft.since(turn.since()).compareTo(PATIENCE) > 0) {
            return Optional.of("the job was not running with all its tasks for " + PATIENCE.toSeconds() + " s; it is "
                    + context.jobState().label() + " and Flink says " + context.job());
        }
        waitUntil(draft, context, draft.now().plus(RECHECK));
        return Optional.empty();
    }

    /** While Flink cannot be reached, looking again is a matter of the back-off alone. */
    private static void waitUntil(Draft draft, PolicyContext context, Instant until) {
        if (!(context.job() instanceof JobObservation.Unreachable)) {
            draft.dueAt(until);
        }
    }

    private static void explain(Draft draft, String reason) {
        String message = Texts.bounded(reason);
        if (!draft.bookkeeping().message().equals(Optional.of(message))) {
            draft.updateBookkeeping(bookkeeping -> bookkeeping.message(message));
            draft.event(SavepointEvent.Type.REQUEST_REFUSED, message);
        }
    }
}
