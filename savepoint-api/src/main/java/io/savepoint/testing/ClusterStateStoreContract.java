package io.savepoint.testing;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobSpec;
import io.savepoint.spi.ClusterStateStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What every {@link ClusterStateStore} has to keep, as checks that any test framework can run. In JUnit:
 *
 * <pre>{@code
 * @TestFactory
 * Stream<DynamicTest> keepsTheContract() {
 *     return ClusterStateStoreContract.checks(new MyFixture()).stream()
 *             .map(check -> DynamicTest.dynamicTest(check.name(), check::run));
 * }
 * }</pre>
 *
 * <p>A check makes clusters of its own, under names that no other run uses, and removes them; what else lies in the
 * store does not matter, and the checks may run in any order or at the same time.
 *
 * <p>Stateless and safe for use by any number of threads.
 */
public final class ClusterStateStoreContract {
    private ClusterStateStoreContract() {}

    /**
     * Lists what is to be checked.
     *
     * @param fixture the store, and how others than the manager write to it
     * @return the checks, at least one; none of them was run yet
     */
    public static List<Check> checks(Fixture fixture) {
        Checks checks = new Checks(fixture);
        StoreReadChecks.addTo(checks);
        StoreWriteChecks.addTo(checks);
        StoreRaceChecks.addTo(checks);
        StoreWatchChecks.addTo(checks);
        fixture.unreachableStore().ifPresent(store -> StoreReadChecks.addUnreachable(checks, store));
        return Collections.unmodifiableList(checks.all);
    }

    /** The store that is checked, and how users write specs and controls to it. Used by several threads at a time. */
    public interface Fixture {
        /**
         * The store that is checked.
         *
         * @return the store, the same for every call
         */
        ClusterStateStore store();

        /**
         * Puts a cluster's spec as a user would; creates the cluster if there is none, else keeps control and status.
         *
         * @param cluster the cluster
         * @param spec its new spec
         * @throws Exception if that fails
         */
        void putSpec(ClusterId cluster, JobSpec spec) throws Exception;

        /**
         * Sets a cluster's user control as a user would.
         *
         * @param cluster an existing cluster
         * @param value the control
         * @throws Exception if that fails
         */
        void setControl(ClusterId cluster, String value) throws Exception;

        /**
         * Removes a cluster; does nothing if there is none.
         *
         * @param cluster the cluster
         * @throws Exception if that fails
         */
        void remove(ClusterId cluster) throws Exception;

        /**
         * The namespace that the clusters of the checks lie in.
         *
         * @return a namespace that exists, {@code default} if not overridden
         */
        default String namespace() {
            return "default";
        }

        /**
         * How long to wait for the store: for an answer, for a write to be seen, for a watch to report.
         *
         * @return the longest wait, 10 s if not overridden
         */
        default Duration timeout() {
            return Duration.ofSeconds(10);
        }

        /**
         * A store of the same kind whose server or database cannot be reached, to check how that is told.
         *
         * @return such a store; empty, if not overridden, leaves that check out
         */
        default Optional<ClusterStateStore> unreachableStore() {
            return Optional.empty();
        }
    }

    /** Collects checks, each with clusters of its own. */
    static final class Checks {
        private final Fixture fixture;
        private final List<Check> all = new ArrayList<>();

        Checks(Fixture fixture) {
            this.fixture = fixture;
        }

        /** Adds a check that wants the name of one cluster, which does not exist yet. */
        void add(String name, OneCluster body) {
            all.add(new Check(name, () -> {
                String unique = UUID.randomUUID().toString().substring(0, 13);
                ClusterId cluster = ClusterId.of(fixture.namespace(), "contract-" + unique);
                try {
                    body.check(new StoreProbe(fixture), cluster);
                } finally {
                    fixture.remove(cluster);
                }
            }));
        }
    }

    /** The body of a check. */
    @FunctionalInterface
    interface OneCluster {
        void check(StoreProbe probe, ClusterId cluster) throws Exception;
    }
}
