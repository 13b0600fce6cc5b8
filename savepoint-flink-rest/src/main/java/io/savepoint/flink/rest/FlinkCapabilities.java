package io.savepoint.flink.rest;

import io.savepoint.model.SavepointFormat;
import java.util.EnumSet;
import java.util.Set;

/**
 * What the REST API of a cluster can do, which its version of Flink decides; as measured on releases from 1.13 to 2.3. A
 * version without numbers, as of a build of one's own, is taken for a new one.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param version the version as Flink tells it, such as {@code 1.20.5}
 * @param clientTriggerIds whether savepoints and stops take the id that the client chose, so that a repeated request
 *     begins nothing new: from 1.15. Otherwise Flink chooses an id for each request
 * @param formats in which formats savepoints can be taken: {@link SavepointFormat#NATIVE} from 1.15
 * @param endedJobIds whether the JobManager knows the id of a job also after its end, so that a submission repeated under
 *     the same id never runs it a second time: from 1.15
 * @param claimMode whether a job can be told what becomes of the savepoint that it starts from, {@link ClaimMode}: from
 *     1.15
 * @param jobStatusPath whether there is {@code GET /jobs/:jobid/status}: from 1.16. This library does without
 * @param checkpointTrigger whether {@link Checkpoints#trigger} works: from 1.17
 * @param flinkConfiguration whether a submission can carry Flink configuration for the job: from 1.17
 */
public record FlinkCapabilities(
        String version,
        boolean clientTriggerIds,
        Set<SavepointFormat> formats,
        boolean endedJobIds,
        boolean claimMode,
        boolean jobStatusPath,
        boolean checkpointTrigger,
        boolean flinkConfiguration) {
    /**
     * Copies the set.
     *
     * @param version the version as Flink tells it
     * @param clientTriggerIds whether savepoints and stops take the id that the client chose
     * @param formats in which formats savepoints can be taken
     * @param endedJobIds whether the JobManager knows the id of a job also after its end
     * @param claimMode whether a job can be told what becomes of the savepoint that it starts from
     * @param jobStatusPath whether there is {@code GET /jobs/:jobid/status}
     * @param checkpointTrigger whether checkpoints can be triggered
     * @param flinkConfiguration whether a submission can carry Flink configuration for the job
     */
    public FlinkCapabilities {
        formats = Set.copyOf(formats);
    }

    static FlinkCapabilities of(FlinkVersion version) {
        return new FlinkCapabilities(
                version.text(),
                version.takesTriggerIdAndFormat(),
                version.takesTriggerIdAndFormat()
                        ? EnumSet.allOf(SavepointFormat.class)
                        : EnumSet.of(SavepointFormat.CANONICAL),
                version.remembersEndedJobs(),
                version.takesClaimMode(),
                version.hasJobStatus(),
                version.triggersCheckpoints(),
                version.takesConfiguration());
    }

    /** Whether nothing is lacking, so that a newer version would not change it. */
    static boolean areAll(FlinkVersion version) {
        // What came last is here with all before it.
        return version.triggersCheckpoints() && version.takesConfiguration();
    }
}
