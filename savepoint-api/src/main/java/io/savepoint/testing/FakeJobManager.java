package io.savepoint.testing;

import io.savepoint.model.ClusterId;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.SavepointRecord;
import io.savepoint.spi.FlinkException;
import io.savepoint.spi.FlinkLeaderElectionException;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.JobLauncher.Outcome;
import io.savepoint.spi.LaunchRequest;
import io.savepoint.spi.UnknownJobException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * A session cluster: its jobs, what its JobManager remembers, and whether it answers.
 *
 * <p>Not safe for use by several threads: the fake's lock protects it.
 */
final class FakeJobManager {
    private static final Duration INITIALIZATION = Duration.ofMillis(500);

    /** How long after its launch the next job fails, and why. */
    private record LaunchFailure(Duration delay, String reason) {}

    private final FakeWorld world;
    private final ClusterId id;
    private final FakeSettings settings;
    private final FakeSavepoints savepoints;
    private final FakeDisposals disposals;
    private final Map<JobId, FakeRun> jobs = new LinkedHashMap<>();
    private final Set<JobId> submitted = new HashSet<>();
    private final Deque<String> launchRefusals = new ArrayDeque<>();
    private final Deque<LaunchFailure> launchFailures = new ArrayDeque<>();
    private boolean unreachable;
    private Instant refusedUntil = Instant.MIN;
    private Instant electionUntil = Instant.MIN;
    private Instant unlistedUntil = Instant.MIN;

    FakeJobManager(FakeWorld world, ClusterId id, FakeSettings settings) {
        this.world = world;
        this.id = id;
        this.settings = settings;
        this.savepoints = new FakeSavepoints(world, id, settings);
        this.disposals = new FakeDisposals(world, id, settings);
    }

    FakeSettings settings() {
        return settings;
    }

    FakeSavepoints savepoints() {
        return savepoints;
    }

    FakeDisposals disposals() {
        return disposals;
    }

    /** Throws what a request gets that finds no JobManager to answer it. */
    private void requireAnswer(String request) {
        if (unreachable || world.now().isBefore(refusedUntil)) {
            throw new FlinkUnreachableException(request + " to the JobManager of " + id + ": connection refused");
        }
        if (world.now().isBefore(electionUntil)) {
            throw new FlinkLeaderElectionException(
                    request + " to the JobManager of " + id + ": HTTP 503: " + FlinkTexts.ELECTION);
        }
    }

    /** Does what is asked, and gives what will deliver the answer. */
    <T> Runnable answer(String name, Function<FakeJobManager, T> request, CompletableFuture<T> answer) {
        try {
            requireAnswer(name);
            T value = request.apply(this);
            return () -> answer.complete(value);
        } catch (FlinkException e) {
            return () -> answer.completeExceptionally(e);
        }
    }

    JobObservation observe(JobId job) {
        return listed(job).map(run -> run.observe(world.now())).orElseGet(JobObservation.NotFound::new);
    }

    List<SavepointRecord> history(JobId job) {
        Instant seen = world.now().minus(settings.historyStaleness);
        return known(job).savepointsCompletedBy(seen);
    }

    Optional<String> failureCause(JobId job) {
        return known(job).failure();
    }

    private FakeRun known(JobId job) {
        return listed(job).orElseThrow(() -> new UnknownJobException(FlinkTexts.jobNotFound(job)));
    }

    List<Instant> inProgress(JobId job) {
        Instant seen = world.now().minus(settings.historyStaleness);
        return savepoints.inProgressAt(
                seen, listed(job).orElseThrow(() -> new UnknownJobException(FlinkTexts.jobNotFound(job))));
    }

    void cancel(JobId job) {
        FakeRun run = listed(job)
                .filter(present -> settings.habits.cancelsEndedJobs() || !present.ended())
                .orElseThrow(() -> new UnknownJobException(FlinkTexts.cancelledJobNotFound(job)));
        cancel(run);
    }

    void cancel(FakeRun run) {
        if (run.ended() || run.state() == FlinkJobState.CANCELLING) {
            return;
        }
        savepoints.failAll(run, FlinkTexts.SHUTDOWN);
        run.enter(FlinkJobState.CANCELLING);
        later(run, settings.cancelTime, () -> run.end(FlinkJobState.CANCELED, world.now()));
    }

    Outcome launch(LaunchRequest request) {
        JobId job = request.jobId();
        if (isTaken(job)) {
            return Outcome.ALREADY_SUBMITTED;
        }
        Optional<String> path = request.fromSavepoint().filter(given -> !given.isEmpty());
        Optional<String> refusal = Optional.ofNullable(launchRefusals.poll())
                .or(() -> path.flatMap(given -> world.files.problemOfRestore(given, request.allowNonRestoredState())));
        if (refusal.isPresent()) {
            throw new FlinkRefusedException(refusal.get());
        }
        FakeRun run = submit(job, path, settings.deployTime);
        Optional.ofNullable(launchFailures.poll())
                .ifPresent(failure -> later(run, failure.delay(), () -> fail(run, failure.reason())));
        return Outcome.SUBMITTED;
    }

    private boolean isTaken(JobId job) {
        return (settings.habits.remembersEndedJobs() && submitted.contains(job))
                || find(job).filter(run -> !run.ended()).isPresent();
    }

    FakeRun submit(JobId job, Optional<String> restoredFrom, Duration deployTime) {
        FakeRun run = new FakeRun(id, job, restoredFrom, world.now(), deployTime);
        jobs.put(job, run);
        submitted.add(job);
        world.ledger.submitted(run);
        return run;
    }

    void fail(FakeRun run, String reason) {
        if (!run.ended()) {
            savepoints.failJob(run, reason);
        }
    }

    void finish(FakeRun run) {
        if (!run.ended()) {
            savepoints.endJob(run, FlinkJobState.FINISHED);
        }
    }

    void failAndRestart(FakeRun run, Duration downTime) {
        if (run.ended()) {
            return;
        }
        savepoints.failAll(run, FlinkTexts.SUSPENDING);
        run.failedFor(FlinkTexts.TASK_FAILED);
        run.beginNextAttempt(FlinkJobState.RESTARTING, world.now());
        later(run, downTime, () -> run.enter(FlinkJobState.RUNNING));
    }

    void forget(FakeRun run) {
        if (!run.ended()) {
            run.die(world.now());
            savepoints.failAll(run, FlinkTexts.SHUTDOWN);
        }
        jobs.remove(run.id());
    }

    void restart(boolean highAvailability) {
        savepoints.forgetAll();
        disposals.forgetAll();
        submitted.clear();
        jobs.values().removeIf(FakeRun::ended);
        Instant now = world.now();
        if (highAvailability) {
            electionUntil = now.plus(settings.recoveryTime);
            unlistedUntil = electionUntil.plus(settings.unlistedAfterRecovery);
            Instant running = unlistedUntil.plus(INITIALIZATION);
            for (FakeRun run : jobs.values()) {
                run.recover(unlistedUntil, running);
                later(run, Duration.between(now, running), () -> run.enter(FlinkJobState.RUNNING));
            }
        } else {
            refusedUntil = now.plus(settings.restartTime);
            jobs.values().forEach(run -> run.die(now));
            jobs.clear();
        }
    }

    void refuseNextLaunch(String reason) {
        launchRefusals.add(reason);
    }

    void failNextLaunchAfter(Duration delay, String reason) {
        launchFailures.add(new LaunchFailure(delay, reason));
    }

    void unreachable(boolean now) {
        unreachable = now;
    }

    Optional<FakeRun> find(JobId job) {
        return Optional.ofNullable(jobs.get(job));
    }

    /** A job as far as the JobManager lists it: one that is being recovered may not be there yet. */
    Optional<FakeRun> listed(JobId job) {
        return find(job).filter(run -> !world.now().isBefore(unlistedUntil));
    }

    List<FakeJob> views() {
        return jobs.values().stream().map(run -> run.view(world.now())).toList();
    }

    private void later(FakeRun run, Duration delay, Runnable action) {
        int attempt = run.attempt();
        world.timeline.after(delay, () -> {
            if (run.attempt() == attempt) {
                action.run();
            }
        });
    }
}
