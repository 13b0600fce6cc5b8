package io.savepoint.simulation;

import io.savepoint.SavepointManager;
import io.savepoint.SavepointManagerBuilder;
import io.savepoint.model.ClusterId;
import io.savepoint.model.SavepointEvent;
import io.savepoint.policy.GenerationTriggeredPolicy;
import io.savepoint.policy.PeriodicPolicy;
import io.savepoint.policy.Policies;
import io.savepoint.policy.RestartFromSavepointOnFailurePolicy;
import io.savepoint.policy.RetentionPolicy;
import io.savepoint.policy.SavepointPolicy;
import io.savepoint.spi.Scheduler.Cancellable;
import io.savepoint.testing.FakeFlink;
import io.savepoint.testing.ManualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/** The processes that managers live in, one after the other and side by side. */
final class Managers {
    /** The number of policies without the one that serves generations. */
    static final int NO_GENERATIONS = 0;
    /** The numbers of policies with a retention, and what it is. */
    static final Map<Integer, RetentionPolicy> RETENTIONS = Map.of(
            5, RetentionPolicy.keepAtMost(1),
            6, RetentionPolicy.keepAtMost(2),
            7, RetentionPolicy.keepAtMost(3).maxAge(Duration.ofSeconds(60)).keepAtLeast(2));

    private static final int MOST = 4;

    private final ManualScheduler time;
    private final Plan plan;
    private final Trace trace;
    private final Database database;
    private final FakeFlink flink;
    private final FlinkChecks checks;
    private final RetentionChecks retention;
    private final Book book;
    private final Network network;
    private final Violations violations;
    private final List<ClusterId> clusters;
    private final List<Living> living = new ArrayList<>();
    private final List<Call> calls = new ArrayList<>();
    private int started;

    Managers(World world) {
        this.time = world.time;
        this.plan = world.plan;
        this.trace = world.trace;
        this.database = world.database;
        this.flink = world.flink;
        this.checks = world.flinkChecks;
        this.retention = world.retentionChecks;
        this.book = world.book;
        this.violations = world.violations;
        this.clusters = world.clusters;
        this.network = new Network(time, plan, trace, world.coverage, this::died);
    }

    /** A manager and the process it lives in. */
    record Living(Host host, SavepointManager manager) {}

    /** A direct call, and where it was made. */
    record Call(Host host, ClusterId cluster, String what, CompletableFuture<?> result) {}

    Network network() {
        return network;
    }

    List<Living> living() {
        return List.copyOf(living);
    }

    List<Call> calls() {
        return calls;
    }

    void called(Call call) {
        calls.add(call);
    }

    void start() {
        if (living.size() >= MOST) {
            return;
        }
        Setup setup = plan.setup();
        Host host = new Host(time, "m" + ++started);
        HostFlink reached = new HostFlink(host, network, flink, checks, retention, book, setup.preparation());
        SavepointManagerBuilder builder = SavepointManager.builder()
                .store(new HostStore(host, network, database, clusters))
                .flink(reached)
                .scheduler(host)
                .random(new SplittableRandom(plan.seed() * 1000 + started))
                .savepointsInOwnDirectories(setup.ownDirectories())
                .observeInterval(setup.observeInterval())
                .resultStoreDuration(setup.resultStore())
                .policies(policies(setup.policies()));
        Optional.ofNullable(RETENTIONS.get(setup.policies())).ifPresent(builder::retention);
        if (setup.listens()) {
            builder.listener(event -> listen(host, event));
        }
        if (setup.launcher()) {
            builder.launcher(reached);
        }
        SavepointManager manager = builder.build();
        living.add(new Living(host, manager));
        trace.add(() -> host.name() + " begins");
        if (setup.ownLoop()) {
            HostStore watched = new HostStore(host, network, database, clusters);
            Map<ClusterId, Cancellable> timers = new HashMap<>();
            watched.watch(cluster -> reconcile(host, manager, cluster, timers));
            clusters.forEach(cluster -> reconcile(host, manager, cluster, timers));
        } else {
            manager.start();
            // A host may do it twice.
            manager.start();
        }
    }

    /** What a listener does is its own business, and must not disturb anybody. */
    private void listen(Host host, SavepointEvent event) {
        trace.add(() -> host.name() + " tells " + event.type() + ": " + event.message());
        if (event.time().getNano() % 7 == 0) {
            throw new IllegalStateException("a listener that throws");
        }
    }

    /** What a host with a loop of its own does: each answer says when to come again. */
    void reconcile(Host host, SavepointManager manager, ClusterId cluster, Map<ClusterId, Cancellable> timers) {
        CompletableFuture<Void> unused = manager.reconcile(cluster).handle((done, failure) -> {
            if (failure != null) {
                boolean expected =
                        failure.getMessage() == null || failure.getMessage().contains("was closed");
                violations.require(expected, "I10 bounded", () -> "a tick failed: " + failure);
                host.schedule(Duration.ofSeconds(20), () -> reconcile(host, manager, cluster, timers));
                return null;
            }
            Duration delay = done.nextDue()
                    .map(due -> Duration.between(host.clock().instant(), due))
                    .orElse(Duration.ofSeconds(10));
            Duration least = Duration.ofMillis(5);
            Cancellable earlier = timers.put(
                    cluster,
                    host.schedule(
                            delay.compareTo(least) < 0 ? least : delay,
                            () -> reconcile(host, manager, cluster, timers)));
            if (earlier != null) {
                earlier.cancel();
            }
            return null;
        });
    }

    void kill(Living victim, Duration untilReplacement) {
        victim.host().die();
        replace(victim.host(), untilReplacement);
    }

    /** Closes a manager; its process goes on for a while. */
    void close(Living closed, Duration untilReplacement) {
        trace.add(() -> closed.host().name() + " is closed");
        // What it waits for can only happen when this thread goes on; an interrupt makes it leave that to the others.
        Thread.currentThread().interrupt();
        closed.manager().close();
        Thread.interrupted();
        afterClosing(closed.manager());
        replace(closed.host(), untilReplacement);
    }

    private void afterClosing(SavepointManager manager) {
        ClusterId cluster = clusters.get(0);
        violations.require(
                manager.takeSavepoint(cluster).isCompletedExceptionally()
                        && manager.reconcile(cluster).isCompletedExceptionally(),
                "I10 bounded",
                () -> "a closed manager takes calls");
        try {
            manager.start();
            violations.add("I10 bounded", "a closed manager was started");
        } catch (IllegalStateException refused) {
            trace.add(refused::getMessage);
        }
    }

    private static List<SavepointPolicy> policies(int number) {
        List<SavepointPolicy> policies = new ArrayList<>(Policies.defaults());
        switch (number) {
            case NO_GENERATIONS -> policies.removeIf(GenerationTriggeredPolicy.class::isInstance);
            case 1 ->
                policies.replaceAll(
                        policy -> policy instanceof PeriodicPolicy periodic ? periodic.withJitter(0.3) : policy);
            case 2 ->
                policies.replaceAll(policy -> policy instanceof RestartFromSavepointOnFailurePolicy restart
                        ? restart.withMaxAttempts(2)
                        : policy);
            default -> {
                // Those that are the default.
            }
        }
        return policies;
    }

    private void died(Host host) {
        replace(host, network.untilReplacement());
    }

    private void replace(Host host, Duration after) {
        trace.add(() -> host.name() + " ends, another one comes after " + after);
        living.removeIf(other -> other.host() == host);
        time.schedule(after, this::start);
    }
}
