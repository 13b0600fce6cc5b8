package io.savepoint.examples;

import io.savepoint.SavepointManager;
import io.savepoint.flink.rest.FlinkRestTransport;
import io.savepoint.flink.rest.RestJobLauncher;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.JobSpec;
import io.savepoint.model.Reconciliation;
import io.savepoint.model.SavepointStatus;
import io.savepoint.policy.GenerationTriggeredPolicy;
import io.savepoint.store.InMemoryClusterStateStore;
import java.time.Clock;
import java.time.Duration;

/** A host with a reconcile loop of its own, as operators have: it calls the manager and is told when to come again. */
public final class OwnLoop {
    private OwnLoop() {}

    /**
     * Starts a job and takes one savepoint of it, or ends with exit code 1 if that cannot be had.
     *
     * @param args Flink's URL, the job's jar, the savepoint directory as Flink sees it
     * @throws InterruptedException if the thread was interrupted
     */
    public static void main(String[] args) throws InterruptedException {
        Usage.require(3, args, "OwnLoop FLINK-URL JOB-JAR SAVEPOINT-DIRECTORY");
        var orders = ClusterId.of("default", "orders");
        var store = new InMemoryClusterStateStore();
        var flink = FlinkRestTransport.at(args[0]);
        store.put(
                orders,
                JobSpec.builder()
                        .jarFile(args[1])
                        .savepointsDir(args[2])
                        .savepointGeneration(1)
                        .build());
        try (var manager = SavepointManager.builder()
                .store(store)
                .flink(flink)
                .launcher(RestJobLauncher.create(flink))
                .build()) {
            while (!isOver(store.state(orders).status())) {
                // begin loop
                Reconciliation done = manager.reconcile(orders).join();
                System.out.println(done.outcome() + ": " + done.message());
                requeueAfter(done);
                // end loop
            }
        }
        ClusterStatus status = store.state(orders).status();
        if (!isSaved(status)) {
            System.err.println("no savepoint was taken: " + reason(status));
            System.exit(1);
        }
    }

    /** Whether the request has ended, be it refused or given up, or no run is left that could serve it. */
    static boolean isOver(ClusterStatus status) {
        String policy = GenerationTriggeredPolicy.create().name();
        return status.bookkeeping().requestsOf(policy).served().isPresent()
                || status.job().filter(job -> job.state().isTerminal()).isPresent();
    }

    static boolean isSaved(ClusterStatus status) {
        return status.job().filter(job -> job.savepointGeneration() == 1).isPresent();
    }

    static String reason(ClusterStatus status) {
        return status.bookkeeping()
                .failureReason()
                .or(() -> status.savepoint().flatMap(SavepointStatus::message))
                .orElse("the job has ended");
    }

    private static void requeueAfter(Reconciliation done) throws InterruptedException {
        Duration delay =
                Duration.between(Clock.systemUTC().instant(), done.nextDue().orElseThrow());
        Thread.sleep(Math.max(0, delay.toMillis()));
    }
}
