package io.savepoint;

import io.savepoint.internal.ConcurrencyLimit;
import io.savepoint.internal.Driver;
import io.savepoint.internal.Engine;
import io.savepoint.internal.EngineParts;
import io.savepoint.internal.ManagerCalls;
import io.savepoint.internal.Timings;
import io.savepoint.model.SavepointEvent;
import io.savepoint.policy.Backoff;
import io.savepoint.policy.Policies;
import io.savepoint.policy.RetentionPolicy;
import io.savepoint.policy.SavepointPolicy;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.ExecutorScheduler;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.JobLauncher;
import io.savepoint.spi.Scheduler;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Builds a {@link SavepointManager}. Not safe for use by several threads. */
public final class SavepointManagerBuilder {
    private static final int THREADS = 2;
    private static final int DISPOSALS_PENDING = 50;
    private static final Duration SEND_WINDOW = Duration.ofSeconds(10);
    private static final Backoff RESEND = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));
    private static final Backoff UNREACHABLE = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));

    private @Nullable ClusterStateStore store;
    private @Nullable FlinkTransport transport;
    private @Nullable JobLauncher launcher;
    private @Nullable Scheduler scheduler;
    private @Nullable RandomGenerator random;
    private List<SavepointPolicy> policies = Policies.defaults();
    private Optional<RetentionPolicy> retention = Optional.empty();
    private final List<Consumer<SavepointEvent>> listeners = new ArrayList<>();
    private boolean ownDirectories;
    private int savepointHistory = 10;
    private int mostAtOnce = Integer.MAX_VALUE;
    private int mostAtOnceInDirectory = Integer.MAX_VALUE;
    private Duration observeInterval = Duration.ofSeconds(5);
    private Duration idleInterval = Duration.ofMinutes(1);
    private Duration lostGrace = Duration.ofSeconds(30);
    private Duration resultStoreDuration = Duration.ofMinutes(5);
    private Duration resyncInterval = Duration.ofMinutes(1);

    SavepointManagerBuilder() {}

    /**
     * Sets where specs and statuses lie. Required.
     *
     * @param value the store; the manager does not close it
     * @return this
     */
    public SavepointManagerBuilder store(ClusterStateStore value) {
        store = value;
        return this;
    }

    /**
     * Sets the way to Flink. Required.
     *
     * @param value the transport; the manager does not close it
     * @return this
     */
    public SavepointManagerBuilder flink(FlinkTransport value) {
        transport = value;
        return this;
    }

    /**
     * Sets how jobs are submitted. Without it the manager starts and restarts nothing, and says so in the status.
     *
     * @param value the launcher
     * @return this
     */
    public SavepointManagerBuilder launcher(JobLauncher value) {
        launcher = value;
        return this;
    }

    /**
     * Sets what decides, in place of {@link Policies#defaults()}.
     *
     * @param value the policies; their names are unique
     * @return this
     */
    public SavepointManagerBuilder policies(List<? extends SavepointPolicy> value) {
        policies = List.copyOf(value);
        return this;
    }

    /**
     * Adds one who is told what happens.
     *
     * @param value the listener
     * @return this
     */
    public SavepointManagerBuilder listener(SavepointListener value) {
        listeners.add(value::onEvent);
        return this;
    }

    /**
     * Sets the source of time and delayed work, in place of two threads of the manager's own.
     *
     * @param value the scheduler; the manager does not close it
     * @return this
     */
    public SavepointManagerBuilder scheduler(Scheduler value) {
        scheduler = value;
        return this;
    }

    /**
     * Sets where trigger ids and job ids come from, in place of a {@link SecureRandom}. For tests that repeat.
     *
     * @param value thread-safe if the scheduler has several threads
     * @return this
     */
    public SavepointManagerBuilder random(RandomGenerator value) {
        random = value;
        return this;
    }

    /**
     * Sets whether each savepoint goes into a directory of its own below {@code savepointsDir}, named by its trigger id.
     * Then a savepoint can be told to be the manager's, and whose, for ever, even after the JobManager forgot the
     * operation. Off unless set: savepoints lie directly in {@code savepointsDir}.
     *
     * @param value whether they do
     * @return this
     */
    public SavepointManagerBuilder savepointsInOwnDirectories(boolean value) {
        ownDirectories = value;
        return this;
    }

    /**
     * Sets how many savepoints this manager has under way at once; as many as are due unless set. Further ones, whoever
     * asked for them, wait for their turn in the order in which they became due. Stops are not held up and not counted,
     * and what another manager or somebody else takes is not known.
     *
     * @param value at least 1
     * @return this
     */
    public SavepointManagerBuilder maxConcurrentSavepoints(int value) {
        mostAtOnce = atLeastOne("maxConcurrentSavepoints", value);
        return this;
    }

    /**
     * Sets how many savepoints this manager has under way at once into one directory, as specs and calls spell it;
     * otherwise as {@link #maxConcurrentSavepoints}.
     *
     * @param value at least 1
     * @return this
     */
    public SavepointManagerBuilder maxConcurrentSavepointsPerDirectory(int value) {
        mostAtOnceInDirectory = atLeastOne("maxConcurrentSavepointsPerDirectory", value);
        return this;
    }

    /**
     * Sets how many of the savepoints recorded last the status lists; 10 unless set. With a {@link RetentionPolicy} it
     * lists all that were not disposed of: as many as that keeps and, where disposals fail, up to 50 more.
     *
     * @param value from 0 to {@value RetentionPolicy#LARGEST}
     * @return this
     */
    public SavepointManagerBuilder savepointHistory(int value) {
        if (value < 0 || value > RetentionPolicy.LARGEST) {
            throw new IllegalArgumentException(
                    "savepointHistory must be from 0 to " + RetentionPolicy.LARGEST + ", was " + value);
        }
        savepointHistory = value;
        return this;
    }

    /**
     * Sets which savepoints are kept, as a further policy; all of them unless set. The transport has to be one that can
     * dispose of savepoints.
     *
     * @param value what is kept
     * @return this
     */
    public SavepointManagerBuilder retention(RetentionPolicy value) {
        retention = Optional.of(value);
        return this;
    }

    /**
     * Sets how often a living job is looked at when nothing else is due; 5 seconds unless set. A failure is noticed that
     * late.
     *
     * @param value positive
     * @return this
     */
    public SavepointManagerBuilder observeInterval(Duration value) {
        observeInterval = positive("observeInterval", value);
        return this;
    }

    /**
     * Sets how often a job that is over is looked at; 1 minute unless set.
     *
     * @param value positive
     * @return this
     */
    public SavepointManagerBuilder idleInterval(Duration value) {
        idleInterval = positive("idleInterval", value);
        return this;
    }

    /**
     * Sets how long a JobManager that answers may not know a running job before the job counts as lost; 30 seconds
     * unless set. With high availability it must be longer than a recovery takes. One manager has to see the job missing
     * for all of it, with no other answer and no pause in between; where a host always comes more seldom than it is told
     * to, the time between two looks counts for a quarter of the grace period at most.
     *
     * @param value positive
     * @return this
     */
    public SavepointManagerBuilder lostGrace(Duration value) {
        lostGrace = positive("lostGrace", value);
        return this;
    }

    /**
     * Sets how long the Flink clusters keep the result of an operation; 5 minutes unless set, which is Flink's default.
     * A cluster that is configured with less needs this set to as little, or a savepoint may be taken twice after a
     * crash.
     *
     * @param value Flink's {@code rest.async.store-duration}; positive
     * @return this
     */
    public SavepointManagerBuilder resultStoreDuration(Duration value) {
        resultStoreDuration = positive("resultStoreDuration", value);
        return this;
    }

    /**
     * Sets how often a started manager lists the store's clusters, to find what its watch missed; 1 minute unless set.
     *
     * @param value positive
     * @return this
     */
    public SavepointManagerBuilder resyncInterval(Duration value) {
        resyncInterval = positive("resyncInterval", value);
        return this;
    }

    /**
     * Builds the manager. It does nothing before it is started or called.
     *
     * @return the manager
     * @throws IllegalStateException if the store or the transport is missing, or two policies have one name
     */
    public SavepointManager build() {
        if (store == null || transport == null) {
            throw new IllegalStateException("a SavepointManager needs store(...) and flink(...), missing: "
                    + (store == null ? "store" : "flink"));
        }
        List<SavepointPolicy> all =
                Stream.concat(policies.stream(), retention.stream()).toList();
        requireUniqueNames(all);
        Optional<ExecutorScheduler> own =
                scheduler == null ? Optional.of(ExecutorScheduler.create(THREADS)) : Optional.empty();
        EngineParts parts = new EngineParts(
                store,
                transport,
                Optional.ofNullable(launcher),
                all,
                listeners,
                scheduler == null ? own.orElseThrow() : scheduler,
                random == null ? new SecureRandom() : random,
                ownDirectories,
                historySize(all),
                new ConcurrencyLimit(mostAtOnce, mostAtOnceInDirectory),
                SavepointException::new);
        Timings timings = new Timings(
                observeInterval,
                idleInterval,
                lostGrace,
                resultStoreDuration,
                SEND_WINDOW,
                positive("requestTimeout of the FlinkTransport", transport.requestTimeout()),
                RESEND,
                UNREACHABLE);
        Engine engine = new Engine(parts, timings);
        Driver driver = new Driver(engine, parts, resyncInterval);
        return new EngineSavepointManager(engine, driver, new ManagerCalls(driver), own);
    }

    private int historySize(List<SavepointPolicy> all) {
        return all.stream()
                .filter(RetentionPolicy.class::isInstance)
                .mapToInt(policy -> ((RetentionPolicy) policy).keptAtMost() + DISPOSALS_PENDING)
                .reduce(savepointHistory, Math::max);
    }

    private static void requireUniqueNames(List<SavepointPolicy> policies) {
        Set<String> names = new HashSet<>();
        for (SavepointPolicy policy : policies) {
            if (!names.add(policy.name())) {
                throw new IllegalStateException("two policies have the name '" + policy.name()
                        + "'; what each one asked for is remembered by name, so give one of them another");
            }
        }
    }

    private static int atLeastOne(String field, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(field + " must be > 0, was " + value);
        }
        return value;
    }

    private static Duration positive(String field, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(field + " must be > 0, was " + value);
        }
        return value;
    }
}
