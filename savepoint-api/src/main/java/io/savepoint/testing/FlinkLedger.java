package io.savepoint.testing;

import io.savepoint.model.ClusterId;
import io.savepoint.model.DisposalObservation;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.TriggerId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a {@link FakeFlink} really did, whoever asked and whoever learned of it: what the invariants of a savepoint
 * manager are checked against.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param attempts every savepoint and stop that was begun, whatever became of it, in the order of their beginning
 * @param runs every job that was submitted, in the order of submission
 * @param requests how many requests of each kind were made, also in vain, by the name of the method that made them
 * @param disposals every disposal of a savepoint that was begun, in the order of their beginning
 */
public record FlinkLedger(
        List<Savepoint> attempts, List<Run> runs, Map<String, Integer> requests, List<Disposal> disposals) {
    /**
     * Copies the collections.
     *
     * @param attempts every savepoint and stop that was begun, whatever became of it, in the order of their beginning
     * @param runs every job that was submitted, in the order of submission
     * @param requests how many requests of each kind were made, also in vain, by the name of the method that made them
     * @param disposals every disposal of a savepoint that was begun, in the order of their beginning
     */
    public FlinkLedger {
        attempts = List.copyOf(attempts);
        runs = List.copyOf(runs);
        requests = Map.copyOf(requests);
        disposals = List.copyOf(disposals);
    }

    /**
     * The savepoints that exist.
     *
     * @return the completed ones among the attempts
     */
    public List<Savepoint> savepoints() {
        return attempts.stream()
                .filter(attempt -> attempt.outcome() == Outcome.COMPLETED)
                .toList();
    }

    /**
     * How many requests of a kind were made.
     *
     * @param name the name of the method of {@code FlinkTransport} or {@code JobLauncher}
     * @return the number, also counting those that failed
     */
    public int requests(String name) {
        return requests.getOrDefault(name, 0);
    }

    /**
     * A savepoint, or a stop with savepoint.
     *
     * @param cluster where
     * @param job of which job
     * @param trigger under which id
     * @param stop whether it was a stop
     * @param foreign whether it was asked for past the transport, as another user would
     * @param begun when Flink began it
     * @param ended when it ended in any way; empty while it is in progress
     * @param outcome what became of it
     * @param location where it lies; empty unless it is completed
     * @param failure Flink's reason; empty unless it failed
     */
    public record Savepoint(
            ClusterId cluster,
            JobId job,
            TriggerId trigger,
            boolean stop,
            boolean foreign,
            Instant begun,
            Optional<Instant> ended,
            Outcome outcome,
            Optional<String> location,
            Optional<String> failure) {}

    /** What can become of a savepoint. */
    public enum Outcome {
        /** It has not ended. */
        IN_PROGRESS,
        /** It was completed. */
        COMPLETED,
        /** It failed, and Flink says so. */
        FAILED,
        /** It died with its JobManager and left an empty directory. */
        LOST
    }

    /**
     * The disposal of a savepoint.
     *
     * @param cluster which cluster was asked for it
     * @param location what was to be deleted, as it was asked for
     * @param trigger under which id, chosen by Flink
     * @param begun when Flink began it
     * @param ended when it ended in any way; empty while it is in progress
     * @param outcome what became of it; {@link DisposalObservation.Unknown} of one that died with its JobManager, which
     *     leaves the savepoint where it is
     */
    public record Disposal(
            ClusterId cluster,
            String location,
            TriggerId trigger,
            Instant begun,
            Optional<Instant> ended,
            DisposalObservation outcome) {}

    /**
     * One run of a job, from its submission until it ended for good. Restarts by Flink itself and recovery by another
     * JobManager are part of it.
     *
     * @param cluster where
     * @param job the job's id
     * @param restoredFrom the savepoint it was submitted with
     * @param start when it was submitted
     * @param end when it ended; empty while it has not
     * @param endState how it ended; empty while it has not, and when it died with its JobManager
     */
    public record Run(
            ClusterId cluster,
            JobId job,
            Optional<String> restoredFrom,
            Instant start,
            Optional<Instant> end,
            Optional<FlinkJobState> endState) {}
}
