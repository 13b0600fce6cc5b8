package io.savepoint.simulation;

import io.savepoint.model.JobSpec;
import io.savepoint.policy.RetentionPolicy;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * How a run begins.
 *
 * @param flinkVersion whose habits Flink has
 * @param ownDirectories whether each savepoint gets a directory of its own
 * @param managers how many managers there are
 * @param ownLoop whether hosts drive the managers by a loop of their own instead of starting them
 * @param launcher whether the managers can start jobs
 * @param clusters how many clusters there are
 * @param observeInterval how often managers look at a job
 * @param latency how long a request and its answer are on their way at most; they come at once if it is zero
 * @param savepointDuration how long savepoints take
 * @param historyStaleness how old the checkpoint history may be
 * @param recoveryTime how long a JobManager with high availability takes to recover
 * @param unlisted how long jobs are missing after that
 * @param resultStore how long Flink keeps the result of an operation
 * @param preparation how long a process takes to prepare its first submission, as by downloading a jar
 * @param policies which policies decide, by number
 * @param listens whether anybody listens
 * @param inherited what another program has recorded before, by number; 0 for nothing
 * @param calm whether nothing goes wrong, to see how things go then
 * @param spec how the clusters' specs begin
 * @param length how long things go wrong before all is mended
 */
record Setup(
        String flinkVersion,
        boolean ownDirectories,
        int managers,
        boolean ownLoop,
        boolean launcher,
        int clusters,
        Duration observeInterval,
        Duration latency,
        Duration savepointDuration,
        Duration historyStaleness,
        Duration recoveryTime,
        Duration unlisted,
        Duration resultStore,
        Duration preparation,
        int policies,
        boolean listens,
        int inherited,
        boolean calm,
        JobSpec spec,
        Duration length) {
    /** Whether one of the policies serves {@code savepointGeneration}. */
    boolean servesGenerations() {
        return policies != Managers.NO_GENERATIONS;
    }

    /** How many savepoints are kept, if old ones are disposed of. */
    OptionalInt savepointsKept() {
        RetentionPolicy retention = Managers.RETENTIONS.get(policies);
        return retention == null ? OptionalInt.empty() : OptionalInt.of(retention.keptAtMost());
    }

    /** Before 1.15 Flink chooses the ids itself: what gets lost on its way can be found in the history of the job alone. */
    boolean clientIds() {
        return !flinkVersion.startsWith("1.14");
    }
}
