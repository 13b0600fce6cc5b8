package io.savepoint.testing;

import static io.savepoint.testing.FlinkProbe.verify;

import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.testing.FlinkTransportContract.Checks;
import io.savepoint.testing.FlinkTransportContract.Fixture;
import java.util.Optional;

/** The checks of triggerSavepoint and observeOperation. */
final class FlinkSavepointChecks {
    private FlinkSavepointChecks() {}

    static void addTo(Checks checks) {
        checks.addWithJob("a savepoint completes in its directory, and the job goes on", (probe, job) -> {
            verifyInside(probe.takeSavepoint(job), probe.fixture().savepointDirectory());
            probe.awaitStateSoon(job, FlinkJobState.RUNNING);
        });
        checks.addWithJob("a savepoint in the native format completes", (probe, job) -> {
            SavepointRequest request = new SavepointRequest(
                    job,
                    probe.newTriggerId(),
                    Optional.of(probe.fixture().savepointDirectory()),
                    SavepointFormat.NATIVE);
            probe.awaitLocation(job, probe.trigger(request));
        });
        checks.addWithJob("a trigger id asked for again, during and after, takes no second savepoint", (probe, job) -> {
            SavepointRequest request = probe.request(job, probe.newTriggerId());
            probe.trigger(request);
            probe.trigger(request);
            String location = probe.awaitLocation(job, request.trigger());
            probe.trigger(request);
            String again = probe.awaitLocation(job, request.trigger());
            verify(location.equals(again), "the same id has the locations %s and %s", location, again);
            FlinkHistoryChecks.verifyNothingBeside(probe, job, location);
        });
        checks.addWithJob("two savepoints at a time both complete", (probe, job) -> {
            TriggerId first = probe.trigger(probe.request(job, probe.newTriggerId()));
            TriggerId second = probe.trigger(probe.request(job, probe.newTriggerId()));
            String one = probe.awaitLocation(job, first);
            String other = probe.awaitLocation(job, second);
            verify(!one.equals(other), "two savepoints have one location, %s", one);
        });
        checks.addWithJob("an id that was never asked for, or for another job only, is unknown", (probe, job) -> {
            verifyUnknown(probe, job, probe.newTriggerId());
            TriggerId used = probe.trigger(probe.request(job, probe.newTriggerId()));
            probe.awaitLocation(job, used);
            verifyUnknown(probe, probe.newJobId(), used);
        });
        checks.add("a savepoint of an unknown job is accepted and fails", probe -> {
            JobId unknown = probe.newJobId();
            probe.awaitFailure(unknown, probe.trigger(probe.request(unknown, probe.newTriggerId())));
        });
        checks.addWithJob("a savepoint of a job that has ended is accepted and fails", (probe, job) -> {
            probe.answer("cancelJob", () -> probe.transport().cancelJob(probe.cluster(), job));
            probe.awaitState(job, FlinkJobState.CANCELED);
            probe.awaitFailure(job, probe.trigger(probe.request(job, probe.newTriggerId())));
        });
        checks.addWithJob("a savepoint into an unwritable directory fails, and the job goes on", (probe, job) -> {
            probe.awaitFailure(job, probe.trigger(unwritable(probe, job)));
            probe.takeSavepoint(job);
        });
        checks.addWithJob("a failure sticks to its id", (probe, job) -> {
            TriggerId failed = probe.trigger(unwritable(probe, job));
            String reason = probe.awaitFailure(job, failed);
            probe.trigger(probe.request(job, failed));
            String again = probe.awaitFailure(job, failed);
            verify(reason.equals(again), "the same id failed for '%s' and for '%s'", reason, again);
        });
        checks.addWithJob("the result stays known when the job has ended", (probe, job) -> {
            TriggerId trigger = probe.trigger(probe.request(job, probe.newTriggerId()));
            String location = probe.awaitLocation(job, trigger);
            probe.answer("cancelJob", () -> probe.transport().cancelJob(probe.cluster(), job));
            probe.awaitState(job, FlinkJobState.CANCELED);
            String again = probe.awaitLocation(job, trigger);
            verify(location.equals(again), "the same id has the locations %s and %s", location, again);
        });
        checks.addWithJob("without a target a savepoint goes to Flink's default, or is refused", (probe, job) -> {
            Fixture fixture = probe.fixture();
            SavepointRequest request = probe.request(job, probe.newTriggerId(), Optional.empty());
            Optional<String> defaultDirectory = fixture.defaultSavepointDirectory();
            if (defaultDirectory.isPresent()) {
                verifyInside(probe.awaitLocation(job, probe.trigger(request)), defaultDirectory.get());
            } else {
                probe.verifyFails(
                        FlinkRefusedException.class,
                        "triggerSavepoint",
                        () -> probe.transport().triggerSavepoint(probe.cluster(), request));
            }
        });
    }

    static SavepointRequest unwritable(FlinkProbe probe, JobId job) {
        return probe.request(
                job, probe.newTriggerId(), Optional.of(probe.fixture().unwritableDirectory()));
    }

    private static void verifyUnknown(FlinkProbe probe, JobId job, TriggerId trigger) throws Exception {
        OperationObservation observation = probe.operation(job, trigger);
        verify(
                observation instanceof OperationObservation.Unknown,
                "an operation that never was is observed as %s",
                observation);
    }

    /** Flink spells {@code file:///x} as {@code file:/x}. */
    private static void verifyInside(String location, String directory) {
        String parent = slashesMerged(directory);
        String prefix = parent.endsWith("/") ? parent : parent + "/";
        verify(
                slashesMerged(location).startsWith(prefix),
                "the savepoint lies at %s and not in %s",
                location,
                directory);
    }

    private static String slashesMerged(String uri) {
        return uri.replaceAll("/+", "/");
    }
}
