package io.savepoint.simulation;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.StoreException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** The store as one process reaches it. */
final class HostStore implements ClusterStateStore {
    private static final ClusterId ALL = ClusterId.of("all", "clusters");

    private final Host host;
    private final Network network;
    private final Database database;
    private final List<ClusterId> clusters;

    HostStore(Host host, Network network, Database database, List<ClusterId> clusters) {
        this.host = host;
        this.network = network;
        this.database = database;
        this.clusters = clusters;
    }

    @Override
    public CompletionStage<Optional<ClusterState>> load(ClusterId cluster) {
        return ask(
                Site.LOAD,
                cluster,
                "load",
                () -> database.load(cluster),
                Optional.empty(),
                ago -> CompletableFuture.completedFuture(database.oldCopy(cluster, ago)));
    }

    @Override
    public CompletionStage<WriteResult> compareAndSet(ClusterId cluster, String version, ClusterStatus status) {
        return ask(
                Site.COMPARE_AND_SET,
                cluster,
                "write over " + version,
                () -> database.compareAndSet(cluster, version, status),
                Optional.of(WriteResult.CONFLICT),
                ago -> new CompletableFuture<>());
    }

    @Override
    public CompletionStage<Boolean> acknowledgeControl(ClusterId cluster, String version, ControlRequest control) {
        return ask(
                Site.ACKNOWLEDGE,
                cluster,
                "removal of " + control.value() + " at " + version,
                () -> database.acknowledgeControl(cluster, version, control),
                Optional.of(false),
                ago -> new CompletableFuture<>());
    }

    @Override
    public CompletionStage<List<ClusterId>> list() {
        return ask(
                Site.LIST,
                ALL,
                "list",
                database::list,
                Optional.empty(),
                ago -> CompletableFuture.completedFuture(clusters.subList(0, Math.max(0, clusters.size() - ago))));
    }

    @Override
    public Watch watch(Consumer<ClusterId> listener) {
        boolean[] closed = {false};
        Watch watch = database.watch(cluster -> network.report(
                host,
                cluster,
                told -> {
                    if (!closed[0]) {
                        listener.accept(told);
                    }
                },
                clusters));
        return () -> {
            closed[0] = true;
            watch.close();
        };
    }

    private <T> CompletionStage<T> ask(
            Site site,
            ClusterId cluster,
            String what,
            Supplier<CompletionStage<T>> effect,
            Optional<T> conflict,
            Function<Integer, CompletionStage<T>> stale) {
        return network.send(
                host,
                new Network.Request<>(
                        site,
                        cluster,
                        what + " of " + cluster,
                        effect,
                        StoreException::new,
                        StoreException::new,
                        conflict,
                        stale));
    }
}
