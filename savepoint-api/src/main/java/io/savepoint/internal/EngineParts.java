package io.savepoint.internal;

import io.savepoint.model.SavepointEvent;
import io.savepoint.policy.SavepointPolicy;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.JobLauncher;
import io.savepoint.spi.Scheduler;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * What the engine works with.
 *
 * @param store where the record lies
 * @param transport the way to Flink
 * @param launcher how jobs are submitted, if they are
 * @param policies what decides
 * @param listeners who is told
 * @param scheduler the source of time
 * @param random where ids come from
 * @param ownDirectories whether each savepoint gets a directory of its own, named by its trigger id
 * @param historySize how many recorded savepoints the status lists
 * @param limit how many savepoints may be under way at once
 * @param failure makes the exception that a direct call fails with
 */
public record EngineParts(
        ClusterStateStore store,
        FlinkTransport transport,
        Optional<JobLauncher> launcher,
        List<SavepointPolicy> policies,
        List<Consumer<SavepointEvent>> listeners,
        Scheduler scheduler,
        RandomGenerator random,
        boolean ownDirectories,
        int historySize,
        ConcurrencyLimit limit,
        Function<String, RuntimeException> failure) {
    /** Copies the lists. */
    public EngineParts {
        policies = List.copyOf(policies);
        listeners = List.copyOf(listeners);
    }
}
