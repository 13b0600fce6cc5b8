package io.savepoint.internal;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.JobObservation;
import io.savepoint.model.Reconciliation;
import io.savepoint.model.Reconciliation.Outcome;
import io.savepoint.model.SavepointEvent;
import io.savepoint.policy.SavepointPolicy;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.ClusterStateStore.WriteResult;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.JobLauncher;
import io.savepoint.spi.Scheduler;
import io.savepoint.spi.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * One tick: load, observe, decide, record the intent, act, record the result, tell. The ticks of one cluster follow each
 * other; those of different clusters have nothing to do with each other. Nothing waits. Safe for use by any number of
 * threads.
 */
public final class Engine {
    private static final Duration FIRST_CONFLICT_DELAY = Duration.ofMillis(5);
    private static final int MOST_CONFLICT_DOUBLINGS = 8;

    private final ClusterStateStore store;
    private final Scheduler scheduler;
    private final Timings timings;
    private final Observer observer;
    private final Planner planner;
    private final Actor actor;
    private final Announcer announcer;
    private final Function<String, RuntimeException> failure;
    private final ConcurrentHashMap<ClusterId, ClusterSession> sessions = new ConcurrentHashMap<>();

    /**
     * Puts the engine together.
     *
     * @param parts what it works with
     * @param timings the times it goes by
     */
    public Engine(Parts parts, Timings timings) {
        this.store = parts.store();
        this.scheduler = parts.scheduler();
        this.timings = timings;
        this.failure = parts.failure();
        this.observer = new Observer(parts.transport());
        this.planner = new Planner(
                timings, parts.policies(), parts.launcher().isPresent(), parts.ownDirectories(), parts.random());
        this.actor = new Actor(parts.store(), parts.transport(), parts.launcher());
        this.announcer = new Announcer(parts.listeners(), parts.transport());
    }

    /**
     * What the engine works with.
     *
     * @param store where the record lies
     * @param transport the way to Flink
     * @param launcher how jobs are submitted, if they are
     * @param policies what decides
     * @param listeners who is told
     * @param scheduler the source of time
     * @param random where ids come from
     * @param ownDirectories whether each savepoint gets a directory of its own, named by its trigger id
     * @param failure makes the exception that a direct call fails with
     */
    public record Parts(
            ClusterStateStore store,
            FlinkTransport transport,
            Optional<JobLauncher> launcher,
            List<SavepointPolicy> policies,
            List<Consumer<SavepointEvent>> listeners,
            Scheduler scheduler,
            RandomGenerator random,
            boolean ownDirectories,
            Function<String, RuntimeException> failure) {
        /** Copies the lists. */
        public Parts {
            policies = List.copyOf(policies);
            listeners = List.copyOf(listeners);
        }
    }

    /**
     * Runs one tick after those of the cluster that are under way. Calls that wait for the same tick share it.
     *
     * @param id the cluster
     * @return what the tick did
     */
    public CompletableFuture<Reconciliation> reconcile(ClusterId id) {
        return session(id).tick(() -> tick(id));
    }

    /** Adds a direct call; it is served by the ticks that follow. */
    CompletableFuture<Object> call(ClusterId id, DirectRequest request) {
        return session(id).calls().add(request);
    }

    boolean hasCalls(ClusterId id) {
        ClusterSession session = sessions.get(id);
        return session != null && !session.calls().isEmpty();
    }

    void failCalls(String reason) {
        sessions.values().forEach(session -> {
            session.calls().failAll(reason);
            session.abandon(failure.apply(reason));
        });
    }

    private ClusterSession session(ClusterId id) {
        return sessions.computeIfAbsent(
                id, cluster -> new ClusterSession(new DirectCalls(cluster, failure), scheduler, timings));
    }

    private CompletableFuture<Reconciliation> tick(ClusterId id) {
        ClusterSession session = session(id);
        return Stages.call(() -> store.load(id))
                .thenCompose(loaded -> loaded.map(
                                state -> observer.observe(state).thenCompose(seen -> decide(session, state, seen)))
                        .orElseGet(() -> CompletableFuture.completedFuture(gone(id))))
                .exceptionallyCompose(problem -> storeFailed(session, id, problem));
    }

    private CompletableFuture<Reconciliation> decide(ClusterSession session, ClusterState state, Observation seen) {
        Instant now = scheduler.clock().instant();
        Hints hints = session.see(state, seen, now);
        // A call may have been carried out to its end by another manager.
        session.calls().recorded(state.status());
        Planner.Plan plan = planner.plan(state, seen, hints, session.calls().next(), now);
        plan.directRefusal().ifPresent(session.calls()::refuse);
        Step step = plan.step();
        if (step.status().equals(state.status())) {
            session.calls().recorded(state.status());
            return act(session, state, step, now).thenApply(note -> {
                session.succeeded();
                return reconciliation(state.id(), Outcome.UNCHANGED, step, note.orElse(note(seen)));
            });
        }
        return record(state, step, now).thenCompose(result -> switch (result) {
            case WRITTEN -> {
                session.calls().recorded(step.status());
                yield announcer
                        .announce(step.events())
                        .thenCompose(done -> act(session, state, step, now))
                        .thenApply(note -> {
                            session.succeeded();
                            return reconciliation(
                                    state.id(), Outcome.RECORDED, step, note.orElseGet(() -> note(step.events())));
                        });
            }
            case CONFLICT -> CompletableFuture.completedFuture(conflict(session, state.id(), now));
            case GONE -> CompletableFuture.completedFuture(gone(state.id()));
        });
    }

    private CompletableFuture<WriteResult> record(ClusterState state, Step step, Instant now) {
        ClusterStatus stamped = ClusterStatus.builder()
                .from(step.status())
                .lastUpdateTime(now.truncatedTo(ChronoUnit.SECONDS))
                .build();
        return Stages.call(() -> store.compareAndSet(state.id(), state.version(), stamped));
    }

    /** Acts, unless so much time has passed since the decision that somebody else may have acted on the record. */
    private CompletableFuture<Optional<String>> act(
            ClusterSession session, ClusterState state, Step step, Instant decided) {
        boolean late = Duration.between(decided, scheduler.clock().instant()).compareTo(timings.sendWindow()) > 0;
        if (late) {
            return CompletableFuture.completedFuture(Optional.of("too late to act on the decision; looking again"));
        }
        return actor.act(state, step.action()).thenCompose(outcome -> {
            if (outcome.refusal().isPresent() || outcome.renamed().isPresent()) {
                return recordOutcome(session, state.id(), step.action(), outcome)
                        .thenApply(recorded -> outcome.note());
            }
            return CompletableFuture.completedFuture(outcome.note());
        });
    }

    /** Records an answer that cannot wait for the next tick, on the version that is fresh now. */
    private CompletableFuture<Void> recordOutcome(
            ClusterSession session, ClusterId id, Action action, Actor.Outcome outcome) {
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
            return record(loaded.get(), step, now).thenCompose(result -> {
                if (result != WriteResult.WRITTEN) {
                    // The request stays as intended: the next tick asks Flink again, and hears the same.
                    return CompletableFuture.completedFuture(null);
                }
                session.calls().recorded(step.status());
                return announcer.announce(step.events());
            });
        });
    }

    private Reconciliation gone(ClusterId id) {
        ClusterSession session = sessions.remove(id);
        if (session != null) {
            session.calls().failAll("the store does not know this cluster");
        }
        return new Reconciliation(
                id, Outcome.GONE, Optional.empty(), List.of(), "the store does not know this cluster");
    }

    private static Reconciliation conflict(ClusterSession session, ClusterId id, Instant now) {
        int doublings = Math.min(session.conflicted(), MOST_CONFLICT_DOUBLINGS);
        Instant due = now.plus(FIRST_CONFLICT_DELAY.multipliedBy(1L << doublings));
        return new Reconciliation(id, Outcome.CONFLICT, Optional.of(due), List.of(), "somebody else wrote in between");
    }

    private CompletableFuture<Reconciliation> storeFailed(ClusterSession session, ClusterId id, Throwable problem) {
        if (!(Stages.unwrap(problem) instanceof StoreException)) {
            return CompletableFuture.failedFuture(problem);
        }
        Instant due = scheduler.clock().instant().plus(timings.unreachable().delay(session.storeFailed()));
        return CompletableFuture.completedFuture(
                new Reconciliation(id, Outcome.STORE_FAILED, Optional.of(due), List.of(), Stages.describe(problem)));
    }

    private static Reconciliation reconciliation(ClusterId id, Outcome outcome, Step step, String message) {
        return new Reconciliation(id, outcome, Optional.of(step.nextDue()), step.events(), message);
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
