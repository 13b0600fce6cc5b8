package io.savepoint.testing;

import io.savepoint.model.ClusterId;
import io.savepoint.model.DisposalObservation;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointRecord;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.JobLauncher;
import io.savepoint.spi.LaunchRequest;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.spi.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Flink in memory, as a savepoint manager sees it: any number of session clusters that behave as real ones of 1.13 to
 * 2.3 were measured to, in the scheduler's time.
 *
 * <p>It serves as transport and launcher. {@link #cluster} gives a test its hands on what happens inside, and
 * {@link #ledger()} tells what was really done. Without a {@linkplain FakeCluster#latency latency} every answer is there
 * when the method returns. What Flink does by itself, such as completing a savepoint, happens when its time has come on
 * the scheduler's clock and somebody looks; it takes no tasks in the scheduler.
 *
 * <p>Safe for use by any number of threads.
 */
public final class FakeFlink implements FlinkTransport, JobLauncher {
    private final Scheduler scheduler;
    private final FakeSettings defaults;
    private final FakeWorld world;
    private final Map<ClusterId, FakeJobManager> clusters = new HashMap<>();

    private FakeFlink(Scheduler scheduler, FakeSettings defaults) {
        this.scheduler = scheduler;
        this.defaults = defaults;
        this.world = new FakeWorld(scheduler.clock());
    }

    /**
     * Makes one with the default settings: 1.20.5, savepoints of 20 ms.
     *
     * @param scheduler whose time it lives in
     * @return a Flink without jobs
     */
    public static FakeFlink create(Scheduler scheduler) {
        return builder(scheduler).build();
    }

    /**
     * Begins to make one with other settings.
     *
     * @param scheduler whose time it lives in
     * @return a builder
     */
    public static Builder builder(Scheduler scheduler) {
        return new Builder(scheduler);
    }

    /**
     * The test's hands on a cluster, which is made when it is first named.
     *
     * @param id the cluster
     * @return its controls
     */
    public FakeCluster cluster(ClusterId id) {
        synchronized (world.lock) {
            return new FakeCluster(world, jobManager(id), id);
        }
    }

    /**
     * What was really done so far.
     *
     * @return a copy
     */
    public FlinkLedger ledger() {
        synchronized (world.lock) {
            world.timeline.catchUp();
            return world.ledger.copy();
        }
    }

    /**
     * Puts a savepoint on the file system, as if it had been taken elsewhere.
     *
     * @param location where
     */
    public void addSavepoint(String location) {
        changeFiles(files -> files.addSavepoint(location));
    }

    /**
     * Takes a savepoint off the file system.
     *
     * @param location where it lies
     */
    public void deleteSavepoint(String location) {
        changeFiles(files -> files.deleteSavepoint(location));
    }

    /**
     * Gives a savepoint state that no operator of any job claims: jobs start from it only where that is allowed.
     *
     * @param location where it lies
     */
    public void addUnclaimedState(String location) {
        changeFiles(files -> files.addUnclaimedState(location));
    }

    /**
     * Lets savepoints into a directory fail, or succeed again.
     *
     * @param directory the directory
     * @param writable whether it can be written
     */
    public void writable(String directory, boolean writable) {
        changeFiles(files -> {
            if (writable) {
                files.makeWritable(directory);
            } else {
                files.makeUnwritable(directory);
            }
        });
    }

    /**
     * The savepoints on the file system.
     *
     * @return their locations, as Flink spells them
     */
    public Set<String> savepointsOnDisk() {
        synchronized (world.lock) {
            world.timeline.catchUp();
            return world.files.savepoints();
        }
    }

    /**
     * What savepoints left that died with their JobManager.
     *
     * @return the locations of directories without a savepoint, as Flink spells them
     */
    public Set<String> emptyDirectories() {
        synchronized (world.lock) {
            world.timeline.catchUp();
            return world.files.emptyDirectories();
        }
    }

    @Override
    public CompletionStage<JobObservation> observeJob(ClusterId cluster, JobId job) {
        return ask("observeJob", cluster, flink -> flink.observe(job));
    }

    @Override
    public CompletionStage<TriggerId> triggerSavepoint(ClusterId cluster, SavepointRequest request) {
        return ask(
                "triggerSavepoint",
                cluster,
                flink -> flink.savepoints().begin(request, false, flink.listed(request.job())));
    }

    @Override
    public CompletionStage<TriggerId> stopWithSavepoint(ClusterId cluster, SavepointRequest request, boolean drain) {
        return ask(
                "stopWithSavepoint",
                cluster,
                flink -> flink.savepoints().begin(request, true, flink.listed(request.job())));
    }

    @Override
    public CompletionStage<OperationObservation> observeOperation(ClusterId cluster, JobId job, TriggerId trigger) {
        return ask("observeOperation", cluster, flink -> flink.savepoints().observe(job, trigger));
    }

    @Override
    public CompletionStage<Void> cancelJob(ClusterId cluster, JobId job) {
        return ask("cancelJob", cluster, flink -> {
            flink.cancel(job);
            return null;
        });
    }

    @Override
    public CompletionStage<List<SavepointRecord>> savepointHistory(ClusterId cluster, JobId job) {
        return ask("savepointHistory", cluster, flink -> flink.history(job));
    }

    @Override
    public CompletionStage<TriggerId> triggerDisposal(ClusterId cluster, String location) {
        return ask("triggerDisposal", cluster, flink -> flink.disposals().begin(location));
    }

    @Override
    public CompletionStage<DisposalObservation> observeDisposal(ClusterId cluster, TriggerId disposal) {
        return ask("observeDisposal", cluster, flink -> flink.disposals().observe(disposal));
    }

    @Override
    public CompletionStage<Optional<String>> failureCause(ClusterId cluster, JobId job) {
        return ask("failureCause", cluster, flink -> flink.failureCause(job));
    }

    @Override
    public CompletionStage<List<Instant>> savepointsInProgress(ClusterId cluster, JobId job) {
        return ask("savepointsInProgress", cluster, flink -> flink.inProgress(job));
    }

    @Override
    public CompletionStage<Outcome> launch(ClusterId cluster, LaunchRequest request) {
        return ask("launch", cluster, flink -> flink.launch(request));
    }

    private <T> CompletionStage<T> ask(String name, ClusterId cluster, Function<FakeJobManager, T> request) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Runnable deliver;
        Duration latency;
        synchronized (world.lock) {
            world.timeline.catchUp();
            world.ledger.requested(name);
            FakeJobManager jobManager = jobManager(cluster);
            latency = jobManager.settings().latency;
            deliver = jobManager.answer(name, request, answer);
        }
        if (latency.isZero()) {
            deliver.run();
        } else {
            scheduler.schedule(latency, deliver);
        }
        return answer;
    }

    private FakeJobManager jobManager(ClusterId id) {
        return clusters.computeIfAbsent(id, absent -> new FakeJobManager(world, absent, defaults.copy()));
    }

    private void changeFiles(Consumer<FakeFiles> change) {
        synchronized (world.lock) {
            world.timeline.catchUp();
            change.accept(world.files);
        }
    }

    /** Makes a {@link FakeFlink}; the settings hold for every cluster. Not safe for use by several threads. */
    public static final class Builder {
        private final Scheduler scheduler;
        private final FakeSettings settings = new FakeSettings();

        private Builder(Scheduler scheduler) {
            this.scheduler = scheduler;
        }

        /**
         * Which version it behaves like; 1.20.5 if not set.
         *
         * @param version the version
         * @return this
         */
        public Builder version(String version) {
            return habits(FlinkHabits.ofVersion(version));
        }

        /**
         * What it behaves like.
         *
         * @param habits the habits
         * @return this
         */
        public Builder habits(FlinkHabits habits) {
            settings.habits = habits;
            return this;
        }

        /**
         * Where savepoints go for which no directory is given; refused if not set.
         *
         * @param directory the directory
         * @return this
         */
        public Builder defaultSavepointDirectory(String directory) {
            settings.defaultSavepointDirectory = Optional.of(directory);
            return this;
        }

        /**
         * How long savepoints take; 20 ms if not set.
         *
         * @param duration zero completes them before the next question
         * @return this
         */
        public Builder savepointDuration(Duration duration) {
            settings.savepointDuration = duration;
            return this;
        }

        /**
         * How long the result of an operation is known after its end ({@code rest.async.store-duration}); 5 min if not
         * set.
         *
         * @param duration how long
         * @return this
         */
        public Builder resultStoreDuration(Duration duration) {
            settings.resultStoreDuration = duration;
            return this;
        }

        /**
         * How far the checkpoint history lags behind; not at all if not set.
         *
         * @param staleness how old what it tells is; real ones lag up to 3 s
         * @return this
         */
        public Builder historyStaleness(Duration staleness) {
            settings.historyStaleness = staleness;
            return this;
        }

        /**
         * How long it takes from a launch until all tasks run; 300 ms if not set.
         *
         * @param duration how long
         * @return this
         */
        public Builder deployTime(Duration duration) {
            settings.deployTime = duration;
            return this;
        }

        /**
         * How long a job is {@code CANCELLING}; 50 ms if not set.
         *
         * @param duration how long
         * @return this
         */
        public Builder cancelTime(Duration duration) {
            settings.cancelTime = duration;
            return this;
        }

        /**
         * How long a JobManager without high availability is away when it is restarted; 3 s if not set.
         *
         * @param duration how long connections are refused
         * @return this
         */
        public Builder restartTime(Duration duration) {
            settings.restartTime = duration;
            return this;
        }

        /**
         * How long recovery with high availability takes; 5 s if not set.
         *
         * @param duration how long 503 is answered
         * @return this
         */
        public Builder recoveryTime(Duration duration) {
            settings.recoveryTime = duration;
            return this;
        }

        /**
         * How long answers take; none at all if not set.
         *
         * @param duration how long
         * @return this
         */
        public Builder latency(Duration duration) {
            settings.latency = duration;
            return this;
        }

        /**
         * Makes it.
         *
         * @return a Flink without jobs
         */
        public FakeFlink build() {
            return new FakeFlink(scheduler, settings.copy());
        }
    }
}
