package io.savepoint.benchmarks.parts;

import io.savepoint.SavepointManager;
import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.Reconciliation;
import io.savepoint.model.SavepointRecord;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.store.InMemoryClusterStateStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The engine with a store in memory and a Flink that answers at once: what is left is what the engine itself costs. */
@State(Scope.Benchmark)
public class EngineBenchmark {
    private static final ClusterId IDLE = ClusterId.of("default", "idle");
    private static final ClusterId BUSY = ClusterId.of("default", "busy");

    private final InMemoryClusterStateStore store = new InMemoryClusterStateStore();
    private final SavepointManager manager =
            SavepointManager.builder().store(store).flink(new Immediate()).build();

    /** All jobs run, and every savepoint is complete as soon as it is asked for. */
    private static final class Immediate implements FlinkTransport {
        private static final JobObservation RUNNING =
                new JobObservation.Found(FlinkJobState.RUNNING, Instant.EPOCH, Optional.empty(), true);

        @Override
        public CompletionStage<JobObservation> observeJob(ClusterId cluster, JobId job) {
            return CompletableFuture.completedFuture(RUNNING);
        }

        @Override
        public CompletionStage<TriggerId> triggerSavepoint(ClusterId cluster, SavepointRequest request) {
            return CompletableFuture.completedFuture(request.trigger());
        }

        @Override
        public CompletionStage<TriggerId> stopWithSavepoint(
                ClusterId cluster, SavepointRequest request, boolean drain) {
            return triggerSavepoint(cluster, request);
        }

        @Override
        public CompletionStage<OperationObservation> observeOperation(ClusterId cluster, JobId job, TriggerId trigger) {
            return CompletableFuture.completedFuture(
                    new OperationObservation.Completed("file:/savepoints/savepoint-eb314c-b675bfc191c1"));
        }

        @Override
        public CompletionStage<Void> cancelJob(ClusterId cluster, JobId job) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<List<SavepointRecord>> savepointHistory(ClusterId cluster, JobId job) {
            return CompletableFuture.completedFuture(List.of());
        }
    }

    /** Two running jobs. */
    @Setup(Level.Trial)
    public void putJobs() {
        put(IDLE);
        put(BUSY);
    }

    private void put(ClusterId cluster) {
        store.put(
                cluster,
                JobSpec.builder()
                        .savepointsDir("file:///savepoints")
                        .autoSavepointSeconds(3600)
                        .build());
        ClusterStatus status = ClusterStatus.builder()
                .job(JobStatus.builder()
                        .id(JobId.of("ab".repeat(16)))
                        .name(cluster.name() + "-job")
                        .state(JobState.RUNNING)
                        .build())
                .bookkeeping(Bookkeeping.builder().runningSince(Instant.now()).build())
                .build();
        var unused = store.compareAndSet(cluster, store.state(cluster).version(), status);
    }

    /** Ends the manager's threads. */
    @TearDown(Level.Trial)
    public void close() {
        manager.close();
    }

    /** A look at a job of which nothing is to be done. */
    @Benchmark
    public Reconciliation idleTick() {
        return manager.reconcile(IDLE).toCompletableFuture().join();
    }

    /** A savepoint by a raised generation, from the edit to the record: three ticks and three writes. */
    @Benchmark
    public long savepoint() {
        long next = generation() + 1;
        store.updateSpec(
                BUSY,
                spec -> JobSpec.builder().from(spec).savepointGeneration(next).build());
        while (generation() < next) {
            manager.reconcile(BUSY).toCompletableFuture().join();
        }
        return next;
    }

    private long generation() {
        return store.state(BUSY)
                .status()
                .job()
                .map(JobStatus::savepointGeneration)
                .orElse(0L);
    }
}
