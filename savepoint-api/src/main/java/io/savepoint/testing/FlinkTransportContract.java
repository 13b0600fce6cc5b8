package io.savepoint.testing;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.JobSpec;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.JobLauncher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What every {@link FlinkTransport}, and a {@link JobLauncher} beside it, has to keep, as checks that any test framework
 * can run against a Flink of 1.15 or newer, real or not. In JUnit:
 *
 * <pre>{@code
 * @TestFactory
 * Stream<DynamicTest> keepsTheContract() {
 *     return FlinkTransportContract.checks(new MyFixture()).stream()
 *             .map(check -> DynamicTest.dynamicTest(check.name(), check::run));
 * }
 * }</pre>
 *
 * <p>A check has jobs of its own started, at most two at a time, and cancels them when it is done. The checks may run in
 * any order.
 *
 * <p>Stateless and safe for use by any number of threads.
 */
public final class FlinkTransportContract {
    private FlinkTransportContract() {}

    /**
     * Lists what is to be checked.
     *
     * @param fixture the transport, and the Flink it talks to
     * @return the checks, at least one; none of them was run yet
     */
    public static List<Check> checks(Fixture fixture) {
        Checks checks = new Checks(fixture);
        FlinkJobChecks.addTo(checks);
        FlinkSavepointChecks.addTo(checks);
        FlinkStopChecks.addTo(checks);
        FlinkHistoryChecks.addTo(checks);
        if (fixture.disposesOfSavepoints()) {
            FlinkDisposalChecks.addTo(checks);
        }
        fixture.failureWords().ifPresent(words -> FlinkFailureChecks.addTo(checks, words));
        fixture.launcher().ifPresent(launcher -> FlinkLaunchChecks.addTo(checks, launcher));
        fixture.unreachableCluster().ifPresent(cluster -> FlinkUnreachableChecks.addTo(checks, cluster));
        return Collections.unmodifiableList(checks.all);
    }

    /** The transport that is checked, and what the checks need of the Flink behind it. Used by one thread at a time. */
    public interface Fixture {
        /**
         * The transport that is checked.
         *
         * @return the transport, the same for every call
         */
        FlinkTransport transport();

        /**
         * A session cluster that the transport reaches.
         *
         * @return the cluster, the same for every call
         */
        ClusterId cluster();

        /**
         * Starts a job on the cluster that runs until it is stopped or cancelled; it need not run yet on return. It
         * takes no checkpoints of its own, or so few that they do not push savepoints out of its history.
         *
         * @return the job's id
         * @throws Exception if that fails
         */
        JobId startJob() throws Exception;

        /**
         * A directory that savepoints can be written to.
         *
         * @return its URI as Flink sees it, for example {@code file:///savepoints}
         */
        String savepointDirectory();

        /**
         * Lets time pass for Flink: sleeps, or moves a virtual clock.
         *
         * @param duration how long
         * @throws Exception if that fails
         */
        void pause(Duration duration) throws Exception;

        /**
         * A directory that savepoints cannot be written to.
         *
         * @return its URI as Flink sees it, {@code file:///proc/nope} if not overridden
         */
        default String unwritableDirectory() {
            return "file:///proc/nope";
        }

        /**
         * The cluster's default directory for savepoints.
         *
         * @return its URI; empty, if not overridden, says that the cluster has none
         */
        default Optional<String> defaultSavepointDirectory() {
            return Optional.empty();
        }

        /**
         * A launcher for the cluster.
         *
         * @return the launcher, the same for every call; empty, if not overridden, leaves its checks out
         */
        default Optional<JobLauncher> launcher() {
            return Optional.empty();
        }

        /**
         * What the launcher is to launch: the same job as {@link #startJob} starts, so that it can be started from a
         * savepoint of that.
         *
         * @return the spec; one without any field if not overridden
         */
        default JobSpec jobSpec() {
            return JobSpec.builder().build();
        }

        /**
         * Whether the transport can dispose of savepoints.
         *
         * @return true if not overridden; false leaves the checks of that out
         */
        default boolean disposesOfSavepoints() {
            return true;
        }

        /**
         * Starts a job on the cluster that fails for good soon, by itself. Called only where {@link #failureWords} says
         * what to expect of it.
         *
         * @return the job's id
         * @throws Exception if that fails
         */
        default JobId startFailingJob() throws Exception {
            throw new UnsupportedOperationException("a fixture with failureWords needs startFailingJob");
        }

        /**
         * Words that have to be in what the transport tells as the cause of such a failure.
         *
         * @return the words; empty, if not overridden, leaves the checks of causes out
         */
        default Optional<String> failureWords() {
            return Optional.empty();
        }

        /**
         * A cluster whose JobManager refuses connections.
         *
         * @return the cluster; empty, if not overridden, leaves that check out
         */
        default Optional<ClusterId> unreachableCluster() {
            return Optional.empty();
        }

        /**
         * How much time may pass, by {@link #pause}, until something has to have happened.
         *
         * @return the longest wait, 30 s if not overridden
         */
        default Duration timeout() {
            return Duration.ofSeconds(30);
        }
    }

    /** Collects checks, each of which cleans up behind itself. */
    static final class Checks {
        private final Fixture fixture;
        private final List<Check> all = new ArrayList<>();

        Checks(Fixture fixture) {
            this.fixture = fixture;
        }

        /** Adds a check that needs no job, or starts its own. */
        void add(String name, Body body) {
            all.add(new Check(name, () -> {
                FlinkProbe probe = new FlinkProbe(fixture);
                // A resource, so that a failing cleanup does not hide why the check failed.
                try (AutoCloseable cleanup = probe::cancelJobs) {
                    body.check(probe);
                }
            }));
        }

        /** Adds a check that wants a running job. */
        void addWithJob(String name, OneJob body) {
            add(name, probe -> body.check(probe, probe.startJob()));
        }
    }

    /** The body of a check. */
    @FunctionalInterface
    interface Body {
        void check(FlinkProbe probe) throws Exception;
    }

    /** The body of a check with a running job. */
    @FunctionalInterface
    interface OneJob {
        void check(FlinkProbe probe, JobId job) throws Exception;
    }
}
