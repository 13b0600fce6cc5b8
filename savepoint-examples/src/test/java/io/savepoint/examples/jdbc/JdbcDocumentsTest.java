package io.savepoint.examples.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.JobSpec;
import io.savepoint.model.SpecProblem;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.ClusterStateStore.WriteResult;
import io.savepoint.spi.StoreException;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the store makes of lines and documents that others wrote. */
class JdbcDocumentsTest extends StoreOnH2 {
    @Test
    void keepsWhatOthersKeepInTheDocuments() throws Exception {
        store.putSpec(ORDERS, SPEC);
        execute(pool, "UPDATE flink_cluster SET spec = '{\"savepointsDir\":\"/sp\",\"owner\":\"team a\"}'");
        execute(
                pool,
                "UPDATE flink_cluster SET status = '{\"components\":{\"taskManager\":{\"cpu\":1.10}},\"x\":null}'");

        store.updateSpec(
                ORDERS,
                spec -> JobSpec.builder().from(spec).savepointGeneration(1).build());
        join(store.compareAndSet(ORDERS, state(store).version(), RUNNING));

        assertThat(column("spec")).contains("\"owner\":\"team a\"", "\"savepointGeneration\":1");
        assertThat(column("status")).contains("\"taskManager\":{\"cpu\":1.10}", "\"x\":null", "\"Running\"");
    }

    @Test
    void reportsMalformedValuesAndGoesOn() throws Exception {
        store.putSpec(ORDERS, SPEC);
        execute(pool, "UPDATE flink_cluster SET spec = '{\"savepointsDir\":\"/sp\",\"autoSavepointSeconds\":\"60\"}'");
        execute(pool, "UPDATE flink_cluster SET status = '{\"lastUpdateTime\":\"yesterday\"}'");

        ClusterState state = state(store);
        assertThat(state.problems())
                .extracting(SpecProblem::field)
                .containsExactlyInAnyOrder("autoSavepointSeconds", "status.lastUpdateTime");
        assertThat(state.spec()).isEqualTo(SPEC);

        assertThat(join(store.compareAndSet(ORDERS, state.version(), RUNNING))).matches(WriteResult::isWritten);
        assertThat(state(store).status()).isEqualTo(RUNNING);
    }

    @Test
    void anUnreadableSpecIsReportedAndAsksForNothing() throws Exception {
        store.putSpec(ORDERS, SPEC);
        execute(pool, "UPDATE flink_cluster SET spec = '{\"savepointsDir\":\"/sp\"}}'");

        assertThat(state(store).problems()).extracting(SpecProblem::field).containsExactly("spec");
        assertThat(state(store).spec()).isEqualTo(JobSpec.builder().build());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not json",
                "",
                "null",
                "[]",
                "{\"components\":{\"job\":{\"state\":\"Running\"}}",
                "{}, \"savepoint\":{}}"
            })
    void anUnreadableStatusIsNeitherTakenForEmptyNorOverwritten(String text) throws Exception {
        store.putSpec(ORDERS, SPEC);
        String version = state(store).version();
        execute(pool, "UPDATE flink_cluster SET status = '" + text + "'");

        assertUnreadable("could not load default/orders: ", store.load(ORDERS));
        assertUnreadable(
                "could not write the status of default/orders: ", store.compareAndSet(ORDERS, version, RUNNING));
        assertThat(column("status")).isEqualTo(text);
    }

    private static void assertUnreadable(String message, CompletionStage<?> stage) {
        assertThatThrownBy(() -> join(stage))
                .cause()
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith(message + "its column status must be a JSON object: ")
                .hasMessageContaining("correct it by hand");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"savepointsDir\":\"/sp\" \"autoSavepointSeconds\":60}",
                "{\"savepointsDir\":\"/sp\",\"autoSavepointSeconds\":\"60\"}"
            })
    void aMalformedSpecIsNotUpdated(String text) throws Exception {
        store.putSpec(ORDERS, SPEC);
        execute(pool, "UPDATE flink_cluster SET spec = '" + text + "'");

        assertThatThrownBy(() -> store.updateSpec(
                        ORDERS,
                        spec -> JobSpec.builder()
                                .from(spec)
                                .savepointGeneration(1)
                                .build()))
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith("could not update default/orders: ")
                .hasMessageContaining("column spec")
                .hasMessageContaining("by hand");
        assertThat(column("spec")).isEqualTo(text);

        store.putSpec(ORDERS, SPEC);
        store.updateSpec(ORDERS, spec -> spec);
        assertThat(state(store).spec()).isEqualTo(SPEC);
    }

    @ParameterizedTest
    @CsvSource({"'', orders", "default, ' '", "a/b, orders"})
    void aLineWithAnImpossibleKeyHidesNoOthers(String namespace, String name) throws Exception {
        store.putSpec(ORDERS, SPEC);
        execute(pool, "INSERT INTO flink_cluster VALUES ('" + namespace + "', '" + name + "', '{}', NULL, '{}', 1)");

        assertThat(join(store.list())).containsExactly(ORDERS);
        List<ClusterId> reported = new CopyOnWriteArrayList<>();
        try (ClusterStateStore.Watch watch = store.watch(reported::add)) {
            await().until(() -> reported.contains(ORDERS));
        }
    }
}
