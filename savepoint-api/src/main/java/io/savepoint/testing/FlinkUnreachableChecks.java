package io.savepoint.testing;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.LaunchRequest;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.testing.FlinkTransportContract.Checks;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;

/** The checks against a JobManager that does not answer. */
final class FlinkUnreachableChecks {
    private FlinkUnreachableChecks() {}

    static void addTo(Checks checks, ClusterId cluster) {
        checks.add("every call for an unreachable cluster fails with FlinkUnreachableException", probe -> {
            FlinkTransport transport = probe.transport();
            JobId job = probe.newJobId();
            TriggerId trigger = probe.newTriggerId();
            SavepointRequest request = probe.request(job, trigger);
            fails(probe, "observeJob", () -> transport.observeJob(cluster, job));
            fails(probe, "triggerSavepoint", () -> transport.triggerSavepoint(cluster, request));
            fails(probe, "stopWithSavepoint", () -> transport.stopWithSavepoint(cluster, request, false));
            fails(probe, "observeOperation", () -> transport.observeOperation(cluster, job, trigger));
            fails(probe, "cancelJob", () -> transport.cancelJob(cluster, job));
            fails(probe, "savepointHistory", () -> transport.savepointHistory(cluster, job));
            if (probe.fixture().disposesOfSavepoints()) {
                String location = probe.fixture().savepointDirectory();
                fails(probe, "triggerDisposal", () -> transport.triggerDisposal(cluster, location));
                fails(probe, "observeDisposal", () -> transport.observeDisposal(cluster, trigger));
            }
            if (probe.fixture().failureWords().isPresent()) {
                fails(probe, "failureCause", () -> transport.failureCause(cluster, job));
            }
            if (probe.fixture().launcher().isPresent()) {
                LaunchRequest launch = new LaunchRequest(job, probe.fixture().jobSpec(), Optional.empty(), false);
                fails(
                        probe,
                        "launch",
                        () -> probe.fixture().launcher().orElseThrow().launch(cluster, launch));
            }
        });
    }

    private static <T> void fails(FlinkProbe probe, String method, Callable<CompletionStage<T>> call) throws Exception {
        probe.verifyFails(FlinkUnreachableException.class, method, call);
    }
}
