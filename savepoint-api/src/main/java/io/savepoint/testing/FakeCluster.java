package io.savepoint.testing;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.TriggerId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The hands of a test on one cluster of a {@link FakeFlink}: what its jobs, its JobManager and other users do.
 *
 * <p>Safe for use by any number of threads.
 */
public final class FakeCluster {
    private final FakeWorld world;
    private final FakeJobManager jobManager;
    private final ClusterId id;

    FakeCluster(FakeWorld world, FakeJobManager jobManager, ClusterId id) {
        this.world = world;
        this.jobManager = jobManager;
        this.id = id;
    }

    /**
     * Which cluster this is.
     *
     * @return its id
     */
    public ClusterId id() {
        return id;
    }

    /**
     * Has a job run with all its tasks, without a launch.
     *
     * @return its id, chosen by Flink
     */
    public JobId startJob() {
        return inside(flink -> {
            JobId job = world.newJobId();
            flink.submit(job, Optional.empty(), Duration.ZERO);
            return job;
        });
    }

    /**
     * Has a job run with all its tasks, without a launch.
     *
     * @param job its id
     * @throws IllegalArgumentException if a job of that id is there already
     */
    public void startJob(JobId job) {
        change(flink -> {
            if (flink.find(job).isPresent()) {
                throw new IllegalArgumentException("job " + job + " is on " + id + " already");
            }
            flink.submit(job, Optional.empty(), Duration.ZERO);
        });
    }

    /**
     * What the JobManager knows of its jobs, even if it does not answer at the moment.
     *
     * @return the jobs in the order of their submission
     */
    public List<FakeJob> jobs() {
        return inside(FakeJobManager::views);
    }

    /**
     * What the JobManager knows of a job, even if it does not answer at the moment.
     *
     * @param job the job's id
     * @return the job, or empty if it is unknown
     */
    public Optional<FakeJob> job(JobId job) {
        return inside(flink -> flink.find(job).map(run -> run.view(world.now())));
    }

    /**
     * A job fails for good.
     *
     * @param job the job's id
     */
    public void failJob(JobId job) {
        failJob(job, FlinkTexts.jobFailed(FlinkTexts.TASK_FAILED));
    }

    /**
     * A job fails for good.
     *
     * @param job the job's id
     * @param reason what Flink tells as the cause
     */
    public void failJob(JobId job, String reason) {
        change(flink -> flink.fail(known(flink, job), reason));
    }

    /**
     * A job fails, and Flink's own restart strategy starts it again.
     *
     * @param job the job's id
     * @param downTime how long it is {@code RESTARTING}
     */
    public void failAndRestartJob(JobId job, Duration downTime) {
        change(flink -> flink.failAndRestart(known(flink, job), downTime));
    }

    /**
     * A job comes to its end.
     *
     * @param job the job's id
     */
    public void finishJob(JobId job) {
        change(flink -> flink.finish(known(flink, job)));
    }

    /**
     * Another user cancels a job.
     *
     * @param job the job's id
     */
    public void cancelFromOutside(JobId job) {
        change(flink -> flink.cancel(known(flink, job)));
    }

    /**
     * A job disappears from the JobManager, which goes on.
     *
     * @param job the job's id
     */
    public void forgetJob(JobId job) {
        change(flink -> flink.forget(known(flink, job)));
    }

    /**
     * Some of a job's tasks stop running, or run again; the job stays {@code RUNNING}.
     *
     * @param job the job's id
     * @param running whether all tasks run
     */
    public void tasksRunning(JobId job, boolean running) {
        change(flink -> known(flink, job).holdUpTasks(!running));
    }

    /**
     * A job completes checkpoints of its own, which take places in its history.
     *
     * @param job the job's id
     * @param count how many
     */
    public void takeCheckpoints(JobId job, int count) {
        change(flink -> {
            FakeRun run = known(flink, job);
            for (int i = 0; i < count; i++) {
                run.addCheckpoint(world.now());
            }
        });
    }

    /**
     * Another user asks for a savepoint, past the manager.
     *
     * @param job the job's id
     * @param directory where it goes
     * @return its trigger id, chosen by Flink
     */
    public TriggerId takeSavepointPastTheManager(JobId job, String directory) {
        return inside(flink -> flink.savepoints().beginForeign(job, directory, flink.find(job)));
    }

    /**
     * The JobManager dies with all it remembers, and another one takes its place.
     *
     * @param highAvailability whether it recovers its jobs: then it answers 503 for {@link #recoveryTime}, and its jobs
     *     come back with a new start time; otherwise it refuses connections for {@link #restartTime} and has no jobs
     */
    public void restartJobManager(boolean highAvailability) {
        change(flink -> flink.restart(highAvailability));
    }

    /**
     * The network to the JobManager breaks, or is repaired. Flink goes on meanwhile.
     *
     * @param unreachable whether connections are refused
     */
    public void unreachable(boolean unreachable) {
        change(flink -> flink.unreachable(unreachable));
    }

    /**
     * The next savepoint or stop that gets under way fails at its end, and its job goes on.
     *
     * @param reason Flink's reason
     */
    public void failNextSavepoint(String reason) {
        failNext(new FakeSavepoints.Failure(reason, false, false, false));
    }

    /**
     * The next savepoint or stop that gets under way does not end and stays in progress, also when its job ends; seen once
     * on a real 1.20.5 whose job failed as the savepoint began. One whose job goes on expires after 10 minutes, Flink's
     * default checkpoint timeout.
     */
    public void hangNextSavepoint() {
        failNext(new FakeSavepoints.Failure(FlinkTexts.EXPIRED, false, true, true));
    }

    /** The next savepoint or stop that gets under way expires at its end; the job of a stop fails with it. */
    public void expireNextSavepoint() {
        failNext(new FakeSavepoints.Failure(FlinkTexts.EXPIRED, false, true, false));
    }

    /** The next savepoint or stop that gets under way fails at its end since the snapshot throws; its job fails with it. */
    public void throwInNextSnapshot() {
        failNext(new FakeSavepoints.Failure(FlinkTexts.SHUTDOWN, true, true, false));
    }

    /**
     * The next launch that is no repetition is refused.
     *
     * @param reason Flink's reason
     */
    public void refuseNextLaunch(String reason) {
        change(flink -> flink.refuseNextLaunch(reason));
    }

    /**
     * The next launch that is no repetition succeeds, and its job fails afterwards. Called several times, this holds for
     * as many launches.
     *
     * @param delay how long after the launch
     */
    public void failNextLaunchAfter(Duration delay) {
        failNextLaunchAfter(delay, FlinkTexts.jobFailed(FlinkTexts.TASK_FAILED));
    }

    /**
     * The next launch that is no repetition succeeds, and its job fails afterwards, as one does whose savepoint has state
     * of another type. Called several times, this holds for as many launches.
     *
     * @param delay how long after the launch
     * @param reason what Flink tells as the cause
     */
    public void failNextLaunchAfter(Duration delay, String reason) {
        change(flink -> flink.failNextLaunchAfter(delay, reason));
    }

    /**
     * The next disposal that is begun fails at its end, and the savepoint stays. Called several times, this holds for as
     * many disposals.
     *
     * @param reason Flink's reason
     */
    public void failNextDisposal(String reason) {
        change(flink -> flink.disposals().failNext(reason));
    }

    /**
     * Sets how long disposals take that begin from now on; 20 ms if not set.
     *
     * @param duration by Flink's clock; zero completes them before the next question
     */
    public void disposalDuration(Duration duration) {
        change(flink -> flink.settings().disposalDuration = duration);
    }

    /**
     * Sets how long savepoints take that begin from now on.
     *
     * @param duration by Flink's clock; zero completes them before the next question
     */
    public void savepointDuration(Duration duration) {
        change(flink -> flink.settings().savepointDuration = duration);
    }

    /**
     * Sets how far the checkpoint history lags behind.
     *
     * @param staleness how old what it tells is
     */
    public void historyStaleness(Duration staleness) {
        change(flink -> flink.settings().historyStaleness = staleness);
    }

    /**
     * Sets how long a JobManager without high availability is away when it is restarted.
     *
     * @param duration how long connections are refused
     */
    public void restartTime(Duration duration) {
        change(flink -> flink.settings().restartTime = duration);
    }

    /**
     * Sets how long recovery with high availability takes.
     *
     * @param duration how long 503 is answered
     */
    public void recoveryTime(Duration duration) {
        change(flink -> flink.settings().recoveryTime = duration);
    }

    /**
     * Sets how long a JobManager that answers again after recovery does not list its jobs yet.
     *
     * @param duration how long
     */
    public void unlistedAfterRecovery(Duration duration) {
        change(flink -> flink.settings().unlistedAfterRecovery = duration);
    }

    /**
     * Sets how long answers take. A request has its effect at once.
     *
     * @param duration how long; zero answers before the method returns
     */
    public void latency(Duration duration) {
        change(flink -> flink.settings().latency = duration);
    }

    private void failNext(FakeSavepoints.Failure failure) {
        change(flink -> flink.savepoints().failNext(failure));
    }

    private FakeRun known(FakeJobManager flink, JobId job) {
        return flink.find(job).orElseThrow(() -> new IllegalArgumentException("no job " + job + " on " + id));
    }

    private void change(Change change) {
        inside(flink -> {
            change.apply(flink);
            return true;
        });
    }

    private <T> T inside(Function<FakeJobManager, T> action) {
        synchronized (world.lock) {
            world.timeline.catchUp();
            return action.apply(jobManager);
        }
    }

    private interface Change {
        void apply(FakeJobManager flink);
    }
}
