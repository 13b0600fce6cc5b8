package io.savepoint.model;

import java.util.List;
import java.util.Optional;

/**
 * All that a store knows of a cluster at one version.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param id the cluster
 * @param version the store's own mark of this state, compared for equality only; any write changes it
 * @param spec what the user wants, without the fields named by {@code problems}
 * @param control the user control that waits to be accepted
 * @param status what is recorded
 * @param problems what could not be read: reported to the user, never fatal
 */
public record ClusterState(
        ClusterId id,
        String version,
        JobSpec spec,
        Optional<ControlRequest> control,
        ClusterStatus status,
        List<SpecProblem> problems) {
    /**
     * Copies the list.
     *
     * @param id the cluster
     * @param version the store's own mark of this state, compared for equality only; any write changes it
     * @param spec what the user wants, without the fields named by {@code problems}
     * @param control the user control that waits to be accepted
     * @param status what is recorded
     * @param problems what could not be read: reported to the user, never fatal
     */
    public ClusterState {
        problems = List.copyOf(problems);
    }
}
