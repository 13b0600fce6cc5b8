package io.savepoint.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.JobSpec;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.testing.ClusterStateStoreContract;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class InMemoryClusterStateStoreTest {
    private static final ClusterId ORDERS = ClusterId.of("default", "orders");
    private static final JobSpec SPEC = JobSpec.builder().savepointsDir("/sp").build();

    private final InMemoryClusterStateStore store = new InMemoryClusterStateStore();

    @TestFactory
    Stream<DynamicTest> keepsTheContract() {
        return ClusterStateStoreContract.checks(new Fixture(store)).stream()
                .map(check -> DynamicTest.dynamicTest(check.name(), check::run));
    }

    @Test
    void changesASpecInPlace() {
        store.put(ORDERS, SPEC);
        store.requestControl(ORDERS, ControlRequest.SAVEPOINT);

        store.updateSpec(
                ORDERS,
                spec -> JobSpec.builder().from(spec).savepointGeneration(1).build());

        assertThat(store.state(ORDERS).spec().savepointGeneration()).isEqualTo(1);
        assertThat(store.state(ORDERS).spec().savepointsDir()).hasValue("/sp");
        assertThat(store.state(ORDERS).control()).hasValue(new ControlRequest("savepoint"));
    }

    @Test
    void saysWhichClusterIsMissing() {
        assertThatThrownBy(() -> store.state(ORDERS))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessageContaining("default/orders");
        assertThatThrownBy(() -> store.requestControl(ORDERS, "savepoint")).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() -> store.updateSpec(ORDERS, spec -> spec)).isInstanceOf(NoSuchElementException.class);
        store.remove(ORDERS);
    }

    @Test
    void reportsAfterTheWriteAndSurvivesAListenerThatThrows() {
        List<JobSpec> seen = new ArrayList<>();
        store.watch(cluster -> {
            throw new IllegalStateException("on purpose");
        });
        store.watch(cluster -> seen.add(store.state(cluster).spec()));

        store.put(ORDERS, SPEC);

        assertThat(seen).containsExactly(SPEC);
    }

    @Test
    void aStatusWriteIsNotReported() {
        store.put(ORDERS, SPEC);
        List<ClusterId> reported = new ArrayList<>();
        store.watch(reported::add);

        store.compareAndSet(ORDERS, store.state(ORDERS).version(), ClusterStatus.empty());

        assertThat(reported).isEmpty();
    }

    @Test
    void keepsTimesAsPreciselyAsOtherStoresDo() {
        store.put(ORDERS, SPEC);
        ClusterStatus status = ClusterStatus.builder()
                .lastUpdateTime(Instant.parse("2019-11-20T01:50:39.999Z"))
                .build();

        store.compareAndSet(ORDERS, store.state(ORDERS).version(), status);

        assertThat(store.state(ORDERS).status().lastUpdateTime()).hasValue(Instant.parse("2019-11-20T01:50:39Z"));
    }

    private record Fixture(InMemoryClusterStateStore memory) implements ClusterStateStoreContract.Fixture {
        @Override
        public ClusterStateStore store() {
            return memory;
        }

        @Override
        public void putSpec(ClusterId cluster, JobSpec spec) {
            memory.put(cluster, spec);
        }

        @Override
        public void setControl(ClusterId cluster, String value) {
            memory.requestControl(cluster, value);
        }

        @Override
        public void remove(ClusterId cluster) {
            memory.remove(cluster);
        }
    }
}
