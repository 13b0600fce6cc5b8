package io.savepoint.k8s;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What an election says before it asks anybody. */
class LeaderElectionTest {
    private static final KubernetesClient CLIENT =
            new KubernetesClientBuilder().withConfig(Config.empty()).build();

    @AfterAll
    static void close() {
        CLIENT.close();
    }

    @Test
    void names_are_needed() {
        refused("namespace must not be blank", () -> LeaderElection.builder(CLIENT, " ", "lease"));
        refused("leaseName must not be blank", () -> LeaderElection.builder(CLIENT, "default", ""));
        refused("identity must not be blank", () -> builder().identity(""));
    }

    @Test
    void durations_fit_each_other() {
        refused(
                "leaseDuration must be more than renewDeadline (PT10S), was PT10S",
                () -> builder().leaseDuration(Duration.ofSeconds(10)).build());
        refused(
                "renewDeadline must be more than 2.2 times retryPeriod (PT2S), was PT4.4S",
                () -> builder().renewDeadline(Duration.ofMillis(4400)).build());
        refused(
                "leaseDuration must be whole seconds, was PT15.5S",
                () -> builder().leaseDuration(Duration.ofMillis(15500)).build());
        refused(
                "leaseDuration must be whole seconds, was PT0S",
                () -> builder().leaseDuration(Duration.ZERO).build());
        refused(
                "retryPeriod must be at least 1 ms, was PT-1S",
                () -> builder().retryPeriod(Duration.ofSeconds(-1)).build());
        assertThatCode(() -> builder()
                        .leaseDuration(Duration.ofSeconds(1))
                        .renewDeadline(Duration.ofMillis(4))
                        .retryPeriod(Duration.ofMillis(1))
                        .build()
                        .close())
                .as("the least that fabric8 takes")
                .doesNotThrowAnyException();
    }

    @Test
    void is_not_started_after_it_was_closed() {
        LeaderElection election = builder().build();
        election.close();
        election.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> election.start(() -> () -> {}))
                .withMessageContaining("build a new one");
    }

    private static LeaderElection.Builder builder() {
        return LeaderElection.builder(CLIENT, "default", "lease");
    }

    private static void refused(String message, Runnable call) {
        assertThatIllegalArgumentException().isThrownBy(call::run).withMessage(message);
    }
}
