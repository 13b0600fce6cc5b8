package io.savepoint.policy;

import java.util.List;

/** The policies that make up the {@code FlinkCluster} contract. */
public final class Policies {
    private Policies() {}

    /**
     * The policies a manager has unless it is told otherwise. To replace one, give the manager a list with another one
     * in its place; to add one, append it.
     *
     * @return an unmodifiable list
     */
    public static List<SavepointPolicy> defaults() {
        return List.of(
                RestartFromSavepointOnFailurePolicy.create(),
                StartJobPolicy.create(),
                JobCancelPolicy.create(),
                AnnotationTriggeredPolicy.create(),
                GenerationTriggeredPolicy.create(),
                PeriodicPolicy.create());
    }
}
