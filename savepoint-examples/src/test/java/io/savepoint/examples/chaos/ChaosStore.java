package io.savepoint.examples.chaos;

import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.JobSpec;
import java.util.List;
import java.util.OptionalLong;

/** A real store with one cluster in it, as its user sees it; it tells every status that was ever written. */
interface ChaosStore extends AutoCloseable {
    /** What a {@link ChaosManager} is told. */
    String address();

    void create(JobSpec spec) throws Exception;

    void askGeneration(long generation) throws Exception;

    void period(OptionalLong seconds) throws Exception;

    void annotate(String control) throws Exception;

    ClusterState state() throws Exception;

    /** The statuses written since the last call, in their order; none that {@link #state()} told before is missing. */
    List<ClusterStatus> newStatuses() throws Exception;

    @Override
    void close() throws Exception;
}
