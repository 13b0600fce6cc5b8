package io.savepoint.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.savepoint.model.SavepointEvent.Type;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

class EventSenderTest {
    @Test
    void takes_whatever_goes_wrong_for_a_loss() {
        KubernetesSerialization broken = new KubernetesSerialization() {
            @Override
            public <T> String asJson(T object) {
                throw new IllegalStateException("no JSON today");
            }
        };
        RecordingLogger log = new RecordingLogger();
        try (KubernetesClient client = new KubernetesClientBuilder()
                .withConfig(Config.empty())
                .withKubernetesSerialization(broken)
                .build()) {
            ApiServer api = new ApiServer(client, Duration.ofSeconds(1));
            EventTally tally = new EventTally(
                    new ObjectReferenceBuilder()
                            .withNamespace("default")
                            .withName("orders")
                            .withUid("uid")
                            .build(),
                    EventReason.of(Type.JOB_FAILED),
                    "out of slots",
                    Instant.EPOCH);

            assertThat(new EventSender(api, "me", new EventLosses(log)).send(tally))
                    .isCompleted();
        }

        assertThat(log.at(Level.WARN)).singleElement().asString().contains("out of slots", "no JSON today");
    }
}
