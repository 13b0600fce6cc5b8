package io.savepoint.examples.chaos;

import io.savepoint.examples.chaos.FaultyProxy.Fault;
import io.savepoint.examples.chaos.Round.Request;
import io.savepoint.examples.chaos.Round.Strike;
import io.savepoint.examples.cluster.LocalFlink;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.RestartPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Two managers on one store and one Flink, and all that happens to them. */
final class ChaosRun implements AutoCloseable {
    private static final int MANAGERS = 2;
    private static final int USUAL_SNAPSHOT_MILLIS = 250;
    private static final int LONGEST_SNAPSHOT_MILLIS = 2500;
    private static final int LATEST_STRIKE_MILLIS = 600;
    private static final int LONGEST_OUTAGE_MILLIS = 3000;
    private static final int LONGEST_DELAY_MILLIS = 2500;

    private final LocalFlink flink;
    private final Path directory;
    private final ChaosStore store;
    private final boolean ownDirectories;
    private final Random random;
    private final Break broken = Break.valueOf(System.getProperty("chaos.break", Break.NOTHING.name()));
    private final Tally tally = new Tally();
    private final FaultyProxy proxy;
    private final Checks checks;
    private final ChaosProcess[] managers = new ChaosProcess[MANAGERS];
    private int started;
    private long askedGeneration;

    ChaosRun(LocalFlink flink, Path directory, ChaosStore store, boolean ownDirectories, Random random)
            throws IOException {
        this.flink = flink;
        this.directory = directory;
        this.store = store;
        this.ownDirectories = ownDirectories;
        this.random = random;
        proxy = new FaultyProxy(flink.restUrl());
        checks = new Checks(flink.restUrl(), directory, store, proxy, ownDirectories, tally);
    }

    Tally tally() {
        tally.broken = proxy.broken();
        return tally;
    }

    /** @param kills how many there are in all, the one at the end included */
    void run(int kills) throws Exception {
        Deque<Round> rounds = Round.rounds(Math.max(0, kills - 1), random);
        for (int i = 0; i < MANAGERS; i++) {
            startManager(i);
        }
        store.create(JobSpec.builder()
                .jarFile(System.getProperty("counter.job.jar"))
                .className("io.savepoint.examples.job.CounterJob")
                .addArgs("--control-dir", checks.control().directory().toString())
                .savepointsDir(checks.savepoints().toUri().toString())
                .restartPolicy(RestartPolicy.FROM_SAVEPOINT_ON_FAILURE)
                .build());
        checks.awaitRest("the first start", new Checks.Expected(0, 0, "", JobState.RUNNING));
        // Without one, a failed job would stay so.
        play(Round.quiet());
        while (!rounds.isEmpty() && tally.problems().isEmpty()) {
            play(rounds.remove());
        }
        if (tally.problems().isEmpty()) {
            // What a manager that was paused or cut off did late would show now.
            play(Round.quiet());
            stop();
        }
    }

    /** The end of it: a stop with savepoint, whose manager may be killed in the middle of it. */
    private void stop() throws Exception {
        store.annotate(ControlRequest.JOB_CANCEL);
        checks.askedControl();
        tally.requests++;
        randomMoment(LATEST_STRIKE_MILLIS);
        int one = random.nextInt(MANAGERS);
        managers[one].kill();
        tally.managers++;
        startManager(one);
        checks.awaitRest(
                "the stop", new Checks.Expected(askedGeneration, checks.ledger().periodic(), "", JobState.CANCELLED));
        checks.check("the stop", false);
    }

    private void play(Round round) throws Exception {
        for (ChaosProcess manager : managers) {
            manager.awaitStarted();
        }
        // Some last until a manager that takes the place of a killed one has begun.
        int longest = random.nextInt(3) == 0 ? LONGEST_SNAPSHOT_MILLIS : USUAL_SNAPSHOT_MILLIS;
        checks.control().snapshotMillis(random.nextInt(longest));
        String run =
                store.state().status().job().orElseThrow().id().orElseThrow().hex();
        List<Strike> strikes = new ArrayList<>(round.strikes());
        if (random.nextBoolean() && strikes.remove(Strike.BREAK_CONNECTION)) {
            // The first thing that the managers send for what is asked now.
            strike(Strike.BREAK_CONNECTION);
        }
        Checks.Expected expected = ask(round, run);
        for (Strike strike : strikes) {
            randomMoment(LATEST_STRIKE_MILLIS);
            strike(strike);
        }
        endOutages();
        String name = "seed's round " + round;
        checks.awaitRest(name, expected);
        if (round.requests().contains(Request.PERIOD)) {
            store.period(OptionalLong.empty());
            checks.awaitRest(name, expected);
        }
        checks.check(name, round.strikes().contains(Strike.KILL_JOB_MANAGER));
    }

    private Checks.Expected ask(Round round, String run) throws Exception {
        if (round.requests().contains(Request.BY_PASS) && (ownDirectories || !round.endsTheRun())) {
            checks.byPass(run);
        }
        int periodic = checks.ledger().periodic();
        for (Request request : round.requests()) {
            switch (request) {
                case ANNOTATION -> {
                    store.annotate(ControlRequest.SAVEPOINT);
                    checks.askedControl();
                    tally.requests++;
                }
                case GENERATION -> {
                    // Above what the period may have recorded until this is seen.
                    askedGeneration = Math.max(askedGeneration, checks.generation()) + 10;
                    store.askGeneration(askedGeneration);
                    tally.requests++;
                }
                case PERIOD -> {
                    store.period(OptionalLong.of(1));
                    periodic++;
                    tally.requests++;
                }
                case JOB_FAILURE -> {
                    checks.control().failNow();
                    tally.failures++;
                }
                case BY_PASS -> {}
            }
        }
        return new Checks.Expected(askedGeneration, periodic, round.endsTheRun() ? run : "", JobState.RUNNING);
    }

    private void strike(Strike strike) throws Exception {
        int one = random.nextInt(MANAGERS);
        switch (strike) {
            case KILL_MANAGER -> {
                // The one that was just started has no work yet that could be interrupted.
                int victim = managers[one].isStarted() ? one : 1 - one;
                managers[victim].kill();
                tally.managers++;
                startManager(victim);
            }
            case PAUSE_MANAGER -> {
                managers[one].pause();
                tally.pauses++;
            }
            case BREAK_CONNECTION -> {
                Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
                proxy.arm(fault, random.nextBoolean(), random.nextInt(LONGEST_DELAY_MILLIS));
            }
            case REFUSE_CONNECTIONS -> proxy.refuse();
            case KILL_TASK_MANAGER -> {
                flink.killTaskManager();
                tally.taskManagers++;
                flink.startTaskManager();
            }
            case KILL_JOB_MANAGER -> {
                flink.killJobManager();
                tally.jobManagers++;
                flink.restart();
            }
        }
    }

    private void endOutages() throws Exception {
        boolean outage = proxy.isRefusing();
        for (ChaosProcess manager : managers) {
            outage |= manager.isPaused();
        }
        if (outage) {
            randomMoment(LONGEST_OUTAGE_MILLIS);
        }
        for (ChaosProcess manager : managers) {
            manager.resume();
        }
        proxy.heal();
    }

    private void startManager(int index) throws Exception {
        started++;
        managers[index] = ChaosProcess.start(
                directory.resolve("manager-" + started + ".out"), store.address(), proxy.url(), ownDirectories, broken);
    }

    private void randomMoment(int latestMillis) throws InterruptedException {
        // A random moment is what is wanted here.
        boolean ignored = new CountDownLatch(1).await(random.nextInt(latestMillis), TimeUnit.MILLISECONDS);
    }

    /** Keeps what the managers and Flink said and say, which goes with the test otherwise. */
    void keepEvidence(Path target) throws Exception {
        for (int i = 1; i <= started; i++) {
            String name = "manager-" + i + ".out";
            Files.copy(directory.resolve(name), target.resolve(name));
        }
        try (Stream<Path> logs = Files.list(flink.workDirectory().resolve("log"))) {
            for (Path log : logs.toList()) {
                Files.copy(log, target.resolve(log.getFileName()));
            }
        }
        checks.keepAnswers(target);
    }

    @Override
    public void close() throws Exception {
        for (ChaosProcess manager : managers) {
            if (manager != null) {
                manager.close();
            }
        }
        proxy.close();
        checks.close();
    }
}
