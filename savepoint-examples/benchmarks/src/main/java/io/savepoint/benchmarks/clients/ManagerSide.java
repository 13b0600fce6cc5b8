package io.savepoint.benchmarks.clients;

import io.savepoint.SavepointManager;
import io.savepoint.flink.rest.FlinkRestTransport;
import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.JobId;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.store.InMemoryClusterStateStore;
import io.savepoint.testing.ForwardingStore;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;

/** A manager that serves a raised {@code savepointGeneration}: until the savepoint is recorded. */
final class ManagerSide {
    private static final ClusterId CLUSTER = ClusterId.of("benchmark", "job");

    private ManagerSide() {}

    /** The URL of the JobManager, the job, and the directory for its savepoints. */
    public static void main(String[] args) throws Exception {
        var store = new InMemoryClusterStateStore();
        store.put(CLUSTER, JobSpec.builder().savepointsDir(args[2]).build());
        var unused = store.compareAndSet(CLUSTER, store.state(CLUSTER).version(), running(JobId.of(args[1])));
        BlockingQueue<JobStatus> recorded = new LinkedBlockingQueue<>();
        try (var manager = SavepointManager.builder()
                .store(new ForwardingStore(store) {
                    @Override
                    public CompletionStage<WriteResult> compareAndSet(
                            ClusterId cluster, String version, ClusterStatus status) {
                        return super.compareAndSet(cluster, version, status).thenApply(result -> {
                            if (result.isWritten()) {
                                status.job().ifPresent(recorded::add);
                            }
                            return result;
                        });
                    }
                })
                .flink(FlinkRestTransport.at(args[0]))
                .build()) {
            manager.start();
            Side.serve(() -> take(store, recorded));
        }
    }

    private static ClusterStatus running(JobId job) {
        return ClusterStatus.builder()
                .job(JobStatus.builder()
                        .id(job)
                        .name("benchmark-job")
                        .state(JobState.RUNNING)
                        .build())
                .bookkeeping(Bookkeeping.builder().runningSince(Instant.now()).build())
                .build();
    }

    private static String take(InMemoryClusterStateStore store, BlockingQueue<JobStatus> recorded)
            throws InterruptedException {
        long next = 1
                + store.state(CLUSTER)
                        .status()
                        .job()
                        .map(JobStatus::savepointGeneration)
                        .orElse(0L);
        store.updateSpec(
                CLUSTER,
                spec -> JobSpec.builder().from(spec).savepointGeneration(next).build());
        JobStatus status = recorded.take();
        while (status.savepointGeneration() < next) {
            status = recorded.take();
        }
        return status.savepointLocation().orElseThrow();
    }
}
