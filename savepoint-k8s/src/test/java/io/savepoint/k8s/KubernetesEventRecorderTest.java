package io.savepoint.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.savepoint.model.ClusterId;
import io.savepoint.model.SavepointEvent;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.Level;

/** What needs no API server. */
class KubernetesEventRecorderTest {
    private final KubernetesClient client =
            new KubernetesClientBuilder().withConfig(Config.empty()).build();
    private final KubernetesClusterStateStore store = (KubernetesClusterStateStore) Resources.unreachableStore();

    @AfterEach
    void close() {
        store.close();
        client.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"savepoint-manager", "a", "Op_1.x", "example.com/flink-operator"})
    void takes_names_of_components(String name) {
        assertThat(KubernetesEventRecorder.builder(client, store)
                        .component(name)
                        .build())
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "my operator", "-a", "a-", "a/b/c", "/a", "a/", "\u00e4"})
    void refuses_other_names_of_components(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KubernetesEventRecorder.builder(client, store).component(name))
                .withMessageStartingWith("component must be ")
                .withMessageEndingWith("was '" + name + "'");
    }

    @Test
    void refuses_a_name_of_a_component_that_is_too_long() {
        KubernetesEventRecorder.Builder builder = KubernetesEventRecorder.builder(client, store);
        builder.component("a".repeat(63));

        assertThatIllegalArgumentException().isThrownBy(() -> builder.component("a".repeat(64)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.component("a".repeat(127) + "/b"));
    }

    @Test
    void refuses_a_timeout_of_nothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KubernetesEventRecorder.builder(client, store).requestTimeout(Duration.ZERO))
                .withMessage("requestTimeout must be at least 1 ms, was PT0S");
    }

    @Test
    void warns_of_nothing_at_a_cluster_that_the_store_does_not_know() {
        RecordingLogger log = new RecordingLogger();
        KubernetesEventRecorder.builder(client, store)
                .log(log)
                .build()
                .onEvent(SavepointEvent.builder()
                        .type(SavepointEvent.Type.JOB_LOST)
                        .cluster(ClusterId.of("default", "gone"))
                        .time(Instant.EPOCH)
                        .message("m")
                        .build());

        assertThat(log.at(Level.WARN)).isEmpty();
        assertThat(log.at(Level.DEBUG)).singleElement().asString().contains("default/gone");
    }
}
