package io.savepoint.simulation;

import io.savepoint.model.JobSpec;
import io.savepoint.model.RestartPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/** Makes the plan of a run from its seed. */
final class PlanMaker {
    static final String DIRECTORY = "file:///savepoints";

    /** Flink spells some of them in another way. */
    private static final List<String> SPELLINGS =
            List.of("/savepoints", "file:/savepoints/", "hdfs://namenode:8020/savepoints", "hdfs://namenode");

    private static final List<String> VERSIONS = List.of("1.15.4", "1.20.5", "1.20.5", "2.3.0", "2.3.0", "1.14.6");
    private static final List<Duration> INTERVALS = List.of(seconds(2), seconds(5), seconds(5), seconds(10));
    private static final List<Duration> LATENCIES = List.of(Duration.ZERO, millis(4), millis(20), millis(300));
    private static final List<Duration> SAVEPOINTS =
            List.of(Duration.ZERO, millis(20), millis(700), millis(700), seconds(4), seconds(45), seconds(400));
    private static final int MOST_DEEDS = 14;
    private static final int MOST_FAULTS = 9;

    private final SplittableRandom random;
    private final List<Deed> deeds = Arrays.stream(Deed.values())
            .flatMap(deed -> Collections.nCopies(deed.weight(), deed).stream())
            .toList();

    private PlanMaker(long seed) {
        // Neighbouring seeds of this generator would begin alike.
        this.random = new SplittableRandom(new SplittableRandom(seed).nextLong());
    }

    static Plan of(long seed) {
        return new PlanMaker(seed).make(seed);
    }

    private Plan make(long seed) {
        Setup setup = setup();
        List<Plan.Item> items = new ArrayList<>();
        int happenings = random.nextInt(1, MOST_DEEDS);
        for (int i = 0; i < happenings; i++) {
            Plan.Happening happening = new Plan.Happening(
                    upTo(setup.length()), pick(deeds), random.nextInt(setup.clusters()), random.nextInt(1 << 20));
            if (!setup.calm() || happening.deed().who() == Deed.Who.USER) {
                items.add(happening);
            }
        }
        int faults = setup.calm() ? 0 : random.nextInt(MOST_FAULTS);
        for (int i = 0; i < faults; i++) {
            Plan.FaultAt fault = fault(setup);
            items.add(fault);
            List<Deed> leading = leadingTo(fault.site());
            if (!leading.isEmpty()) {
                items.add(new Plan.Happening(
                        upTo(setup.length()),
                        pick(leading),
                        random.nextInt(setup.clusters()),
                        random.nextInt(1 << 20)));
            }
        }
        if (!setup.calm() && random.nextInt(20) == 0) {
            items.addAll(callOfAClusterMadeAnew(setup));
        }
        return new Plan(seed, setup, items);
    }

    /** A call takes less than a second, so that chance alone hardly ever hits one under way. */
    private List<Plan.Item> callOfAClusterMadeAnew(Setup setup) {
        Duration most = seconds(1);
        Duration when = upTo(setup.length().minus(most));
        int cluster = random.nextInt(setup.clusters());
        Deed call = pick(List.of(Deed.CALL_RESTORE, Deed.CALL_STOP, Deed.CALL_SAVEPOINT));
        return List.of(
                new Plan.Happening(when, call, cluster, random.nextInt(1 << 20)),
                new Plan.Happening(when.plus(upTo(most)), Deed.RECREATE_CLUSTER, cluster, 0));
    }

    private Setup setup() {
        boolean calm = random.nextInt(12) == 0;
        boolean restarts = random.nextInt(5) > 0;
        JobSpec.Builder spec = JobSpec.builder()
                .jarFile("/jobs/orders.jar")
                .savepointsDir(random.nextInt(4) == 0 ? pick(SPELLINGS) : DIRECTORY)
                .restartPolicy(restarts ? RestartPolicy.FROM_SAVEPOINT_ON_FAILURE : RestartPolicy.NEVER);
        if (random.nextInt(3) == 0) {
            spec.autoSavepointSeconds(random.nextInt(20, 200));
        }
        return new Setup(
                pick(VERSIONS),
                random.nextInt(4) == 0,
                random.nextInt(3) == 0 ? random.nextInt(2, 4) : 1,
                random.nextInt(6) == 0,
                random.nextInt(20) > 0,
                random.nextInt(4) == 0 ? 2 : 1,
                pick(INTERVALS),
                pick(LATENCIES),
                pick(SAVEPOINTS),
                random.nextBoolean() ? seconds(3) : Duration.ZERO,
                seconds(random.nextInt(1, 8)),
                random.nextInt(3) == 0 ? seconds(random.nextInt(1, 15)) : Duration.ZERO,
                random.nextInt(6) == 0 ? seconds(60) : seconds(300),
                random.nextInt(4) == 0 ? seconds(random.nextInt(1, 150)) : Duration.ZERO,
                random.nextInt(8),
                random.nextInt(8) > 0,
                random.nextInt(6) == 0 ? random.nextInt(1, Inheritance.KINDS + 1) : 0,
                calm,
                spec.build(),
                seconds(random.nextInt(6) == 0 ? random.nextInt(300, 1500) : random.nextInt(10, 240)));
    }

    private Plan.FaultAt fault(Setup setup) {
        Site site = pick(Arrays.asList(Site.values()));
        List<Fault> possible = Arrays.stream(Fault.values())
                .filter(fault -> fault.canHappenAt(site) && (setup.clientIds() || !startsAnEndedJobAgain(site, fault)))
                .toList();
        Fault fault = pick(possible);
        // Early passages are where things begin; later ones are reached by long runs only.
        int bound = random.nextInt(1, site.usual() + 1);
        return new Plan.FaultAt(site, random.nextInt(1, bound + 1), fault, amount(setup, site, fault));
    }

    /** Before 1.15 the id of a job that has ended is free, so that a late request for its first run makes a second. */
    private static boolean startsAnEndedJobAgain(Site site, Fault fault) {
        return site == Site.LAUNCH && fault.arrivesLate();
    }

    /** What brings a manager to where it seldom comes by itself. */
    private static List<Deed> leadingTo(Site site) {
        return switch (site) {
            case TRIGGER_SAVEPOINT, SAVEPOINT_HISTORY, OBSERVE_OPERATION ->
                List.of(Deed.GENERATION_UP, Deed.CALL_SAVEPOINT, Deed.ANNOTATE_SAVEPOINT);
            case STOP_WITH_SAVEPOINT -> List.of(Deed.CALL_STOP, Deed.ANNOTATE_JOB_CANCEL, Deed.CANCEL_REQUESTED);
            case CANCEL_JOB -> List.of(Deed.CALL_RESTORE);
            case LAUNCH -> List.of(Deed.FAIL_JOB, Deed.KILL_JOB_MANAGER, Deed.CALL_RESTORE);
            case ACKNOWLEDGE -> List.of(Deed.ANNOTATE_SAVEPOINT, Deed.ANNOTATE_JOB_CANCEL, Deed.ANNOTATE_NONSENSE);
            case TRIGGER_DISPOSAL, OBSERVE_DISPOSAL -> List.of(Deed.GENERATION_UP, Deed.CALL_SAVEPOINT);
            case FAILURE_CAUSE -> List.of(Deed.FAIL_JOB);
            case OBSERVE_JOB, LOAD, COMPARE_AND_SET, LIST, WATCH -> List.of();
        };
    }

    private Duration amount(Setup setup, Site site, Fault fault) {
        return switch (fault) {
            // A request that changes Flink and leaves its process minutes late cannot be taken back by anybody.
            case PAUSE_BEFORE -> site.changesFlink() ? upTo(seconds(9)) : pause();
            // Long enough for another manager to carry on, and for Flink to forget what came of it.
            case PAUSE_AFTER ->
                site == Site.COMPARE_AND_SET && random.nextBoolean()
                        ? seconds(60).plus(upTo(seconds(600)))
                        : pause();
            // Ids are repeated by the clock, so that it may be wrong by a part of the time that Flink keeps them.
            case CLOCK_FORWARD, CLOCK_BACK -> upTo(setup.resultStore().dividedBy(random.nextBoolean() ? 60 : 10));
            case GIVEN_UP -> seconds(10).plus(upTo(seconds(5)));
            case ANSWER_LATE, REQUEST_LATE, DELIVERED_TWICE -> upTo(seconds(9));
            case CRASH_BEFORE, CRASH_AFTER -> random.nextInt(4) == 0 ? upTo(seconds(400)) : upTo(seconds(15));
            case LATE, REORDERED -> upTo(seconds(40));
            case STALE -> Duration.ofNanos(random.nextInt(1, 6));
            default -> Duration.ZERO;
        };
    }

    private Duration pause() {
        return random.nextInt(3) == 0 ? upTo(seconds(700)) : upTo(seconds(20));
    }

    private Duration upTo(Duration most) {
        return millis(random.nextLong(1, most.toMillis() + 1));
    }

    private <T> T pick(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }
}
