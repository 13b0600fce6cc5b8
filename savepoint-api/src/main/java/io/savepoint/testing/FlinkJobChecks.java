package io.savepoint.testing;

import static io.savepoint.testing.FlinkProbe.verify;

import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.spi.UnknownJobException;
import io.savepoint.testing.FlinkTransportContract.Checks;

/** The checks of observeJob and cancelJob. */
final class FlinkJobChecks {
    private FlinkJobChecks() {}

    static void addTo(Checks checks) {
        checks.addWithJob("observeJob finds a running job", FlinkJobChecks::findsRunningJob);
        checks.add("observeJob does not find an unknown job", probe -> {
            JobObservation observation = probe.observe(probe.newJobId());
            verify(observation instanceof JobObservation.NotFound, "an unknown job was observed as %s", observation);
        });
        checks.addWithJob("cancelJob cancels a running job, and observeJob tells when it ended", (probe, job) -> {
            probe.answer("cancelJob", () -> probe.transport().cancelJob(probe.cluster(), job));
            JobObservation.Found ended = probe.awaitState(job, FlinkJobState.CANCELED);
            verify(
                    ended.endTime()
                            .filter(end -> !end.isBefore(ended.startTime()))
                            .isPresent(),
                    "a job that ended has start and end time %s",
                    ended);
            verify(!ended.readyForSavepoint(), "a job that ended is ready for a savepoint: %s", ended);
        });
        checks.addWithJob("cancelJob of a job that has ended is accepted and changes nothing", (probe, job) -> {
            probe.awaitLocation(job, probe.stop(probe.request(job, probe.newTriggerId()), false));
            probe.awaitStateSoon(job, FlinkJobState.FINISHED);
            probe.answer("cancelJob", () -> probe.transport().cancelJob(probe.cluster(), job));
            probe.awaitStateSoon(job, FlinkJobState.FINISHED);
        });
        checks.add("cancelJob of an unknown job fails with UnknownJobException", probe -> {
            JobId unknown = probe.newJobId();
            probe.verifyFails(
                    UnknownJobException.class,
                    "cancelJob",
                    () -> probe.transport().cancelJob(probe.cluster(), unknown));
        });
    }

    private static void findsRunningJob(FlinkProbe probe, JobId job) throws Exception {
        JobObservation.Found found = probe.awaitState(job, FlinkJobState.RUNNING);
        verify(found.endTime().isEmpty(), "a running job has an end time: %s", found);
        JobObservation again = probe.observe(job);
        verify(found.equals(again), "a job that goes on running was observed as %s and then as %s", found, again);
    }
}
