package io.savepoint.testing;

import static io.savepoint.testing.FlinkProbe.verify;

import io.savepoint.model.JobId;
import io.savepoint.model.SavepointRecord;
import io.savepoint.spi.UnknownJobException;
import io.savepoint.testing.FlinkTransportContract.Checks;
import java.util.List;

/** The checks of savepointHistory. */
final class FlinkHistoryChecks {
    private FlinkHistoryChecks() {}

    static void addTo(Checks checks) {
        checks.addWithJob("savepointHistory of a job without savepoints is empty", (probe, job) -> {
            List<SavepointRecord> history =
                    probe.answer("savepointHistory", () -> probe.transport().savepointHistory(probe.cluster(), job));
            verify(history.isEmpty(), "the history of a job without savepoints is %s", history);
        });
        checks.addWithJob("savepointHistory tells savepoints and stops, oldest first", (probe, job) -> {
            String first = probe.takeSavepoint(job);
            String second = probe.takeSavepoint(job);
            String third = probe.awaitLocation(job, probe.stop(probe.request(job, probe.newTriggerId()), false));
            List<SavepointRecord> history = probe.awaitHistory(job, third);
            verify(
                    locations(history).equals(List.of(first, second, third)),
                    "the history of %s, %s and %s is %s",
                    first,
                    second,
                    third,
                    history);
            for (SavepointRecord savepoint : history) {
                verify(!savepoint.duration().isNegative(), "a negative duration: %s", savepoint);
                verify(
                        savepoint.stop() == savepoint.location().equals(third),
                        "only the last one was a stop: %s",
                        history);
            }
            verify(
                    !history.get(1)
                            .triggerTime()
                            .isBefore(history.get(0)
                                    .triggerTime()
                                    .plus(history.get(0).duration())),
                    "the second savepoint began before the first one's end: %s",
                    history);
        });
        checks.add("savepointHistory of an unknown job fails with UnknownJobException", probe -> {
            JobId unknown = probe.newJobId();
            probe.verifyFails(
                    UnknownJobException.class,
                    "savepointHistory",
                    () -> probe.transport().savepointHistory(probe.cluster(), unknown));
        });
    }

    /** The history may be stale, so it is asked when it tells a savepoint that was begun after all others had ended. */
    static void verifyNothingBeside(FlinkProbe probe, JobId job, String location) throws Exception {
        String last = probe.takeSavepoint(job);
        List<String> locations = locations(probe.awaitHistory(job, last));
        verify(locations.equals(List.of(location, last)), "%s and %s are not all of %s", location, last, locations);
    }

    private static List<String> locations(List<SavepointRecord> history) {
        return history.stream().map(SavepointRecord::location).toList();
    }
}
