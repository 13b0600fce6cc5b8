package io.savepoint.examples;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.savepoint.SavepointManager;
import io.savepoint.flink.rest.FlinkRestTransport;
import io.savepoint.flink.rest.RestJobLauncher;
import io.savepoint.k8s.JobManagerEndpoints;
import io.savepoint.k8s.KubernetesClusterStateStore;
import io.savepoint.k8s.KubernetesEventRecorder;
import io.savepoint.model.ClusterId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A Kubernetes operator with a reconcile loop of its own: it calls the manager for a {@code FlinkCluster} that changed or
 * is due, and keeps one timer for each.
 */
public final class OperatorLoop {
    private static final Duration AFTER_A_BUG = Duration.ofMinutes(1);

    private final SavepointManager manager;
    private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
    private final Clock clock = Clock.systemUTC();
    private final Map<ClusterId, Future<?>> timers = new ConcurrentHashMap<>();

    private OperatorLoop(SavepointManager manager) {
        this.manager = manager;
    }

    /**
     * Looks after the FlinkClusters of the API server that KUBECONFIG names, until it is killed.
     *
     * @param args a template of the JobManagers' URLs, such as {@code http://{name}-jobmanager.{namespace}:8081}, and the
     *     namespaces, none for all
     * @throws InterruptedException if the thread was interrupted
     */
    public static void main(String[] args) throws InterruptedException {
        Usage.require(args.length > 0, "OperatorLoop ENDPOINT-TEMPLATE [NAMESPACE...]");
        List<String> namespaces = List.of(args).subList(1, args.length);
        try (KubernetesClient client = new KubernetesClientBuilder().build()) {
            // begin kubernetes
            try (var store = KubernetesClusterStateStore.builder(client)
                    .namespaces(namespaces)
                    .build()) {
                var endpoints = JobManagerEndpoints.template(args[0]); // or of(store), by the resources
                var flink = FlinkRestTransport.create(endpoints::endpointOf);
                try (var manager = SavepointManager.builder()
                        .store(store)
                        .flink(flink)
                        .launcher(RestJobLauncher.create(flink))
                        .listener(KubernetesEventRecorder.create(client, store))
                        .build()) {
                    // end kubernetes
                    OperatorLoop operator = new OperatorLoop(manager);
                    store.watch(operator::reconcile);
                    store.list().toCompletableFuture().join().forEach(operator::reconcile);
                    new CountDownLatch(1).await();
                }
            }
        }
    }

    // begin reconcile
    private void reconcile(ClusterId id) {
        var unused = manager.reconcile(id).whenComplete((done, bug) -> {
            System.out.println(id + " " + (bug == null ? done.outcome() + ": " + done.message() : bug));
            // Trouble with Flink or the store is an outcome; after a bug, too, there is a next time.
            requeue(
                    id,
                    bug == null ? done.nextDue() : Optional.of(clock.instant().plus(AFTER_A_BUG)));
        });
    }

    private void requeue(ClusterId id, Optional<Instant> nextDue) {
        timers.compute(id, (same, before) -> {
            if (before != null) {
                before.cancel(false);
            }
            return nextDue.map(at -> loop.schedule(() -> reconcile(id), millisUntil(at), TimeUnit.MILLISECONDS))
                    .orElse(null); // the cluster is gone
        });
    }
    // end reconcile

    private long millisUntil(Instant at) {
        return Math.max(0, Duration.between(clock.instant(), at).toMillis());
    }
}
