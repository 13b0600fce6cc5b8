package io.savepoint.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.savepoint.SavepointManager;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.SpecProblem;
import io.savepoint.spi.ExecutorScheduler;
import io.savepoint.testing.FakeFlink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API server ends, and comes back with watches that cannot go on where they were: the manager misses nothing. */
@Tag("kubernetes")
class WatchLossIT {
    private static final ClusterId ORDERS = ClusterId.of("default", "orders");
    private static final ClusterId AUDIT = ClusterId.of("default", "audit");
    /** Client libraries wait for up to half a minute between two attempts. */
    private static final Duration BACK = Duration.ofSeconds(90);

    @TempDir
    Path directory;

    private PrivateApiServer server;
    /** The manager's way to the server; the user's is another one. */
    private Gate gate;

    private ExecutorScheduler scheduler;
    private FakeFlink flink;
    private KubernetesClient admin;
    private KubernetesClient client;
    private KubernetesClusterStateStore store;
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

    @Test
    void a_restarted_server_with_watches_too_old_to_go_on() throws Exception {
        String before =
                new Resources(admin).resource(ORDERS).get().getMetadata().getResourceVersion();
        // The new server's cache begins with the last write of all, and would know a watch from that very one.
        OwnNamespace.create(admin, "later");
        server.down();
        comeBackAfterEditsThatNobodyWatches();

        assertThat(watchFrom(before))
                .as("a watch from where the store was")
                .contains("410", "too old resource version");
        assertEverythingIsServed();
    }

    @Test
    void a_server_that_is_two_minutes_away() throws Exception {
        server.down();
        // The time that it is away is what is tested.
        boolean ignored = new CountDownLatch(1).await(2, TimeUnit.MINUTES);
        comeBackAfterEditsThatNobodyWatches();

        assertEverythingIsServed();
    }

    /** On such a server a manager comes across what no schema keeps out. */
    @Test
    void malformed_specs_and_statuses_under_an_older_crd_are_told_and_never_fatal() throws Exception {
        admin.apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName("flinkclusters.flinkoperator.k8s.io")
                .edit(crd -> {
                    var schema = crd.getSpec().getVersions().get(0).getSchema().getOpenAPIV3Schema();
                    schema.getProperties().clear();
                    schema.setXKubernetesPreserveUnknownFields(true);
                    return crd;
                });
        await("the schema to be gone").atMost(BACK).ignoreExceptions().until(() -> {
            Resources user = new Resources(admin);
            user.patch(
                    ORDERS,
                    "{\"spec\":{\"job\":{\"autoSavepointSeconds\":\"often\",\"savepointGeneration\":-7,"
                            + "\"restartPolicy\":\"Maybe\",\"args\":\"--a\"}}}");
            return true;
        });
        new Resources(admin)
                .patch(
                        AUDIT,
                        "{\"apiVersion\":\"flinkoperator.k8s.io/v1beta1\",\"kind\":\"FlinkCluster\","
                                + "\"spec\":{\"job\":17}}");
        await().atMost(BACK).until(() -> problems(ORDERS).contains("autoSavepointSeconds must be a whole number"));
        assertThat(problems(ORDERS))
                .contains("autoSavepointSeconds", "often", "savepointGeneration must be >= 0, was -7")
                .contains("restartPolicy must be one of", "Maybe", "args must be a list of strings");
        assertThat(problems(AUDIT)).contains("spec.job must be an object, was '17'");

        new Resources(admin).annotate(ORDERS, ControlRequest.ANNOTATION, ControlRequest.SAVEPOINT);
        awaitJob(ORDERS, job -> job.savepointGeneration() == 1);
        assertThat(flink.ledger().runs()).hasSize(1);
    }

    private void comeBackAfterEditsThatNobodyWatches() throws Exception {
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

    private void assertEverythingIsServed() {
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

    private void awaitJob(ClusterId cluster, java.util.function.Predicate<JobStatus> wanted) {
        await("the job of " + cluster)
                .atMost(BACK)
                .until(() -> store.load(cluster)
                        .handle((state, away) ->
                                away == null ? state : Optional.<io.savepoint.model.ClusterState>empty())
                        .toCompletableFuture()
                        .join()
                        .flatMap(state -> state.status().job())
                        .filter(wanted)
                        .isPresent());
    }

    private String problems(ClusterId cluster) {
        return store.load(cluster)
                .toCompletableFuture()
                .join()
                .map(state -> state.problems().stream()
                        .map(SpecProblem::message)
                        .toList()
                        .toString())
                .orElse("");
    }

    /** The first thing that the server says to a watch from that version. */
    private String watchFrom(String version) {
        return admin.raw(
                "/apis/flinkoperator.k8s.io/v1beta1/flinkclusters?watch=1&timeoutSeconds=2&resourceVersion=" + version);
    }

    private static JobSpec spec(long generation) {
        return JobSpec.builder()
                .jarFile("/job.jar")
                .savepointsDir("/sp")
                .savepointGeneration(generation)
                .build();
    }
}
