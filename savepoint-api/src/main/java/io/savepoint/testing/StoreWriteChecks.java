package io.savepoint.testing;

import static io.savepoint.testing.StoreProbe.verify;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.JobSpec;
import io.savepoint.spi.ClusterStateStore.WriteResult;
import io.savepoint.testing.ClusterStateStoreContract.Checks;
import java.util.Optional;

/** The checks of compareAndSet and acknowledgeControl, without races. */
final class StoreWriteChecks {
    private static final ControlRequest SAVEPOINT = new ControlRequest(ControlRequest.SAVEPOINT);
    private static final ControlRequest JOB_CANCEL = new ControlRequest(ControlRequest.JOB_CANCEL);
    private static final JobSpec SPEC = StoreSamples.spec(1);

    private StoreWriteChecks() {}

    static void addTo(Checks checks) {
        checks.add("compareAndSet keeps every field of the status", (probe, cluster) -> {
            probe.putSpec(cluster, SPEC);
            written(probe, cluster, StoreSamples.fullStatus());
        });
        checks.add("compareAndSet removes a field that is left empty", (probe, cluster) -> {
            probe.putSpec(cluster, SPEC);
            written(probe, cluster, StoreSamples.fullStatus());
            written(probe, cluster, StoreSamples.status(1));
            written(probe, cluster, ClusterStatus.empty());
        });
        checks.add("compareAndSet leaves spec and control alone", (probe, cluster) -> {
            probe.putSpec(cluster, StoreSamples.fullSpec());
            probe.setControl(cluster, ControlRequest.SAVEPOINT);
            written(probe, cluster, StoreSamples.fullStatus());
            ClusterState state = probe.fresh(cluster);
            verify(state.spec().equals(StoreSamples.fullSpec()), "compareAndSet changed the spec to %s", state.spec());
            verify(
                    state.control().equals(Optional.of(SAVEPOINT)),
                    "compareAndSet changed the control to %s",
                    state.control());
        });
        checks.add("compareAndSet conflicts after a spec write", (probe, cluster) -> {
            String version = ready(probe, cluster);
            probe.putSpec(cluster, StoreSamples.spec(2));
            conflicts(probe, cluster, version);
        });
        checks.add("compareAndSet conflicts after a control write", (probe, cluster) -> {
            String version = ready(probe, cluster);
            probe.setControl(cluster, ControlRequest.JOB_CANCEL);
            conflicts(probe, cluster, version);
        });
        checks.add("compareAndSet conflicts after an acknowledgement", (probe, cluster) -> {
            String version = ready(probe, cluster);
            verify(
                    acknowledge(probe, cluster, version, SAVEPOINT),
                    "acknowledgeControl did not find the pending control");
            conflicts(probe, cluster, version);
        });
        checks.add("compareAndSet conflicts after another status write", (probe, cluster) -> {
            ready(probe, cluster);
            String version =
                    probe.replace(cluster, status -> StoreSamples.status(2)).version();
            written(probe, cluster, StoreSamples.status(1));
            conflicts(probe, cluster, version);
        });
        checks.add("compareAndSet of a removed cluster is GONE and brings nothing back", (probe, cluster) -> {
            String version = ready(probe, cluster);
            probe.fixture().remove(cluster);
            WriteResult result = probe.compareAndSet(cluster, version, StoreSamples.status(9));
            verify(result.equals(WriteResult.GONE), "compareAndSet of a removed cluster answered %s", result);
            probe.awaitGone(cluster);
        });
        checks.add("a version does not outlive its cluster", StoreWriteChecks::removedAndPutAgain);
        checks.add("putting the spec again keeps control and status", (probe, cluster) -> {
            ready(probe, cluster);
            probe.putSpec(cluster, StoreSamples.spec(2));
            ClusterState state = probe.fresh(cluster);
            verify(state.control().equals(Optional.of(SAVEPOINT)), "the control became %s", state.control());
            verify(state.status().equals(StoreSamples.status(1)), "the status became %s", state.status());
        });
        checks.add("compareAndSet tells the version that it wrote", (probe, cluster) -> {
            WriteResult result = probe.compareAndSet(cluster, ready(probe, cluster), StoreSamples.status(2));
            Optional<String> version = Optional.of(probe.fresh(cluster).version());
            verify(result.version().equals(version), "compareAndSet told %s, but the version is %s", result, version);
        });
        checks.add("acknowledgeControl removes the control, once", StoreWriteChecks::acknowledgeOnce);
        checks.add("acknowledgeControl leaves another control alone", (probe, cluster) -> {
            String version = ready(probe, cluster);
            verify(
                    !acknowledge(probe, cluster, version, JOB_CANCEL),
                    "acknowledgeControl of another value answered true");
            ClusterState state = probe.fresh(cluster);
            verify(
                    state.control().equals(Optional.of(SAVEPOINT)),
                    "acknowledgeControl of another value left the control %s",
                    state.control());
        });
        checks.add("acknowledgeControl that comes late leaves a newer request alone", (probe, cluster) -> {
            String version = ready(probe, cluster);
            probe.setControl(cluster, ControlRequest.SAVEPOINT);
            if (probe.await(cluster, "the cluster", any -> true).version().equals(version)) {
                // Setting the same again is no change there, so a newer request takes the removal of the first.
                verify(acknowledge(probe, cluster, version, SAVEPOINT), "acknowledgeControl answered false");
                probe.setControl(cluster, ControlRequest.SAVEPOINT);
            }
            verify(!acknowledge(probe, cluster, version, SAVEPOINT), "a late acknowledgeControl answered true");
            ClusterState state = probe.fresh(cluster);
            verify(state.control().equals(Optional.of(SAVEPOINT)), "it removed a request that was set after it");
        });
    }

    /** A cluster with spec, control and status. */
    private static String ready(StoreProbe probe, ClusterId cluster) throws Exception {
        probe.putSpec(cluster, SPEC);
        probe.setControl(cluster, ControlRequest.SAVEPOINT);
        written(probe, cluster, StoreSamples.status(1));
        return probe.current(cluster);
    }

    private static void written(StoreProbe probe, ClusterId cluster, ClusterStatus status) throws Exception {
        probe.replace(cluster, before -> status);
        ClusterState state = probe.fresh(cluster);
        verify(state.status().equals(status), "the status was written as%n%s but is%n%s", status, state.status());
        verify(state.problems().isEmpty(), "a status just written has the problems %s", state.problems());
    }

    private static void conflicts(StoreProbe probe, ClusterId cluster, String version) throws Exception {
        WriteResult result = probe.compareAndSet(cluster, version, StoreSamples.status(9));
        verify(result.equals(WriteResult.CONFLICT), "compareAndSet with an old version answered %s", result);
        ClusterStatus status = probe.fresh(cluster).status();
        verify(status.equals(StoreSamples.status(1)), "compareAndSet answered CONFLICT and wrote %s", status);
    }

    private static void removedAndPutAgain(StoreProbe probe, ClusterId cluster) throws Exception {
        String version = ready(probe, cluster);
        probe.fixture().remove(cluster);
        probe.awaitGone(cluster);
        probe.putSpec(cluster, SPEC);
        probe.setControl(cluster, ControlRequest.SAVEPOINT);
        // As many writes as the first cluster saw: a count that begins anew is back at the old version now.
        for (int i = 0; i < 8; i++) {
            WriteResult result = probe.compareAndSet(cluster, version, StoreSamples.status(9));
            verify(!result.isWritten(), "compareAndSet with the version of a removed cluster was written");
            int number = i;
            ClusterState state = probe.replace(cluster, status -> StoreSamples.status(number));
            verify(
                    !state.status().equals(StoreSamples.status(9)),
                    "the status of the removed cluster's writer is there");
        }
    }

    private static void acknowledgeOnce(StoreProbe probe, ClusterId cluster) throws Exception {
        String version = ready(probe, cluster);
        verify(
                acknowledge(probe, cluster, version, SAVEPOINT),
                "acknowledgeControl of the pending control answered false");
        ClusterState state = probe.fresh(cluster);
        verify(!acknowledge(probe, cluster, version, SAVEPOINT), "acknowledgeControl answered true again");
        verify(state.control().isEmpty(), "after acknowledgeControl the control is %s", state.control());
        verify(state.spec().equals(SPEC), "acknowledgeControl changed the spec to %s", state.spec());
        verify(state.status().equals(StoreSamples.status(1)), "acknowledgeControl changed the status");
        // The same value set again is a new request.
        probe.setControl(cluster, ControlRequest.SAVEPOINT);
    }

    private static boolean acknowledge(StoreProbe probe, ClusterId cluster, String version, ControlRequest control)
            throws Exception {
        return probe.answer("acknowledgeControl", () -> probe.store().acknowledgeControl(cluster, version, control));
    }
}
