package io.savepoint.testing;

import static io.savepoint.testing.FlinkProbe.verify;

import io.savepoint.model.DisposalObservation;
import io.savepoint.model.JobId;
import io.savepoint.model.TriggerId;
import io.savepoint.testing.FlinkTransportContract.Checks;

/** The checks of triggerDisposal and observeDisposal. */
final class FlinkDisposalChecks {
    private FlinkDisposalChecks() {}

    static void addTo(Checks checks) {
        checks.addWithJob("a savepoint is disposed of once, and is missing then", FlinkDisposalChecks::disposesOnce);
        checks.add("a savepoint that never was is missing", probe -> {
            verifyMissing(dispose(probe, probe.fixture().savepointDirectory() + "/savepoint-000000-000000000000"));
        });
        checks.add("a disposal that was never asked for is unknown", probe -> {
            DisposalObservation observation = observe(probe, probe.newTriggerId());
            verify(
                    observation instanceof DisposalObservation.Unknown,
                    "a disposal that never was is observed as %s",
                    observation);
        });
    }

    private static void disposesOnce(FlinkProbe probe, JobId job) throws Exception {
        String kept = probe.takeSavepoint(job);
        String location = probe.takeSavepoint(job);
        DisposalObservation end = dispose(probe, location);
        verify(end instanceof DisposalObservation.Done, "the disposal of %s ended as %s", location, end);
        verifyMissing(dispose(probe, location));
        DisposalObservation other = dispose(probe, kept);
        verify(other instanceof DisposalObservation.Done, "the disposal of %s ended as %s", kept, other);
    }

    private static DisposalObservation dispose(FlinkProbe probe, String location) throws Exception {
        TriggerId disposal =
                probe.answer("triggerDisposal", () -> probe.transport().triggerDisposal(probe.cluster(), location));
        return probe.await(
                "observeDisposal to tell the end of the disposal",
                () -> observe(probe, disposal),
                seen -> !(seen instanceof DisposalObservation.InProgress),
                probe.fixture().timeout());
    }

    private static DisposalObservation observe(FlinkProbe probe, TriggerId disposal) throws Exception {
        return probe.answer("observeDisposal", () -> probe.transport().observeDisposal(probe.cluster(), disposal));
    }

    private static void verifyMissing(DisposalObservation observation) {
        if (observation instanceof DisposalObservation.Missing missing) {
            FlinkProbe.verifyReason(missing.reason());
            return;
        }
        throw new AssertionError("the disposal of a savepoint that is not there ended as " + observation);
    }
}
