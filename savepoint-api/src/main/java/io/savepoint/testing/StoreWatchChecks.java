package io.savepoint.testing;

import static io.savepoint.testing.StoreProbe.verify;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ControlRequest;
import io.savepoint.spi.ClusterStateStore.Watch;
import io.savepoint.testing.ClusterStateStoreContract.Checks;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The checks of watch. */
final class StoreWatchChecks {
    private StoreWatchChecks() {}

    static void addTo(Checks checks) {
        checks.add("watch reports a new cluster", (probe, cluster) -> {
            try (Reports reports = new Reports(probe)) {
                probe.putSpec(cluster, StoreSamples.spec(1));
                reports.await(cluster, "appeared");
            }
        });
        checks.add("watch reports a changed spec", (probe, cluster) -> {
            probe.putSpec(cluster, StoreSamples.spec(1));
            try (Reports reports = new Reports(probe)) {
                probe.putSpec(cluster, StoreSamples.spec(2));
                reports.await(cluster, "got another spec");
            }
        });
        checks.add("watch reports a control", (probe, cluster) -> {
            probe.putSpec(cluster, StoreSamples.spec(1));
            try (Reports reports = new Reports(probe)) {
                probe.setControl(cluster, ControlRequest.SAVEPOINT);
                reports.await(cluster, "got a control");
            }
        });
        checks.add("watch reports a removed cluster", (probe, cluster) -> {
            try (Reports reports = new Reports(probe)) {
                probe.putSpec(cluster, StoreSamples.spec(1));
                reports.await(cluster, "appeared");
                reports.forget();
                probe.fixture().remove(cluster);
                reports.await(cluster, "was removed");
            }
        });
        checks.add("a closed watch reports nothing, and another one goes on", StoreWatchChecks::closed);
    }

    private static void closed(StoreProbe probe, ClusterId cluster) throws Exception {
        try (Reports open = new Reports(probe);
                Reports closed = new Reports(probe)) {
            closed.close();
            closed.close();
            probe.putSpec(cluster, StoreSamples.spec(1));
            open.await(cluster, "appeared");
            verify(!closed.has(cluster), "a watch reported %s after it was closed", cluster);
        }
    }

    /** A watch and what it reported. */
    private static final class Reports implements AutoCloseable {
        private final Map<ClusterId, Boolean> reported = new ConcurrentHashMap<>();
        private final StoreProbe probe;
        private final Watch watch;

        Reports(StoreProbe probe) {
            this.probe = probe;
            Consumer<ClusterId> listener = cluster -> reported.put(cluster, true);
            this.watch = probe.store().watch(listener);
        }

        boolean has(ClusterId cluster) {
            return reported.containsKey(cluster);
        }

        void forget() {
            reported.clear();
        }

        void await(ClusterId cluster, String change) throws Exception {
            CompletableFuture<Boolean> deadline = probe.deadline();
            while (!has(cluster)) {
                verify(
                        !deadline.isDone(),
                        "watch did not report %s, which %s, within %s",
                        cluster,
                        change,
                        probe.fixture().timeout());
                StoreProbe.pause();
            }
        }

        @Override
        public void close() {
            watch.close();
        }
    }
}
