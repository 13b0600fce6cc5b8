package io.savepoint.testing;

import static io.savepoint.testing.StoreProbe.verify;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.ClusterStateStore.WriteResult;
import io.savepoint.spi.StoreException;
import io.savepoint.testing.ClusterStateStoreContract.Checks;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The checks of load, list and versions, and of how failures are told. */
final class StoreReadChecks {
    private static final ControlRequest CONTROL = new ControlRequest(ControlRequest.SAVEPOINT);

    private StoreReadChecks() {}

    static void addTo(Checks checks) {
        checks.add("every method completes its stage for an unknown cluster", StoreReadChecks::unknownCluster);
        checks.add("load sees a spec that was put, every field of it", StoreReadChecks::loadSeesPut);
        checks.add("load sees a control that was set", StoreReadChecks::loadSeesControl);
        checks.add("the version changes with the spec", (probe, cluster) -> {
            ClusterState before = created(probe, cluster);
            probe.putSpec(cluster, StoreSamples.spec(2));
            versionChanged(probe, before);
        });
        checks.add("the version changes with the control", (probe, cluster) -> {
            ClusterState before = created(probe, cluster);
            probe.setControl(cluster, ControlRequest.SAVEPOINT);
            versionChanged(probe, before);
        });
        checks.add("the version changes with an acknowledgement", (probe, cluster) -> {
            created(probe, cluster);
            probe.setControl(cluster, ControlRequest.SAVEPOINT);
            ClusterState before =
                    probe.await(cluster, "the control", state -> state.control().isPresent());
            probe.answer(
                    "acknowledgeControl", () -> probe.store().acknowledgeControl(cluster, before.version(), CONTROL));
            probe.await(cluster, "no control", state -> state.control().isEmpty());
            versionChanged(probe, before);
        });
        checks.add("the version changes with the status", (probe, cluster) -> {
            created(probe, cluster);
            ClusterState before = probe.replace(cluster, status -> StoreSamples.status(1));
            probe.await(cluster, "the status", state -> state.status().equals(StoreSamples.status(1)));
            versionChanged(probe, before);
        });
        checks.add("list tells the clusters that exist", StoreReadChecks::list);
    }

    static void addUnreachable(Checks checks, ClusterStateStore store) {
        checks.add("a store that cannot be reached fails its stages with a StoreException", (probe, cluster) -> {
            Map<String, Callable<CompletionStage<?>>> calls = new LinkedHashMap<>();
            calls.put("load", () -> store.load(cluster));
            calls.put("compareAndSet", () -> store.compareAndSet(cluster, "1", ClusterStatus.empty()));
            calls.put("acknowledgeControl", () -> store.acknowledgeControl(cluster, "1", CONTROL));
            calls.put("list", store::list);
            for (Map.Entry<String, Callable<CompletionStage<?>>> call : calls.entrySet()) {
                Throwable failure =
                        failure(call.getKey(), call.getValue(), probe.fixture().timeout());
                verify(
                        failure instanceof StoreException,
                        "%s of an unreachable store failed with %s",
                        call.getKey(),
                        failure);
            }
        });
    }

    private static void unknownCluster(StoreProbe probe, ClusterId cluster) throws Exception {
        Optional<ClusterState> state = probe.answer("load", () -> probe.store().load(cluster));
        verify(state.isEmpty(), "load of an unknown cluster answered %s", state);
        WriteResult result = probe.compareAndSet(cluster, "1", StoreSamples.status(1));
        verify(result.equals(WriteResult.GONE), "compareAndSet of an unknown cluster answered %s", result);
        boolean removed =
                probe.answer("acknowledgeControl", () -> probe.store().acknowledgeControl(cluster, "1", CONTROL));
        verify(!removed, "acknowledgeControl of an unknown cluster answered true");
        List<ClusterId> all = probe.answer("list", () -> probe.store().list());
        verify(!all.contains(cluster), "list tells a cluster that never was");
    }

    private static void loadSeesPut(StoreProbe probe, ClusterId cluster) throws Exception {
        probe.putSpec(cluster, StoreSamples.fullSpec());
        ClusterState state = probe.fresh(cluster);
        verify(state.id().equals(cluster), "load answered the state of %s", state.id());
        verify(state.control().isEmpty(), "a new cluster has the control %s", state.control());
        verify(state.status().equals(ClusterStatus.empty()), "a new cluster has the status %s", state.status());
        verify(state.problems().isEmpty(), "a sound spec has the problems %s", state.problems());
        // A field that was set must go again, too.
        probe.putSpec(cluster, StoreSamples.spec(1));
    }

    private static void loadSeesControl(StoreProbe probe, ClusterId cluster) throws Exception {
        created(probe, cluster);
        probe.setControl(cluster, ControlRequest.SAVEPOINT);
        probe.setControl(cluster, "an invalid one");
        ClusterState state = probe.fresh(cluster);
        verify(state.spec().equals(StoreSamples.spec(1)), "setting a control changed the spec to %s", state.spec());
    }

    private static void list(StoreProbe probe, ClusterId cluster) throws Exception {
        ClusterId other = ClusterId.of(cluster.namespace(), cluster.name() + "-2");
        try {
            created(probe, cluster);
            created(probe, other);
            awaitList(probe, cluster, true);
            awaitList(probe, other, true);
            probe.fixture().remove(other);
            awaitList(probe, other, false);
            awaitList(probe, cluster, true);
        } finally {
            probe.fixture().remove(other);
        }
    }

    private static void awaitList(StoreProbe probe, ClusterId cluster, boolean expected) throws Exception {
        CompletableFuture<Boolean> deadline = probe.deadline();
        while (probe.answer("list", () -> probe.store().list()).contains(cluster) != expected) {
            verify(!deadline.isDone(), "list %s %s", expected ? "does not tell" : "still tells", cluster);
            StoreProbe.pause();
        }
    }

    private static ClusterState created(StoreProbe probe, ClusterId cluster) throws Exception {
        probe.putSpec(cluster, StoreSamples.spec(1));
        return probe.await(cluster, "the new cluster", state -> true);
    }

    private static void versionChanged(StoreProbe probe, ClusterState before) throws Exception {
        String version = probe.await(before.id(), "the cluster", state -> true).version();
        verify(!version.equals(before.version()), "the version is %s before and after the write", version);
    }

    private static @Nullable Throwable failure(String method, Callable<CompletionStage<?>> call, Duration timeout)
            throws Exception {
        try {
            Object answer = StoreProbe.stage(method, () -> call.call().thenApply(value -> (Object) value))
                    .toCompletableFuture()
                    .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            throw new AssertionError(method + " of an unreachable store answered " + answer);
        } catch (TimeoutException e) {
            throw new AssertionError(method + " of an unreachable store did not fail within " + timeout, e);
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }
}
