package io.savepoint.testing;

import static io.savepoint.testing.FlinkProbe.verify;

import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.testing.FlinkTransportContract.Checks;

/** The checks of stopWithSavepoint. */
final class FlinkStopChecks {
    private FlinkStopChecks() {}

    static void addTo(Checks checks) {
        checks.addWithJob("a stop completes, and the job has finished", (probe, job) -> stop(probe, job, false));
        checks.addWithJob("a stop with drain completes, and the job has finished", (probe, job) -> {
            stop(probe, job, true);
        });
        checks.addWithJob("a stop asked for again under its id, during and after, is safe", (probe, job) -> {
            SavepointRequest request = probe.request(job, probe.newTriggerId());
            probe.stop(request, false);
            probe.stop(request, false);
            String location = probe.awaitLocation(job, request.trigger());
            probe.stop(request, false);
            String again = probe.awaitLocation(job, request.trigger());
            verify(location.equals(again), "the same id has the locations %s and %s", location, again);
            probe.awaitStateSoon(job, FlinkJobState.FINISHED);
            int count = probe.awaitHistory(job, location).size();
            verify(count == 1, "one stop took %s savepoints", count);
        });
        checks.addWithJob("a stop under the id of a savepoint does not stop the job", (probe, job) -> {
            TriggerId used = probe.trigger(probe.request(job, probe.newTriggerId()));
            String location = probe.awaitLocation(job, used);
            probe.stop(probe.request(job, used), false);
            String again = probe.awaitLocation(job, used);
            verify(location.equals(again), "the same id has the locations %s and %s", location, again);
            probe.takeSavepoint(job);
        });
        checks.add("a stop of an unknown job is accepted and fails", probe -> {
            JobId unknown = probe.newJobId();
            probe.awaitFailure(unknown, probe.stop(probe.request(unknown, probe.newTriggerId()), false));
        });
        checks.addWithJob("a stop into an unwritable directory fails, and the job goes on", (probe, job) -> {
            probe.awaitFailure(job, probe.stop(FlinkSavepointChecks.unwritable(probe, job), false));
            probe.awaitStateSoon(job, FlinkJobState.RUNNING);
            probe.takeSavepoint(job);
        });
    }

    private static void stop(FlinkProbe probe, JobId job, boolean drain) throws Exception {
        probe.awaitLocation(job, probe.stop(probe.request(job, probe.newTriggerId()), drain));
        probe.awaitStateSoon(job, FlinkJobState.FINISHED);
    }
}
