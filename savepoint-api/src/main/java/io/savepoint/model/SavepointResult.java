package io.savepoint.model;

/**
 * A savepoint that was asked for by a direct call, completed and recorded.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param cluster the cluster
 * @param jobId the run it is an image of
 * @param triggerId its trigger id
 * @param location where it lies, as Flink spells it
 * @param generation the generation it was recorded as
 */
public record SavepointResult(ClusterId cluster, JobId jobId, TriggerId triggerId, String location, long generation) {}
