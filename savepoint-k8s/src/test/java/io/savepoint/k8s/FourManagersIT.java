package io.savepoint.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.savepoint.SavepointManager;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.SavepointResult;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.ClusterStateStore.WriteResult.Outcome;
import io.savepoint.spi.ExecutorScheduler;
import io.savepoint.testing.FakeFlink;
import io.savepoint.testing.FlinkLedger;
import io.savepoint.testing.ForwardingStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Four managers write to one resource of a real API server, and ask one Flink, which counts what it was asked. */
@Tag("kubernetes")
class FourManagersIT {
    private static final int MANAGERS = 4;
    private static final int OPERATIONS = 1000;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final KubernetesClient admin = new KubernetesClientBuilder().build();
    private final OwnNamespace namespace = OwnNamespace.create(admin, "four");
    private final ClusterId cluster = ClusterId.of(namespace.name(), "orders");
    private final ExecutorScheduler scheduler = ExecutorScheduler.create(2);
    private final FakeFlink flink =
            FakeFlink.builder(scheduler).savepointDuration(Duration.ofMillis(2)).build();
    private final AtomicInteger written = new AtomicInteger();
    private final AtomicInteger conflicts = new AtomicInteger();
    private final AtomicInteger untold = new AtomicInteger();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<KubernetesClusterStateStore> stores = new ArrayList<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(MANAGERS);

    @BeforeEach
    void open() throws Exception {
        Resources.installCrd(admin);
        for (int i = 0; i < MANAGERS; i++) {
            KubernetesClient client = new KubernetesClientBuilder().build();
            KubernetesClusterStateStore store = KubernetesClusterStateStore.builder(client)
                    .namespaces(List.of(namespace.name()))
                    .build();
            stores.add(store);
            open.add(client);
            open.add(store);
        }
    }

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        threads.shutdownNow();
        scheduler.close();
        namespace.close();
        admin.close();
    }

    /** All that the store is: as many writes are accepted as are recorded, and none of them is lost. */
    @Test
    void every_accepted_write_is_recorded_once() throws Exception {
        new Resources(admin).put(cluster, JobSpec.builder().savepointsDir("/sp").build());
        List<Callable<Integer>> writers = stores.stream()
                .<Callable<Integer>>map(store -> () -> increment(store, OPERATIONS / MANAGERS))
                .toList();
        int accepted = 0;
        for (Future<Integer> writer : threads.invokeAll(writers, PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            accepted += writer.get();
        }

        assertThat(accepted).isEqualTo(OPERATIONS);
        assertThat(generation(stores.get(0))).isEqualTo(OPERATIONS);
        report("compare-and-set alone");
    }

    /** I1 one-in-flight, I3 exactly-once, I4 generation. */
    @Test
    void every_accepted_call_is_one_savepoint() throws Exception {
        new Resources(admin)
                .put(
                        cluster,
                        JobSpec.builder()
                                .jarFile("/job.jar")
                                .savepointsDir("/sp")
                                .build());
        List<SavepointManager> managers = stores.stream().map(this::start).toList();
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> flink.cluster(cluster).jobs().size() == 1);

        List<Callable<List<SavepointResult>>> callers = managers.stream()
                .<Callable<List<SavepointResult>>>map(manager -> () -> take(manager, OPERATIONS / MANAGERS))
                .toList();
        List<SavepointResult> results = new ArrayList<>();
        for (Future<List<SavepointResult>> caller :
                threads.invokeAll(callers, PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            results.addAll(caller.get());
        }

        assertThat(generation(stores.get(0))).isEqualTo(OPERATIONS);
        List<TriggerId> begun = flink.ledger().attempts().stream()
                .map(FlinkLedger.Savepoint::trigger)
                .toList();
        assertThat(begun).as("what Flink began").hasSize(OPERATIONS).doesNotHaveDuplicates();
        assertThat(flink.savepointsOnDisk()).hasSize(OPERATIONS);
        assertThat(results).hasSize(OPERATIONS - untold.get());
        assertThat(results)
                .extracting(SavepointResult::triggerId)
                .doesNotHaveDuplicates()
                .isSubsetOf(begun);
        assertThat(results).extracting(SavepointResult::generation).doesNotHaveDuplicates();
        System.out.println(untold.get() + " results were recorded by another manager and passed over by the caller's");
        report("savepoints");
    }

    private int increment(KubernetesClusterStateStore store, int times) throws Exception {
        int accepted = 0;
        while (accepted < times) {
            var loaded = store.load(cluster).toCompletableFuture().get(30, TimeUnit.SECONDS);
            if (loaded.isEmpty()) {
                continue; // The informer has not heard of it yet.
            }
            JobStatus job = loaded.get()
                    .status()
                    .job()
                    .orElseGet(() -> JobStatus.builder()
                            .name("orders-job")
                            .state(JobState.RUNNING)
                            .build());
            ClusterStatus next = ClusterStatus.builder()
                    .job(JobStatus.builder()
                            .from(job)
                            .savepointGeneration(job.savepointGeneration() + 1)
                            .build())
                    .build();
            Outcome outcome = store.compareAndSet(cluster, loaded.get().version(), next)
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS)
                    .outcome();
            count(outcome);
            accepted += outcome == Outcome.WRITTEN ? 1 : 0;
        }
        return accepted;
    }

    private SavepointManager start(KubernetesClusterStateStore store) {
        SavepointManager manager = SavepointManager.builder()
                .store(new ForwardingStore(store) {
                    @Override
                    public CompletionStage<WriteResult> compareAndSet(
                            ClusterId id, String version, ClusterStatus status) {
                        return super.compareAndSet(id, version, status).thenApply(result -> {
                            count(result.outcome());
                            return result;
                        });
                    }
                })
                .flink(flink)
                .launcher(flink)
                .observeInterval(Duration.ofMillis(200))
                .build();
        open.add(manager);
        manager.start();
        return manager;
    }

    /** One call after the other, so that no manager has more waiting than its share. */
    private List<SavepointResult> take(SavepointManager manager, int times) {
        List<SavepointResult> results = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            try {
                results.add(manager.takeSavepoint(cluster).join());
            } catch (CompletionException e) {
                // Another manager recorded it, and the next one after it, before this one looked.
                assertThat(e).hasMessageContaining("its result is not in the status any more");
                untold.incrementAndGet();
            }
        }
        return results;
    }

    private long generation(KubernetesClusterStateStore store) throws Exception {
        // What one store has written, another one hears of a moment later.
        Awaitility.await().until(() -> job(store).savepointGeneration() >= OPERATIONS);
        return job(store).savepointGeneration();
    }

    private JobStatus job(KubernetesClusterStateStore store) throws Exception {
        return store.load(cluster)
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS)
                .orElseThrow()
                .status()
                .job()
                .orElseThrow();
    }

    private void count(Outcome outcome) {
        (outcome == Outcome.WRITTEN ? written : conflicts).incrementAndGet();
    }

    private void report(String what) {
        System.out.printf(
                "%s by %d managers: %d writes, %d conflicts%n", what, MANAGERS, written.get(), conflicts.get());
    }
}
