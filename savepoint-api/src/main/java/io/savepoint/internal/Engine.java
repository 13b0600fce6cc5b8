package io.savepoint.internal;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.JobObservation;
import io.savepoint.model.Operation;
import io.savepoint.model.Reconciliation;
import io.savepoint.model.Reconciliation.Outcome;
import io.savepoint.model.SavepointEvent;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.ClusterStateStore.WriteResult;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.Scheduler;
import io.savepoint.spi.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One tick: load, observe, decide, record, act and tell. The ticks of one cluster follow each other; those of different
 * clusters have nothing to do with each other. Nothing waits. Safe for use by any number of threads.
 */
public final class Engine {
    /** How soon one that waits for its turn asks again. */
    private static final Duration IN_LINE = Duration.ofSeconds(1);

    private static final Duration FIRST_CONFLICT_DELAY = Duration.ofMillis(5);
    private static final int MOST_CONFLICT_DOUBLINGS = 8;
    private static final String SOMEBODY_WROTE = "somebody else wrote in between";
    private static final String CLOSED =
            "the manager was closed; what is recorded will be carried on by the next one, so build a new one";

    private final ClusterStateStore store;
    private final Scheduler scheduler;
    private final Timings timings;
    private final Observer observer;
    private final Planner planner;
    private final Actor actor;
    private final Announcer announcer;
    private final Function<String, RuntimeException> failure;
    private final ConcurrencyLimit limit;
    private final Function<ClusterId, Outages> outages;
    private final ConcurrentHashMap<ClusterId, ClusterSession> sessions = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * Puts the engine together.
     *
     * @param parts what it works with
     * @param timings the times it goes by
     */
    public Engine(EngineParts parts, Timings timings) {
        this(parts, timings, id -> new Outages(id, parts.scheduler().clock()));
    }

    /** For tests that listen to what is logged. */
    Engine(EngineParts parts, Timings timings, Function<ClusterId, Outages> outages) {
        this.outages = outages;
        this.store = parts.store();
        this.scheduler = parts.scheduler();
        this.timings = timings;
        this.failure = parts.failure();
        this.limit = parts.limit();
        this.observer = new Observer(parts.transport());
        this.planner = new Planner(
                timings,
                parts.policies(),
                parts.launcher().isPresent(),
                parts.ownDirectories(),
                parts.historySize(),
                parts.random());
        this.actor = new Actor(parts.store(), parts.transport(), parts.launcher());
        this.announcer = new Announcer(parts.listeners(), parts.transport(), parts.historySize() > 0);
    }

    /**
     * Runs one tick after those of the cluster that are under way. Calls that wait for the same tick share it.
     *
     * @param id the cluster
     * @return what the tick did; fails if the engine is closed
     */
    public CompletableFuture<Reconciliation> reconcile(ClusterId id) {
        ClusterSession session = session(id);
        CompletableFuture<Reconciliation> tick = session.tick(() -> tick(id));
        if (closed) {
            session.abandon(failure.apply(CLOSED));
        }
        return tick;
    }

    /** Adds a direct call; it is served by the ticks that follow. */
    CompletableFuture<Object> call(ClusterId id, DirectRequest request) {
        DirectCalls calls = session(id).calls();
        CompletableFuture<Object> result = calls.add(request);
        if (closed) {
            calls.close(CLOSED);
        }
        return result;
    }

    boolean hasCalls(ClusterId id) {
        ClusterSession session = sessions.get(id);
        return session != null && !session.calls().isEmpty();
    }

    /**
     * Begins no tick any more and fails the direct calls.
     *
     * @return completes when no tick is under way any more
     */
    CompletableFuture<Void> close() {
        closed = true;
        sessions.values().forEach(session -> {
            session.calls().close(CLOSED);
            session.abandon(failure.apply(CLOSED));
        });
        return CompletableFuture.allOf(
                sessions.values().stream().map(ClusterSession::idle).toArray(CompletableFuture<?>[]::new));
    }

    private ClusterSession session(ClusterId id) {
        return sessions.computeIfAbsent(
                id,
                cluster -> new ClusterSession(
                        outages.apply(cluster), new DirectCalls(cluster, failure), scheduler, timings));
    }

    private CompletableFuture<Reconciliation> tick(ClusterId id) {
        if (closed) {
            return CompletableFuture.failedFuture(failure.apply(id + ": " + CLOSED));
        }
        ClusterSession session = session(id);
        return Stages.call(() -> store.load(id))
                .thenCompose(loaded -> loaded.map(state -> tick(session, state))
                        .orElseGet(() -> CompletableFuture.completedFuture(gone(id))))
                .exceptionallyCompose(problem -> storeFailed(session, id, problem, Optional.empty()));
    }

    private CompletableFuture<Reconciliation> tick(ClusterSession session, ClusterState state) {
        if (session.isSuperseded(state.version())) {
            return CompletableFuture.completedFuture(conflict(session, state.id(), "the store gave an old copy"));
        }
        limit.recorded(state.id(), state.status().bookkeeping().operation());
        return observer.observe(
                        state, session.disposalOf(state), scheduler.clock().instant())
                .thenCompose(seen -> decide(session, state, seen));
    }

    private CompletableFuture<Reconciliation> decide(ClusterSession session, ClusterState state, Observation seen) {
        Instant now = scheduler.clock().instant();
        Hints hints = session.see(state, seen, now);
        session.outages().observed(seen).ifPresent(announcer::tell);
        // A call may have been carried out to its end by another manager.
        session.calls().recorded(state.status());
        session.calls().giveUpForgotten(state.status(), now);
        Planner.Plan plan = planner.plan(state, seen, hints, session.calls().next(state.status(), now), now);
        Step step = plan.step();
        if (mustWait(state, step, now)) {
            // Nothing of the plan is done: it is made anew, and by then something else may go first.
            String why = "a savepoint is due, and waits until fewer of other jobs are under way";
            return CompletableFuture.completedFuture(
                    ended(session, state.id(), Outcome.UNCHANGED, List.of(), now.plus(IN_LINE), why));
        }
        if (step.status().equals(state.status())) {
            plan.directRefusal().ifPresent(session.calls()::refuse);
            return act(session, state, state.version(), step, now, CompletableFuture.completedFuture(null))
                    .thenApply(outcome -> unchanged(session, state.id(), step, outcome, seen))
                    .exceptionallyCompose(
                            problem -> storeFailed(session, state.id(), problem, Optional.of(step.nextDue())));
        }
        return record(state.id(), state.version(), step.status(), now).thenCompose(result -> switch (result.outcome()) {
            case WRITTEN -> recorded(session, state, result.version().orElseThrow(), plan, now);
            case CONFLICT -> CompletableFuture.completedFuture(conflict(session, state.id(), SOMEBODY_WROTE));
            case GONE -> CompletableFuture.completedFuture(gone(state.id()));
        });
    }

    /** Whether a savepoint that the step begins has to wait for others to end. */
    private boolean mustWait(ClusterState state, Step step, Instant now) {
        boolean isFree = state.status().bookkeeping().operation().isEmpty();
        if (isFree
                && step.action() instanceof Action.Send send
                && send.operation().kind() == Operation.Kind.SAVEPOINT) {
            return !limit.enter(state.id(), send.operation(), now);
        }
        limit.leave(state.id());
        return false;
    }

    private Reconciliation unchanged(
            ClusterSession session, ClusterId id, Step step, Actor.Outcome acted, Observation seen) {
        if (acted.conflict()) {
            return conflict(session, id, SOMEBODY_WROTE);
        }
        boolean acknowledged = step.action() instanceof Action.Acknowledge;
        Instant due = acknowledged ? scheduler.clock().instant() : step.nextDue();
        return ended(
                session, id, Outcome.UNCHANGED, step.events(), due, acted.note().orElse(note(seen)));
    }

    /** Acts on what was recorded; the listeners are told meanwhile, so that none of them can hold it up. */
    private CompletableFuture<Reconciliation> recorded(
            ClusterSession session, ClusterState state, String version, Planner.Plan plan, Instant now) {
        Step step = plan.step();
        session.wrote(version);
        session.calls().recorded(step.status());
        plan.directRefusal().ifPresent(session.calls()::refuse);
        CompletableFuture<Void> told = new CompletableFuture<>();
        CompletableFuture<Actor.Outcome> acted = act(session, state, version, step, now, told);
        CompletableFuture<Void> unused =
                announcer.announce(step.events(), session::measured).thenAccept(told::complete);
        return told.thenCombine(acted, (done, outcome) -> {
            String message = outcome.note().orElseGet(() -> note(step.events()));
            return ended(session, state.id(), Outcome.RECORDED, step.events(), step.nextDue(), message);
        });
    }

    private CompletableFuture<WriteResult> record(ClusterId id, String version, ClusterStatus status, Instant now) {
        ClusterStatus stamped = ClusterStatus.builder()
                .from(status)
                .lastUpdateTime(now.truncatedTo(ChronoUnit.SECONDS))
                .build();
        return Stages.call(() -> store.compareAndSet(id, version, stamped));
    }

    /**
     * Acts, unless so much time has passed since the decision that somebody else may have acted on the record.
     *
     * @param told when the listeners know of the decision, and may be told of an answer to it
     */
    private CompletableFuture<Actor.Outcome> act(
            ClusterSession session,
            ClusterState state,
            String version,
            Step step,
            Instant decided,
            CompletableFuture<Void> told) {
        if (isLate(decided)) {
            return CompletableFuture.completedFuture(
                    Actor.Outcome.noted("too late to act on the decision; looking again"));
        }
        Clearance clearance = new Clearance(
                new Clearance.Basis(step.status(), version, decided),
                this::isLate,
                basis -> renew(session, state.id(), basis));
        return actor.act(state, version, step.action(), clearance).thenCompose(outcome -> {
            if (!(step.action() instanceof Action.None)) {
                session.acted(outcome.note());
            }
            if (step.action() instanceof Action.Dispose dispose) {
                outcome.renamed()
                        .ifPresent(id -> session.disposing(dispose.savepoint().triggerId(), id));
            }
            boolean renamed =
                    step.action() instanceof Action.Send && outcome.renamed().isPresent();
            if (outcome.refusal().isPresent() || renamed) {
                return recordOutcome(session, state.id(), step.action(), outcome, told)
                        .thenApply(recorded -> outcome);
            }
            return CompletableFuture.completedFuture(outcome);
        });
    }

    /** Records the intent of a submission anew, which fails if anybody has touched the cluster since. */
    private CompletableFuture<Clearance.Basis> renew(ClusterSession session, ClusterId id, Clearance.Basis basis) {
        Instant now = scheduler.clock().instant();
        ClusterStatus renewed = LaunchTracker.renewed(basis.status(), now);
        return record(id, basis.version(), renewed, now).thenApply(result -> {
            result.version().ifPresent(session::wrote);
            if (!result.isWritten() || isLate(now)) {
                throw new FlinkUnreachableException(id + ": the job was not submitted: preparing it took until " + now
                        + ", and the cluster was changed meanwhile; looking again");
            }
            return new Clearance.Basis(renewed, result.version().orElseThrow(), now);
        });
    }

    /** Whether somebody else may have acted by now on what was recorded for a decision of that time. */
    private boolean isLate(Instant decided) {
        return Duration.between(decided, scheduler.clock().instant()).compareTo(timings.sendWindow()) > 0;
    }

    /** Records an answer that cannot wait for the next tick, on the version that is fresh now. */
    private CompletableFuture<Void> recordOutcome(
            ClusterSession session, ClusterId id, Action action, Actor.Outcome outcome, CompletableFuture<Void> told) {
        return Stages.call(() -> store.load(id)).thenCompose(loaded -> {
            if (loaded.isEmpty()) {
                return CompletableFuture.completedFuture(null);
            }
            Instant now = scheduler.clock().instant();
            Step step = outcome.refusal()
                    .map(reason -> planner.planRefusal(loaded.get(), action, reason, now))
                    .orElseGet(() -> planner.planRename(
                            loaded.get(), action, outcome.renamed().orElseThrow(), now));
            if (step.status().equals(loaded.get().status())) {
                return CompletableFuture.completedFuture(null);
            }
            return record(id, loaded.get().version(), step.status(), now).thenCompose(result -> {
                if (!result.isWritten()) {
                    // The request stays as intended: the next tick asks Flink again, and hears the same.
                    return CompletableFuture.completedFuture(null);
                }
                session.wrote(result.version().orElseThrow());
                session.calls().recorded(step.status());
                return told.thenCompose(done -> announcer.announce(step.events(), session::measured));
            });
        });
    }

    private Reconciliation gone(ClusterId id) {
        limit.recorded(id, Optional.empty());
        limit.leave(id);
        ClusterSession session = sessions.remove(id);
        if (session != null) {
            session.calls().close("the store does not know this cluster");
        }
        return new Reconciliation(
                id, Outcome.GONE, Optional.empty(), List.of(), "the store does not know this cluster");
    }

    private Reconciliation conflict(ClusterSession session, ClusterId id, String why) {
        int doublings = Math.min(session.conflicted(), MOST_CONFLICT_DOUBLINGS);
        Instant due = scheduler.clock().instant().plus(FIRST_CONFLICT_DELAY.multipliedBy(1L << doublings));
        return new Reconciliation(id, Outcome.CONFLICT, Optional.of(due), List.of(), why);
    }

    /** What else is due does not wait for the store's back-off. */
    private CompletableFuture<Reconciliation> storeFailed(
            ClusterSession session, ClusterId id, Throwable problem, Optional<Instant> nextDue) {
        if (!(Stages.unwrap(problem) instanceof StoreException)) {
            return CompletableFuture.failedFuture(problem);
        }
        String reason = Stages.describe(problem);
        session.outages().storeFailed(reason);
        Instant again = scheduler.clock().instant().plus(timings.unreachable().delay(session.storeFailed()));
        Instant due = nextDue.filter(again::isAfter).orElse(again);
        return CompletableFuture.completedFuture(
                new Reconciliation(id, Outcome.STORE_FAILED, Optional.of(due), List.of(), reason));
    }

    private static Reconciliation ended(
            ClusterSession session,
            ClusterId id,
            Outcome outcome,
            List<SavepointEvent> events,
            Instant due,
            String message) {
        session.succeeded();
        session.outages().storeWorked();
        return new Reconciliation(id, outcome, Optional.of(due), events, message);
    }

    private static String note(List<SavepointEvent> events) {
        return events.isEmpty()
                ? "the status was brought up to date"
                : events.stream().map(SavepointEvent::message).collect(Collectors.joining("; "));
    }

    private static String note(Observation seen) {
        return seen.job() instanceof JobObservation.Unreachable unreachable ? unreachable.message() : "nothing to do";
    }
}
