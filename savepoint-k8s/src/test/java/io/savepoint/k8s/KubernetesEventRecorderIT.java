package io.savepoint.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.savepoint.model.ClusterId;
import io.savepoint.model.JobSpec;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointEvent.Type;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

/** Events on a real API server. */
@Tag("kubernetes")
class KubernetesEventRecorderIT {
    private static final String NAMESPACE =
            "events-" + UUID.randomUUID().toString().substring(0, 8);
    private static final Instant START = Instant.parse("2026-01-01T00:00:00.250Z");
    private static final Duration REST = Duration.ofMillis(300);

    private static KubernetesClient client;
    private static KubernetesClusterStateStore store;
    private static final AtomicInteger clusters = new AtomicInteger();

    private final RecordingLogger log = new RecordingLogger();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private KubernetesClient writing;
    private ClusterId cluster;
    private KubernetesEventRecorder recorder;

    @BeforeAll
    static void open() throws Exception {
        client = new KubernetesClientBuilder().build();
        Resources.installCrd(client);
        client.namespaces()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(NAMESPACE)
                        .endMetadata()
                        .build())
                .create();
        store = KubernetesClusterStateStore.builder(client)
                .namespaces(List.of(NAMESPACE))
                .build();
    }

    @AfterAll
    static void close() {
        store.close();
        client.genericKubernetesResources("flinkoperator.k8s.io/v1beta1", "FlinkCluster")
                .inNamespace(NAMESPACE)
                .delete();
        client.v1().events().inNamespace(NAMESPACE).delete();
        client.namespaces().withName(NAMESPACE).delete();
        Namespace left = client.namespaces().withName(NAMESPACE).get();
        if (left != null) {
            // Servers for tests often have no controller that does this.
            left.getSpec().setFinalizers(List.of());
            client.raw("/api/v1/namespaces/" + NAMESPACE + "/finalize", "PUT", left);
        }
        client.close();
    }

    @BeforeEach
    void putCluster() {
        cluster = ClusterId.of(NAMESPACE, "orders-" + clusters.incrementAndGet());
        new Resources(client).put(cluster, JobSpec.builder().jarFile("a.jar").build());
        await().until(() -> store.resource(cluster).isPresent());
        writing = new KubernetesClientBuilder()
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("count", new Interceptor() {
                    @Override
                    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
                        requests.add(request.method());
                    }
                }))
                .build();
        recorder = recorder(writing);
    }

    @AfterEach
    void closeClient() {
        writing.close();
    }

    @Test
    void writes_an_event_of_the_resource_for_every_type() {
        for (Type type : Type.values()) {
            recorder.onEvent(event(type, "told of " + type, START.plusSeconds(type.ordinal())));
        }
        await().untilAsserted(() -> assertThat(events()).hasSize(Type.values().length));

        assertThat(events().stream()
                        .collect(Collectors.toMap(
                                Event::getMessage, event -> event.getReason() + " " + event.getType())))
                .containsEntry("told of SAVEPOINT_REQUESTED", "SavepointRequested Normal")
                .containsEntry("told of SAVEPOINT_TRIGGERED", "SavepointTriggered Normal")
                .containsEntry("told of SAVEPOINT_COMPLETED", "SavepointCreated Normal")
                .containsEntry("told of SAVEPOINT_FAILED", "SavepointFailed Warning")
                .containsEntry("told of CONTROL_REQUESTED", "ControlRequested Normal")
                .containsEntry("told of CONTROL_SUCCEEDED", "ControlSucceeded Normal")
                .containsEntry("told of CONTROL_FAILED", "ControlFailed Warning")
                .containsEntry("told of JOB_STARTED", "JobStarted Normal")
                .containsEntry("told of JOB_RESTARTED", "JobRestarted Normal")
                .containsEntry("told of JOB_RUNNING", "JobRunning Normal")
                .containsEntry("told of JOB_SUBMISSION_FAILED", "JobSubmissionFailed Warning")
                .containsEntry("told of JOB_FAILED", "JobFailed Warning")
                .containsEntry("told of JOB_LOST", "JobLost Warning")
                .containsEntry("told of JOB_CANCELLED", "JobCancelled Normal")
                .containsEntry("told of JOB_SUCCEEDED", "JobSucceeded Normal")
                .containsEntry("told of REQUEST_REFUSED", "RequestRefused Warning")
                .containsEntry("told of FLINK_UNREACHABLE", "FlinkUnreachable Warning")
                .containsEntry("told of FLINK_REACHABLE", "FlinkReachable Normal")
                .containsEntry("told of SPEC_INVALID", "SpecInvalid Warning");
        var resource = new Resources(client).resource(cluster).get();
        assertThat(events()).allSatisfy(event -> {
            assertThat(event.getInvolvedObject().getApiVersion()).isEqualTo("flinkoperator.k8s.io/v1beta1");
            assertThat(event.getInvolvedObject().getKind()).isEqualTo("FlinkCluster");
            assertThat(event.getInvolvedObject().getUid())
                    .isEqualTo(resource.getMetadata().getUid());
            assertThat(event.getInvolvedObject().getResourceVersion())
                    .isEqualTo(resource.getMetadata().getResourceVersion());
            assertThat(event.getSource().getComponent()).isEqualTo("savepoint-manager");
            assertThat(event.getReportingComponent()).isEqualTo("savepoint-manager");
            assertThat(event.getCount()).isEqualTo(1);
            assertThat(event.getFirstTimestamp()).isEqualTo(event.getLastTimestamp());
        });
        assertThat(requests).hasSize(Type.values().length).containsOnly("POST");
    }

    @Test
    void counts_equal_ones_in_one_event_with_few_requests() {
        IntStream.range(0, 200)
                .parallel()
                .forEach(i -> recorder.onEvent(event(Type.JOB_FAILED, "out of slots", START.plusSeconds(i))));

        await().untilAsserted(() -> assertThat(events())
                .singleElement()
                .satisfies(only -> assertThat(only.getCount()).isEqualTo(200))
                .satisfies(only -> assertThat(only.getLastTimestamp()).isEqualTo("2026-01-01T00:03:19Z")));
        assertThat(requests).hasSizeLessThanOrEqualTo(4).startsWith("POST");
        assertThat(requests.stream().skip(1)).isNotEmpty().containsOnly("PATCH");
    }

    @Test
    void combines_those_that_differ_in_the_message_only() {
        for (int i = 0; i < 50; i++) {
            recorder.onEvent(event(Type.SAVEPOINT_COMPLETED, "savepoint " + i, START.plusSeconds(i)));
        }

        await().untilAsserted(() -> assertThat(events())
                .filteredOn(event -> event.getCount() > 1)
                .singleElement()
                .satisfies(combined -> assertThat(combined.getCount()).isEqualTo(40))
                .satisfies(combined ->
                        assertThat(combined.getMessage()).isEqualTo("(combined from similar events): savepoint 49")));
        await().untilAsserted(() -> assertThat(events()).hasSize(11));
    }

    @Test
    void bounds_messages() {
        recorder.onEvent(event(Type.JOB_FAILED, "\u00e4".repeat(3000), START));

        await().untilAsserted(() -> assertThat(events())
                .singleElement()
                .satisfies(event -> assertThat(event.getMessage().getBytes(StandardCharsets.UTF_8))
                        .hasSizeBetween(1020, 1024)));
    }

    @Test
    void makes_an_event_anew_that_is_gone() {
        recorder.onEvent(event(Type.JOB_FAILED, "out of slots", START));
        await().untilAsserted(() -> assertThat(events()).hasSize(1));
        client.resource(events().get(0)).delete();
        recorder.onEvent(event(Type.JOB_FAILED, "out of slots", START.plusSeconds(1)));

        await().untilAsserted(() -> assertThat(events())
                .singleElement()
                .satisfies(event -> assertThat(event.getCount()).isEqualTo(2)));
        assertThat(log.at(Level.WARN)).isEmpty();
    }

    @Test
    void makes_no_second_event_after_a_lost_answer() {
        recorder.onEvent(event(Type.JOB_FAILED, "out of slots", START));
        await().untilAsserted(() -> assertThat(events()).hasSize(1));
        // Another recorder knows of the Event as little as one whose answer was lost.
        KubernetesEventRecorder other = recorder(client);
        other.onEvent(event(Type.JOB_FAILED, "out of slots", START));
        other.onEvent(event(Type.JOB_FAILED, "out of slots", START.plusSeconds(1)));

        await().untilAsserted(() -> assertThat(events())
                .singleElement()
                .satisfies(event -> assertThat(event.getCount()).isEqualTo(2)));
        assertThat(log.at(Level.WARN)).isEmpty();
    }

    @Test
    void warns_once_when_it_may_not_write() {
        try (KubernetesClient nobody = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(client.getConfiguration())
                        .withImpersonateUsername("nobody")
                        .build())
                .build()) {
            KubernetesEventRecorder forbidden = recorder(nobody);
            Arrays.stream(Type.values()).forEach(type -> forbidden.onEvent(event(type, "m", START)));

            await().until(() -> log.at(Level.DEBUG).size() == Type.values().length - 1);
            assertThat(log.at(Level.WARN))
                    .singleElement()
                    .asString()
                    .contains(" of " + cluster + " is lost", "HTTP 403", "a Role must allow it");
            assertThat(events()).isEmpty();
        }
    }

    @Test
    void warns_once_when_the_api_server_is_down_or_the_client_closed() {
        KubernetesClient nowhere = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(client.getConfiguration())
                        .withMasterUrl("https://127.0.0.1:1")
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
        KubernetesEventRecorder down = recorder(nowhere);
        down.onEvent(event(Type.JOB_FAILED, "m", START));
        await().until(() -> log.at(Level.WARN).size() == 1);
        nowhere.close();
        down.onEvent(event(Type.JOB_LOST, "m", START));
        down.onEvent(event(Type.JOB_RESTARTED, "m", START));

        await().until(() -> log.at(Level.DEBUG).size() == 2);
        assertThat(log.at(Level.WARN)).singleElement().asString().contains("127.0.0.1:1");
    }

    @Test
    void writes_nothing_of_a_cluster_that_is_gone() {
        ClusterId gone = ClusterId.of(NAMESPACE, "gone");
        recorder.onEvent(SavepointEvent.builder()
                .from(event(Type.JOB_LOST, "m", START))
                .cluster(gone)
                .build());
        recorder.onEvent(event(Type.JOB_LOST, "m", START));

        await().untilAsserted(() -> assertThat(events()).hasSize(1));
        assertThat(requests).containsExactly("POST");
    }

    private KubernetesEventRecorder recorder(KubernetesClient by) {
        return KubernetesEventRecorder.builder(by, store).rest(REST).log(log).build();
    }

    private List<Event> events() {
        return client.v1()
                .events()
                .inNamespace(NAMESPACE)
                .withField("involvedObject.name", cluster.name())
                .list()
                .getItems();
    }

    private SavepointEvent event(Type type, String message, Instant time) {
        return SavepointEvent.builder()
                .type(type)
                .cluster(cluster)
                .time(time)
                .message(message)
                .build();
    }
}
