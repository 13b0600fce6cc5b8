package io.savepoint.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.SavepointManager;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.JobSpec;
import io.savepoint.store.InMemoryClusterStateStore;
import io.savepoint.testing.FakeFlink;
import io.savepoint.testing.ManualScheduler;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnLoopTest {
    private static final ClusterId ORDERS = ClusterId.of("default", "orders");
    private static final String DIRECTORY = "file:///savepoints";

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void the_loop_is_over_with_the_savepoint_or_when_it_is_given_up(boolean writable) {
        ManualScheduler time = new ManualScheduler();
        FakeFlink flink = FakeFlink.create(time);
        flink.writable(DIRECTORY, writable);
        InMemoryClusterStateStore store = new InMemoryClusterStateStore();
        store.put(
                ORDERS,
                JobSpec.builder()
                        .jarFile("orders.jar")
                        .savepointsDir(DIRECTORY)
                        .savepointGeneration(1)
                        .build());
        try (SavepointManager manager = SavepointManager.builder()
                .store(store)
                .flink(flink)
                .launcher(flink)
                .scheduler(time)
                .build()) {
            manager.start();
            assertThat(time.runUntil(() -> OwnLoop.isOver(store.state(ORDERS).status()), Duration.ofMinutes(10)))
                    .isTrue();
        }
        ClusterStatus status = store.state(ORDERS).status();
        assertThat(OwnLoop.isSaved(status)).isEqualTo(writable);
        if (!writable) {
            assertThat(OwnLoop.reason(status)).contains("given up after 5 attempts");
        }
    }
}
