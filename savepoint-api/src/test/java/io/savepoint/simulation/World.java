package io.savepoint.simulation;

import io.savepoint.model.ClusterId;
import io.savepoint.testing.FakeCluster;
import io.savepoint.testing.FakeFlink;
import io.savepoint.testing.ManualScheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/** All that there is in a run: time, a store, a Flink, managers, and who watches them. One thread, no other clock. */
final class World {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00.123Z");
    private static final Duration WATCH = Duration.ofMinutes(1);

    final Plan plan;
    final ManualScheduler time = new ManualScheduler(START);
    final Trace trace;
    final Coverage coverage = new Coverage();
    final Violations violations = new Violations(time::now);
    final Book book = new Book();
    final List<ClusterId> clusters;
    final FakeFlink flink;
    final RetentionChecks retentionChecks;
    final StoreChecks storeChecks;
    final Promptness promptness;
    final Database database;
    final FlinkChecks flinkChecks;
    final Managers managers;
    private int requestsSeen;
    private Instant lastLook = START;

    World(Plan plan, boolean traced) {
        this.plan = plan;
        Setup setup = plan.setup();
        this.trace = new Trace(time, traced);
        this.clusters = IntStream.range(0, setup.clusters())
                .mapToObj(number -> ClusterId.of("default", "orders-" + number))
                .toList();
        this.flink = FakeFlink.builder(time)
                .version(setup.flinkVersion())
                .savepointDuration(setup.savepointDuration())
                .resultStoreDuration(setup.resultStore())
                .historyStaleness(setup.historyStaleness())
                .recoveryTime(setup.recoveryTime())
                .build();
        this.promptness = new Promptness(setup, violations, time::now, clocksAreRight(plan));
        this.retentionChecks = new RetentionChecks(flink, violations, setup.savepointsKept());
        this.storeChecks = new StoreChecks(flink, book, violations, time::now, promptness, retentionChecks, setup);
        this.database = new Database(storeChecks);
        this.flinkChecks = new FlinkChecks(flink, book, violations, setup.clientIds(), tellsItsOwn());
        this.managers = new Managers(this);
        for (ClusterId cluster : clusters) {
            flink.cluster(cluster).unlistedAfterRecovery(setup.unlisted());
            database.create(cluster, setup.spec());
            Inheritance.leave(this, cluster, setup.inherited());
        }
    }

    private static boolean clocksAreRight(Plan plan) {
        return plan.items().stream()
                .noneMatch(item -> item instanceof Plan.FaultAt fault
                                && (fault.fault() == Fault.CLOCK_FORWARD || fault.fault() == Fault.CLOCK_BACK)
                        || item instanceof Plan.Happening happening
                                && (happening.deed() == Deed.CLOCK_FORWARD || happening.deed() == Deed.CLOCK_BACK));
    }

    /**
     * Whether a manager can tell what became of each of its requests for savepoints: by its id or, where Flink takes none,
     * by the job's history, as long as the clocks are right and nothing repeats the request on its way.
     */
    boolean tellsItsOwn() {
        boolean doubled = plan.items().stream()
                .anyMatch(item -> item instanceof Plan.FaultAt fault
                        && fault.fault() == Fault.DELIVERED_TWICE
                        && (fault.site() == Site.TRIGGER_SAVEPOINT || fault.site() == Site.STOP_WITH_SAVEPOINT));
        return plan.setup().clientIds() || (clocksAreRight(plan) && !doubled);
    }

    FakeCluster cluster(ClusterId id) {
        return flink.cluster(id);
    }

    int requests() {
        int sum = 0;
        for (Site site : Site.values()) {
            sum += managers.network().passages(site);
        }
        return sum;
    }

    boolean violated() {
        return violations.first().isPresent();
    }

    /** Lets time pass, unless something that must not be has been. */
    void pass(Duration duration) {
        Instant end = time.now().plus(duration);
        while (!violated() && time.now().isBefore(end)) {
            Duration left = Duration.between(time.now(), end);
            boolean unused = time.runUntil(this::violated, left.compareTo(WATCH) < 0 ? left : WATCH);
            bounded();
        }
    }

    /** Between two looks there are not more requests than a few for every look at a job and every poll of a savepoint. */
    private void bounded() {
        if (time.now().isBefore(lastLook.plus(WATCH))) {
            return;
        }
        lastLook = time.now();
        int requests = requests();
        int most = 700 * Math.max(1, managers.living().size()) * clusters.size();
        int made = requests - requestsSeen;
        requestsSeen = requests;
        violations.require(made <= most, "I10 bounded", () -> made + " requests within a minute, allowed are " + most);
    }
}
