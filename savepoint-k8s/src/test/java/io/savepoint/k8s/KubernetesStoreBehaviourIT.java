package io.savepoint.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.JobSpec;
import io.savepoint.spi.ClusterStateStore.WriteResult;
import io.savepoint.spi.StoreException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the store does beside its contract: which resources it takes, what it leaves alone, what it costs. */
@Tag("kubernetes")
class KubernetesStoreBehaviourIT {
    private final StoreRequests requests = new StoreRequests();
    private KubernetesClient admin;
    private KubernetesClient client;
    private OwnNamespace namespace;
    private OwnNamespace other;
    private KubernetesClusterStateStore store;
    private Resources user;
    private ClusterId orders;

    @BeforeEach
    void a_store_of_one_namespace() throws Exception {
        admin = new KubernetesClientBuilder().build();
        client = requests.client();
        Resources.installCrd(admin);
        namespace = OwnNamespace.create(admin, "store");
        other = OwnNamespace.create(admin, "store");
        user = new Resources(admin);
        orders = ClusterId.of(namespace.name(), "orders");
        store = KubernetesClusterStateStore.builder(client)
                .namespaces(List.of(namespace.name()))
                .build();
    }

    @AfterEach
    void close() {
        store.close();
        namespace.close();
        other.close();
        client.close();
        admin.close();
    }

    @Test
    void reads_cost_no_request_and_writes_one() {
        ClusterState state = put(orders);
        requests.taken();
        for (int i = 0; i < 100; i++) {
            result(store.load(orders));
            result(store.list());
        }
        assertThat(requests.taken()).as("loads and lists").isEmpty();

        WriteResult first = write(state.version(), status("one"));
        assertThat(write(first.version().orElseThrow(), status("two")).isWritten())
                .isTrue();
        assertThat(requests.taken()).as("two writes").containsExactly("PATCH", "PATCH");
        assertThat(load(orders).status()).isEqualTo(status("two"));
    }

    @Test
    void writes_its_own_keys_only_and_removes_what_is_left_empty() {
        user.patch(orders, """
                {"apiVersion": "flinkoperator.k8s.io/v1beta1", "kind": "FlinkCluster",
                 "spec": {"image": {"name": "flink"}, "job": {"jarFile": "/a.jar", "volumes": [{"name": "v"}]}}}""");
        editStatus("""
                {"state": "Running", "conditions": [{"type": "Ready"}],
                 "components": {"jobManager": {"name": "jm"}, "job": {"state": "Running", "submitter": "me"}},
                 "control": {"name": "savepoint", "state": "Succeeded", "by": "them"}}""");
        awaitVersionOfServer();
        Map<String, Object> before = content();

        assertThat(write(load(orders).version(), status("why")).isWritten()).isTrue();
        assertThat(content().get("spec")).isEqualTo(before.get("spec"));
        assertThat(content().get("status")).isEqualTo(GenericResources.object("""
                        {state: Running, conditions: [{type: Ready}], components: {jobManager: {name: jm}, \
                        job: {submitter: me}}, \
                        control: {name: savepoint, state: InProgress, message: why, updateTime: '1970-01-01T00:00:00Z', by: them}}"""));

        assertThat(write(load(orders).version(), ClusterStatus.empty()).isWritten())
                .isTrue();
        assertThat(content().get("status")).isEqualTo(GenericResources.object("""
                        {state: Running, conditions: [{type: Ready}], components: {jobManager: {name: jm}, \
                        job: {submitter: me}}, control: {by: them}}"""));
    }

    @Test
    void takes_no_session_clusters_and_none_of_other_namespaces() {
        put(orders);
        user.put(ClusterId.of(other.name(), "orders"), spec(1));
        user.patch(ClusterId.of(namespace.name(), "session"), """
                {"apiVersion": "flinkoperator.k8s.io/v1beta1", "kind": "FlinkCluster",
                 "spec": {"jobManager": {}}}""");
        put(ClusterId.of(namespace.name(), "zebra")); // after them

        assertThat(result(store.list())).containsExactlyInAnyOrder(orders, ClusterId.of(namespace.name(), "zebra"));
        assertThat(result(store.load(ClusterId.of(namespace.name(), "session"))))
                .isEmpty();
        assertThat(result(store.load(ClusterId.of(other.name(), "orders")))).isEmpty();
    }

    @Test
    void takes_several_namespaces() {
        ClusterId elsewhere = ClusterId.of(other.name(), "orders");
        try (KubernetesClusterStateStore both = KubernetesClusterStateStore.builder(client)
                .namespaces(List.of(namespace.name(), other.name()))
                .build()) {
            put(orders);
            user.put(elsewhere, spec(1));
            await().untilAsserted(() -> assertThat(result(both.list())).containsExactlyInAnyOrder(orders, elsewhere));
        }
    }

    @Test
    void takes_what_the_label_selector_chooses_for_as_long_as_it_does() {
        List<ClusterId> reports = new CopyOnWriteArrayList<>();
        try (KubernetesClusterStateStore chosen = KubernetesClusterStateStore.builder(client)
                .labelSelector("team=" + namespace.name())
                .build()) {
            result(chosen.synced());
            chosen.watch(reports::add);
            put(orders);
            label(namespace.name());
            await().until(() -> result(chosen.list()).equals(List.of(orders)));
            assertThat(reports).containsExactly(orders);

            label("another");
            await().until(() -> result(chosen.list()).isEmpty());
            await().until(() -> reports.equals(List.of(orders, orders)));
            assertThat(result(chosen.load(orders))).isEmpty();
        }
    }

    @Test
    void a_cluster_that_is_being_deleted_is_left_alone() {
        ClusterState state = put(orders);
        user.patch(orders, "{\"metadata\":{\"finalizers\":[\"example.org/wait\"]}}");
        user.delete(orders);
        await().until(() -> result(store.load(orders)).isEmpty());
        assertThat(result(store.list())).isEmpty();
        assertThat(user.resource(orders).get()).as("it is there still").isNotNull();
        assertThat(write(state.version(), status("late")).isWritten()).isFalse();

        user.patch(orders, "{\"metadata\":{\"finalizers\":null}}");
        await().until(() -> user.resource(orders).get() == null);
    }

    @Test
    void after_a_conflict_it_is_up_to_date_with_no_watch_at_all() {
        ClusterState state = put(orders);
        List<ClusterId> reports = new CopyOnWriteArrayList<>();
        try (KubernetesClient blindClient = blindClient();
                KubernetesClusterStateStore blind = KubernetesClusterStateStore.builder(blindClient)
                        .namespaces(List.of(namespace.name()))
                        .build()) {
            blind.watch(reports::add);
            assertThat(result(blind.load(orders))).isPresent();
            await().until(() -> reports.equals(List.of(orders))); // as it appeared
            user.put(orders, spec(5));
            assertThat(result(blind.load(orders)))
                    .map(ClusterState::version)
                    .as("it cannot know of it")
                    .hasValue(state.version());

            assertThat(result(blind.compareAndSet(orders, state.version(), status("late"))))
                    .isEqualTo(WriteResult.CONFLICT);
            ClusterState fresh = result(blind.load(orders)).orElseThrow();
            assertThat(fresh.spec()).isEqualTo(spec(5));
            assertThat(reports).as("nobody else tells of the new spec").containsExactly(orders, orders);
            assertThat(result(blind.compareAndSet(orders, fresh.version(), status("now")))
                            .isWritten())
                    .isTrue();

            user.delete(orders);
            assertThat(result(blind.compareAndSet(
                            orders, result(blind.load(orders)).orElseThrow().version(), status("gone"))))
                    .isEqualTo(WriteResult.GONE);
            assertThat(result(blind.load(orders))).isEmpty();
        }
    }

    @Test
    void a_version_is_of_one_resource_and_not_of_its_name() {
        ClusterState state = put(orders);
        user.delete(orders);
        user.put(orders, spec(1));

        assertThat(write(state.version(), status("late")).isWritten()).isFalse();
        assertThat(content()).doesNotContainKey("status");
        await().until(() -> result(store.load(orders))
                .filter(made -> !made.version().equals(state.version()))
                .isPresent());
    }

    @Test
    void one_made_anew_while_the_former_is_told_gone_is_not_forgotten() {
        ClusterState state = put(orders);
        requests.noStatus(true);
        requests.beforeEachGet(() -> user.delete(orders));
        requests.afterEachMiss(() -> {
            user.put(orders, spec(2));
            await().until(() -> result(store.load(orders))
                    .filter(made -> made.spec().equals(spec(2)))
                    .isPresent());
        });

        assertThat(write(state.version(), status("late"))).isEqualTo(WriteResult.GONE);
        assertThat(load(orders).spec()).isEqualTo(spec(2));
        requests.noStatus(false);
        assertThat(write(load(orders).version(), status("now")).isWritten()).isTrue();
    }

    @Test
    void a_crd_without_the_status_subresource_is_told_and_not_taken_for_a_deletion() {
        ClusterState state = put(orders);
        requests.noStatus(true);

        assertKeptAfterA404(state, "the CRD has no status subresource");
    }

    @Test
    void a_404_from_what_does_not_know_the_resource_is_told_and_not_taken_for_a_deletion() {
        ClusterState state = put(orders);
        requests.misrouted(true);

        assertKeptAfterA404(state, "this says nothing of the resource");
        requests.misrouted(false);
        assertThat(write(state.version(), status("now")).isWritten()).isTrue();
    }

    @Test
    void tells_of_what_others_change_and_not_of_its_own_writes() {
        ClusterState state = put(orders);
        List<ClusterId> reports = new CopyOnWriteArrayList<>();
        store.watch(reports::add);
        String version = state.version();
        for (int i = 0; i < 20; i++) {
            version = write(version, status("turn " + i)).version().orElseThrow();
        }
        editStatus("{\"state\": \"Running\"}");
        user.put(orders, spec(2));
        await().until(() -> !reports.isEmpty());
        user.annotate(orders, ControlRequest.ANNOTATION, "savepoint");
        await().until(() -> reports.size() == 2);
        // Those before it were handed over before it.
        assertThat(reports).containsExactly(orders, orders);
    }

    @Test
    void a_closed_one_fails_at_once_and_says_so() {
        ClusterState state = put(orders);
        store.close();
        assertFails(store.load(orders), "load " + orders, "the store is closed");
        assertFails(store.list(), "list the clusters", "the store is closed");
        assertFails(store.compareAndSet(orders, state.version(), status("late")), "status", "the store is closed");
        assertFails(
                store.acknowledgeControl(orders, state.version(), new ControlRequest("savepoint")),
                "annotation",
                "the store is closed");
        assertThat(content()).doesNotContainKey("status");
    }

    @Test
    void one_that_is_closed_before_it_has_read_says_so_too() {
        try (KubernetesClusterStateStore unreachable = Resources.unreachableStore()) {
            CompletionStage<Void> synced = unreachable.synced();
            unreachable.close();
            assertFails(synced, "could not be read: the store is closed");
        }
    }

    @Test
    void one_with_a_closed_client_fails_and_says_so() {
        put(orders);
        client.close();
        await().untilAsserted(
                        () -> assertFails(store.load(orders), "load " + orders, "client of the store was closed"));
    }

    private static void assertFails(CompletionStage<?> stage, String... words) {
        assertThatThrownBy(() -> stage.toCompletableFuture()
                        .orTimeout(5, TimeUnit.SECONDS)
                        .join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(StoreException.class)
                .hasMessageContainingAll(words);
    }

    private void assertKeptAfterA404(ClusterState state, String advice) {
        assertFails(
                store.compareAndSet(orders, state.version(), status("lost")),
                "write the status of " + orders,
                "HTTP 404",
                advice);
        assertThat(result(store.load(orders))).contains(state);
    }

    private KubernetesClient blindClient() {
        StoreRequests blind = new StoreRequests();
        blind.blind();
        return blind.client();
    }

    private ClusterState put(ClusterId cluster) {
        user.put(cluster, spec(1));
        await().until(() -> result(store.load(cluster)).isPresent());
        return load(cluster);
    }

    private void label(String team) {
        user.patch(orders, "{\"metadata\":{\"labels\":{\"team\":\"" + team + "\"}}}");
    }

    private void editStatus(String status) {
        user.resource(orders)
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\":" + status + "}");
    }

    private void awaitVersionOfServer() {
        String version = user.resource(orders).get().getMetadata().getResourceVersion();
        await().until(() ->
                result(store.load(orders)).map(ClusterState::version).equals(Optional.of(version)));
    }

    private Map<String, Object> content() {
        GenericKubernetesResource resource = user.resource(orders).get();
        return resource.getAdditionalProperties();
    }

    private ClusterState load(ClusterId cluster) {
        return result(store.load(cluster)).orElseThrow();
    }

    private WriteResult write(String version, ClusterStatus status) {
        return result(store.compareAndSet(orders, version, status));
    }

    private static <T> T result(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static ClusterStatus status(String message) {
        return ClusterStatus.builder()
                .control(ControlStatus.builder()
                        .name("savepoint")
                        .state(ControlState.IN_PROGRESS)
                        .message(message)
                        .updateTime(Instant.EPOCH)
                        .build())
                .build();
    }

    private static JobSpec spec(long generation) {
        return JobSpec.builder()
                .jarFile("/job.jar")
                .savepointGeneration(generation)
                .build();
    }
}
