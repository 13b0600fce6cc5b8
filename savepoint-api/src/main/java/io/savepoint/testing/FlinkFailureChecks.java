package io.savepoint.testing;

import static io.savepoint.testing.FlinkProbe.verify;

import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.spi.UnknownJobException;
import io.savepoint.testing.FlinkTransportContract.Checks;
import java.util.Optional;

/** The checks of failureCause. */
final class FlinkFailureChecks {
    private FlinkFailureChecks() {}

    static void addTo(Checks checks, String words) {
        checks.add("failureCause tells why a job failed", probe -> tellsCause(probe, words));
        checks.addWithJob("failureCause of a job that did not fail is empty", (probe, job) -> {
            Optional<String> cause = cause(probe, job);
            verify(cause.isEmpty(), "a job that runs has the failure %s", cause);
        });
        checks.add("failureCause of an unknown job fails with UnknownJobException", probe -> {
            JobId unknown = probe.newJobId();
            probe.verifyFails(
                    UnknownJobException.class,
                    "failureCause",
                    () -> probe.transport().failureCause(probe.cluster(), unknown));
        });
    }

    private static void tellsCause(FlinkProbe probe, String words) throws Exception {
        JobId job = probe.startFailingJob();
        probe.awaitState(job, FlinkJobState.FAILED);
        // What Flink says of it may be stale.
        Optional<String> cause = probe.await(
                "failureCause to tell a failure",
                () -> cause(probe, job),
                Optional::isPresent,
                probe.fixture().timeout());
        FlinkProbe.verifyReason(cause.orElseThrow());
        verify(cause.get().contains(words), "'%s' does not have the words '%s'", cause.get(), words);
    }

    private static Optional<String> cause(FlinkProbe probe, JobId job) throws Exception {
        return probe.answer("failureCause", () -> probe.transport().failureCause(probe.cluster(), job));
    }
}
