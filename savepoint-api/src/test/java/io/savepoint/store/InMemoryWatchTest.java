package io.savepoint.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.JobSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a watch of the in-memory store reports beside what every store must. */
class InMemoryWatchTest {
    private static final ClusterId ORDERS = ClusterId.of("default", "orders");
    private static final ControlRequest SAVEPOINT = new ControlRequest(ControlRequest.SAVEPOINT);

    private final InMemoryClusterStateStore store = new InMemoryClusterStateStore();
    private final List<String> versions = new ArrayList<>();

    private String version() {
        return store.state(ORDERS).version();
    }

    @Test
    void aControlThatGoesIsAChangeAndAStatusIsNone() {
        store.put(ORDERS, JobSpec.builder().build());
        store.requestControl(ORDERS, SAVEPOINT.value());
        store.watch(cluster -> versions.add(version()));

        String asked = version();
        assertThat(store.acknowledgeControl(ORDERS, asked, SAVEPOINT).toCompletableFuture())
                .isCompletedWithValue(true);
        assertThat(versions).containsExactly(version()).doesNotContain(asked);

        assertThat(store.acknowledgeControl(ORDERS, version(), SAVEPOINT).toCompletableFuture())
                .as("there is none any more")
                .isCompletedWithValue(false);
        store.compareAndSet(ORDERS, version(), ClusterStatus.empty());
        assertThat(versions).hasSize(1);
    }
}
