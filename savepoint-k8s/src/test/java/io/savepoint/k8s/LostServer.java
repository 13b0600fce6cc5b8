package io.savepoint.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.savepoint.SavepointManager;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.spi.ExecutorScheduler;
import io.savepoint.testing.FakeFlink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A manager on an API server of its own, which ends and comes back: each test has both for itself. */
abstract class LostServer {
    static final ClusterId ORDERS = ClusterId.of("default", "orders");
    static final ClusterId AUDIT = ClusterId.of("default", "audit");
    /** Client libraries wait for up to half a minute between two attempts. */
    static final Duration BACK = Duration.ofSeconds(90);

    @TempDir
    Path directory;

    PrivateApiServer server;
    /** The manager's way to the server; the user's is another one. */
    private Gate gate;

    private ExecutorScheduler scheduler;
    FakeFlink flink;
    KubernetesClient admin;
    private KubernetesClient client;
    KubernetesClusterStateStore store;
    private SavepointManager manager;

    @BeforeEach
    void a_manager_on_a_server_of_its_own() throws Exception {
        server = PrivateApiServer.in(directory);
        server.up();
        gate = Gate.to(server.port());
        admin = server.client();
        client = server.client(gate.port());
        Resources.installCrd(admin);
        scheduler = ExecutorScheduler.create(2);
        flink = FakeFlink.builder(scheduler)
                .savepointDuration(Duration.ofMillis(100))
                .build();
        store = KubernetesClusterStateStore.create(client);
        manager = SavepointManager.builder()
                .store(store)
                .flink(flink)
                .launcher(flink)
                .observeInterval(Duration.ofMillis(500))
                // Not what brings a change to light here.
                .resyncInterval(Duration.ofHours(1))
                .build();
        manager.start();
        new Resources(admin).put(ORDERS, spec(0));
        awaitJob(ORDERS, job -> job.state() == JobState.RUNNING);
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable opened : Arrays.asList(manager, store, client, admin, gate, scheduler, server)) {
            if (opened != null) { // also after a beginning that failed half-way
                opened.close();
            }
        }
    }

    void comeBackAfterEditsThatNobodyWatches() throws Exception {
        gate.shut();
        await("the watch to break").atMost(BACK).until(() -> !store.isWatching());
        server.up();
        Resources user = new Resources(admin);
        user.put(ORDERS, spec(1));
        user.annotate(ORDERS, ControlRequest.ANNOTATION, ControlRequest.SAVEPOINT);
        user.put(AUDIT, spec(1));
        assertThat(store.isWatching()).as("the store watches again").isFalse();
        gate.open();
    }

    void assertEverythingIsServed() {
        awaitJob(ORDERS, job -> job.savepointGeneration() == 2);
        awaitJob(AUDIT, job -> job.savepointGeneration() == 1);
        await().atMost(BACK)
                .until(() -> store.load(ORDERS)
                        .toCompletableFuture()
                        .join()
                        .filter(state -> state.control().isEmpty())
                        .flatMap(state -> state.status().control())
                        .filter(control -> control.state() == ControlState.SUCCEEDED)
                        .isPresent());
        await().atMost(BACK).until(store::isWatching);
        assertThat(flink.ledger().attempts()).hasSize(3);
        assertThat(flink.ledger().runs()).hasSize(2);
    }

    void awaitJob(ClusterId cluster, Predicate<JobStatus> wanted) {
        await("the job of " + cluster)
                .atMost(BACK)
                .until(() -> store.load(cluster)
                        .handle((state, away) -> away == null ? state : Optional.<ClusterState>empty())
                        .toCompletableFuture()
                        .join()
                        .flatMap(state -> state.status().job())
                        .filter(wanted)
                        .isPresent());
    }

    private static JobSpec spec(long generation) {
        return JobSpec.builder()
                .jarFile("/job.jar")
                .savepointsDir("/sp")
                .savepointGeneration(generation)
                .build();
    }
}
