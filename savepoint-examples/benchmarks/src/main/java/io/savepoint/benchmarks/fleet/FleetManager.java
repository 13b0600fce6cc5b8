package io.savepoint.benchmarks.fleet;

import io.savepoint.SavepointManager;
import io.savepoint.flink.rest.FlinkRestTransport;
import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.SavepointEvent;
import io.savepoint.store.InMemoryClusterStateStore;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** The SDK, looking after a fleet. Tells what it used between the plan's times. */
final class FleetManager {
    private static final Duration SETTLES = Duration.ofSeconds(3);

    private FleetManager() {}

    /** The numbers of the plan. */
    public static void main(String[] args) {
        FleetPlan plan = FleetPlan.of(args);
        AtomicInteger completed = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        var store = new InMemoryClusterStateStore();
        var flink = FlinkRestTransport.create(cluster -> plan.url(FleetPlan.jobOf(cluster)));
        try (var manager = SavepointManager.builder()
                .store(store)
                .flink(flink)
                .listener(event -> {
                    if (event.type() == SavepointEvent.Type.SAVEPOINT_COMPLETED) {
                        completed.incrementAndGet();
                    } else if (event.type() == SavepointEvent.Type.SAVEPOINT_FAILED) {
                        failed.incrementAndGet();
                    }
                })
                .build()) {
            loadCode(plan, flink);
            long emptyHeap = Usage.liveHeap();
            for (int job = 0; job < plan.jobsInAll(); job++) {
                put(store, plan, job);
            }
            long recorded = Usage.liveHeap() - emptyHeap;
            Usage.waitUntil(plan.start());
            manager.start();

            Usage.waitUntil(plan.idleSince());
            Usage.tell("heapOfRecord", recorded);
            Usage.tell("heap", Usage.liveHeap() - emptyHeap);
            Usage.waitUntil(plan.windowBegin());

            Stopwatch cpu = Stopwatch.start();
            Usage.waitUntil(plan.windowEnd());
            cpu.tell();
            Usage.waitUntil(plan.windowEnd().plus(SETTLES));
            Usage.tell("completed", completed.get());
            Usage.tell("failed", failed.get());
            Usage.tell("threads", ManagementFactory.getThreadMXBean().getPeakThreadCount());
        }
        Usage.tellDone();
    }

    /** Looks at one job, so that what is loaded once is not taken for part of the jobs. */
    private static void loadCode(FleetPlan plan, FlinkRestTransport flink) {
        var store = new InMemoryClusterStateStore();
        put(store, plan, 0);
        try (var manager = SavepointManager.builder().store(store).flink(flink).build()) {
            manager.reconcile(FleetPlan.cluster(0)).toCompletableFuture().join();
        }
    }

    private static void put(InMemoryClusterStateStore store, FleetPlan plan, int job) {
        ClusterId cluster = FleetPlan.cluster(job);
        store.put(
                cluster,
                JobSpec.builder()
                        .jarFile("https://jars.example/fleet-job-" + job + ".jar")
                        .savepointsDir("file:///savepoints/" + job)
                        .autoSavepointSeconds(plan.periodSeconds())
                        .build());
        ClusterStatus status = ClusterStatus.builder()
                .job(JobStatus.builder()
                        .id(FleetPlan.jobId(job))
                        .name(cluster.name() + "-job")
                        .state(JobState.RUNNING)
                        .build())
                .bookkeeping(Bookkeeping.builder()
                        .runningSince(plan.runningSince(job))
                        .build())
                .build();
        var unused = store.compareAndSet(cluster, store.state(cluster).version(), status);
    }
}
