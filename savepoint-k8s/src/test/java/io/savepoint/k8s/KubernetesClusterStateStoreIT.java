package io.savepoint.k8s;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.JobSpec;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.testing.ClusterStateStoreContract;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The store on a real API server. */
@Tag("kubernetes")
class KubernetesClusterStateStoreIT {
    private static KubernetesClient client;
    private static KubernetesClusterStateStore store;

    @BeforeAll
    static void open() throws Exception {
        client = new KubernetesClientBuilder().build();
        Resources.installCrd(client);
        store = KubernetesClusterStateStore.create(client);
    }

    @AfterAll
    static void close() {
        store.close();
        client.close();
    }

    @TestFactory
    Stream<DynamicTest> keeps_the_contract() {
        return ClusterStateStoreContract.checks(new Fixture(store, new Resources(client))).stream()
                .map(check -> DynamicTest.dynamicTest(check.name(), check::run));
    }

    private record Fixture(ClusterStateStore store, Resources user) implements ClusterStateStoreContract.Fixture {
        @Override
        public void putSpec(ClusterId cluster, JobSpec spec) {
            user.put(cluster, spec);
        }

        @Override
        public void setControl(ClusterId cluster, String value) {
            user.annotate(cluster, ControlRequest.ANNOTATION, value);
        }

        @Override
        public void remove(ClusterId cluster) {
            user.delete(cluster);
        }

        @Override
        public Optional<ClusterStateStore> unreachableStore() {
            return Optional.of(Resources.unreachableStore());
        }
    }
}
