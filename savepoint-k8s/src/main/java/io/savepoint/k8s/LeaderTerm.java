package io.savepoint.k8s;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectorBuilder;
import io.savepoint.spi.Scheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One candidacy: from standing for election until leadership is lost or given up. Safe for use by any number of threads.
 */
final class LeaderTerm {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderElection.class);

    private final Executor threads;
    private final RenewalDeadline deadline;
    private final ElectionLease lease;
    private final CompletableFuture<Void> acquired = new CompletableFuture<>();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final CompletableFuture<?> election;

    /**
     * What holds for every candidacy of a process.
     *
     * @param threads where the elector's requests block
     */
    record Rules(
            KubernetesClient client,
            String namespace,
            String leaseName,
            String identity,
            Duration leaseDuration,
            Duration renewDeadline,
            Duration retryPeriod,
            Scheduler scheduler,
            Executor threads) {}

    private LeaderTerm(Rules rules) {
        this.threads = rules.threads();
        this.deadline = new RenewalDeadline(rules.scheduler(), rules.renewDeadline(), this::giveUp);
        // A renewal is two requests, which leave the deadline no longer than that.
        ApiServer api = new ApiServer(rules.client(), rules.renewDeadline().dividedBy(2));
        this.lease = new ElectionLease(api, rules.namespace(), rules.leaseName(), rules.identity(), deadline);
        LeaderElectionConfig config = new LeaderElectionConfigBuilder()
                .withName(rules.leaseName())
                .withLock(lease)
                .withLeaseDuration(rules.leaseDuration())
                .withRenewDeadline(rules.renewDeadline())
                .withRetryPeriod(rules.retryPeriod())
                // The elector would release it first and tell afterwards, and the work would still be open.
                .withReleaseOnCancel(false)
                .withLeaderCallbacks(new LeaderCallbacks(
                        () -> acquired.complete(null),
                        this::giveUp,
                        leader -> LOG.debug("{} is held by {}", lease.describe(), leader)))
                .build();
        this.election = new LeaderElectorBuilder(rules.client(), threads)
                .withConfig(config)
                .build()
                .start();
        CompletableFuture<?> unused = election.whenComplete((done, thrown) -> giveUp());
    }

    static LeaderTerm begin(Rules rules) {
        return new LeaderTerm(rules);
    }

    boolean isLeading() {
        return acquired.isDone() && !over.isDone();
    }

    /** Waits until it is known whether this process leads, which may take as long as another one does. */
    boolean awaitLeading() {
        CompletableFuture.anyOf(acquired, over).join();
        return isLeading();
    }

    /** Waits until this process leads no more, or may no more be sure to. */
    void awaitOver() {
        over.join();
    }

    void giveUp() {
        over.complete(null);
    }

    /**
     * Stops the elector and releases the Lease.
     *
     * @return completes when no request is under way any more; fails if the Lease could not be released
     */
    CompletableFuture<Void> end() {
        giveUp();
        deadline.stop();
        lease.close();
        return CompletableFuture.runAsync(
                () -> {
                    // Waits for the elector's request, if one is under way.
                    election.cancel(true);
                    lease.release();
                },
                threads);
    }
}
