package io.savepoint.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.JobSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The removal of the control annotation, against users who change it at the same time. */
@Tag("kubernetes")
class AcknowledgementIT {
    private static final int CHANGES = 1000;

    private final StoreRequests requests = new StoreRequests();
    private KubernetesClient admin;
    private KubernetesClient client;
    private OwnNamespace namespace;
    private KubernetesClusterStateStore store;
    private Resources user;
    private ClusterId orders;

    @BeforeEach
    void a_cluster_with_a_control() throws Exception {
        admin = new KubernetesClientBuilder().build();
        client = requests.client();
        Resources.installCrd(admin);
        namespace = OwnNamespace.create(admin, "acknowledgement");
        user = new Resources(admin);
        orders = ClusterId.of(namespace.name(), "orders");
        store = KubernetesClusterStateStore.builder(client)
                .namespaces(List.of(namespace.name()))
                .build();
        user.put(orders, spec(1));
        setControl("savepoint");
        await().until(() ->
                loaded().filter(state -> state.control().isPresent()).isPresent());
    }

    @AfterEach
    void close() {
        store.close();
        namespace.close();
        client.close();
        admin.close();
    }

    @Test
    void removes_the_annotation_and_no_other_in_one_request() {
        user.annotate(orders, "team", "shop");
        ClusterState state = await().until(
                        this::loaded, found -> versionOfServer().equals(version(found)))
                .orElseThrow();
        requests.taken();

        assertThat(acknowledge(state)).isTrue();
        assertThat(requests.taken()).containsExactly("PATCH");
        assertThat(annotations()).isEqualTo(Map.of("team", "shop"));
        assertThat(loaded().orElseThrow().control()).isEmpty();
    }

    static Stream<Arguments> changes() {
        return Stream.of(
                change("another value", test -> test.setControl("job-cancel"), "job-cancel"),
                change("taken back", test -> test.setControl(null), null),
                change(
                        "taken back and set anew",
                        test -> {
                            test.setControl(null);
                            test.setControl("savepoint");
                        },
                        "savepoint"),
                change("another annotation", test -> test.user.annotate(test.orders, "a", "b"), "savepoint"),
                change("the spec", test -> test.user.put(test.orders, spec(2)), "savepoint"),
                change(
                        "made anew",
                        test -> {
                            test.user.delete(test.orders);
                            test.user.put(test.orders, spec(1));
                            test.setControl("savepoint");
                        },
                        "savepoint"));
    }

    /** The store has looked at everything then. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("changes")
    void is_refused_by_the_server_if_on_its_way(String what, Change change, String left) {
        ClusterState state = loaded().orElseThrow();
        AtomicBoolean changed = new AtomicBoolean();
        requests.beforeEachPatch(() -> {
            if (changed.compareAndSet(false, true)) {
                change.of(this);
            }
        });

        assertThat(acknowledge(state)).isFalse();
        assertThat(changed).as("the request was sent").isTrue();
        assertThat(controlOfServer()).isEqualTo(Optional.ofNullable(left));
        // No watch had to tell it.
        assertThat(loaded().orElseThrow().control().map(ControlRequest::value)).isEqualTo(Optional.ofNullable(left));
    }

    @Test
    void of_a_cluster_that_is_deleted_on_its_way_is_refused() {
        ClusterState state = loaded().orElseThrow();
        requests.beforeEachPatch(() -> user.delete(orders));

        assertThat(acknowledge(state)).isFalse();
        assertThat(loaded()).isEmpty();
    }

    /** Every value is set once, so that a watch tells for each one what became of it. */
    @Test
    void never_removes_what_a_user_set_meanwhile() throws Exception {
        setControl(null);
        List<Optional<String>> history = new CopyOnWriteArrayList<>();
        CompletableFuture<WatcherException> broken = new CompletableFuture<>();
        Map<String, Boolean> acknowledged = new HashMap<>();
        int refused = 0;
        try (Watch watch = watch(history, broken)) {
            CompletableFuture<Void> users = CompletableFuture.runAsync(this::changeTheControlAgainAndAgain);
            while (!users.isDone() || loaded().orElseThrow().control().isPresent()) {
                ClusterState state = loaded().orElseThrow();
                if (state.control().isPresent()) {
                    boolean removed = acknowledge(state);
                    acknowledged.merge(state.control().get().value(), removed, Boolean::logicalOr);
                    refused += removed ? 0 : 1;
                }
            }
            users.join();
            await().until(() -> history.contains(Optional.of(last()))
                    && history.get(history.size() - 1).isEmpty());
        }
        assertThat(broken).isNotDone();

        List<String> removed = Stream.iterate(1, i -> i < history.size(), i -> i + 1)
                .filter(i -> history.get(i).isEmpty())
                .flatMap(i -> history.get(i - 1).stream())
                .toList();
        assertThat(removed)
                .as("what was removed was acknowledged, and the other way round")
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(
                        acknowledged.keySet().stream().filter(acknowledged::get).toList());
        assertThat(removed).contains(last());
        assertThat(refused).as("acknowledgements that came too late").isPositive();
        assertThat(annotations()).isEqualTo(Map.of("n", String.valueOf(CHANGES)));
        System.out.println("acknowledgements against " + CHANGES + " changes of the control: " + removed.size()
                + " removed what they named, " + refused + " were refused");
    }

    private void changeTheControlAgainAndAgain() {
        Random random = new Random(42);
        for (int i = 1; i <= CHANGES; i++) {
            setControl("value-" + i);
            if (random.nextInt(3) == 0 || i == CHANGES) {
                // Makes a newer version under the same control.
                user.annotate(orders, "n", String.valueOf(i));
            }
        }
    }

    private static String last() {
        return "value-" + CHANGES;
    }

    private Watch watch(List<Optional<String>> history, CompletableFuture<WatcherException> broken) {
        return user.resource(orders).watch(new Watcher<>() {
            @Override
            public void eventReceived(Action action, GenericKubernetesResource resource) {
                history.add(control(resource));
            }

            @Override
            public void onClose(WatcherException cause) {
                broken.complete(cause);
            }
        });
    }

    private boolean acknowledge(ClusterState state) {
        return store.acknowledgeControl(orders, state.version(), state.control().orElseThrow())
                .toCompletableFuture()
                .join();
    }

    private Optional<ClusterState> loaded() {
        return store.load(orders).toCompletableFuture().join();
    }

    private void setControl(String value) {
        user.annotate(orders, ControlRequest.ANNOTATION, value);
    }

    private static String version(Optional<ClusterState> state) {
        return state.map(ClusterState::version).orElse("");
    }

    private String versionOfServer() {
        return user.resource(orders).get().getMetadata().getResourceVersion();
    }

    private Map<String, String> annotations() {
        return user.resource(orders).get().getMetadata().getAnnotations();
    }

    private Optional<String> controlOfServer() {
        return control(user.resource(orders).get());
    }

    private static Optional<String> control(GenericKubernetesResource resource) {
        return Optional.ofNullable(resource.getMetadata().getAnnotations())
                .map(annotations -> annotations.get(ControlRequest.ANNOTATION));
    }

    private static JobSpec spec(long generation) {
        return JobSpec.builder()
                .jarFile("/job.jar")
                .savepointGeneration(generation)
                .build();
    }

    private static Arguments change(String what, Change change, String left) {
        return Arguments.of(what, change, left);
    }

    /** What a user does. */
    interface Change {
        void of(AcknowledgementIT test);
    }
}
