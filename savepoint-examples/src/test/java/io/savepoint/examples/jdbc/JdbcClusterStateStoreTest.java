package io.savepoint.examples.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.SpecProblem;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.ClusterStateStore.WriteResult;
import io.savepoint.spi.StoreException;
import io.savepoint.testing.ClusterStateStoreContract;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class JdbcClusterStateStoreTest {
    private static final ClusterId ORDERS = ClusterId.of("default", "orders");
    private static final JobSpec SPEC = JobSpec.builder().savepointsDir("/sp").build();
    private static final ClusterStatus RUNNING = ClusterStatus.builder()
            .job(JobStatus.builder().name("orders-job").state(JobState.RUNNING).build())
            .build();

    @TempDir
    Path directory;

    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private JdbcConnectionPool pool;
    private JdbcClusterStateStore store;

    @BeforeEach
    void open() {
        pool = pool("mem:" + UUID.randomUUID());
        store = open(pool);
        store.createTable();
        store.createTable();
    }

    @AfterEach
    void close() {
        store.close();
        pool.dispose();
        threads.shutdownNow();
    }

    @TestFactory
    Stream<DynamicTest> keepsTheContractInMemory() {
        return contract(store, store);
    }

    @TestFactory
    Stream<DynamicTest> keepsTheContractInAFileWithOthersWritingToIt() {
        String file = "file:" + directory.resolve("contract");
        JdbcConnectionPool ours = pool(file);
        JdbcConnectionPool others = pool(file);
        JdbcClusterStateStore user = open(others);
        user.createTable();
        return contract(open(ours), user).onClose(() -> {
            ours.dispose();
            others.dispose();
        });
    }

    @Test
    void survivesBeingReopened() throws Exception {
        JdbcConnectionPool first = pool("file:" + directory.resolve("reopened"));
        ClusterState before;
        try (JdbcClusterStateStore writer = open(first)) {
            writer.createTable();
            writer.putSpec(ORDERS, SPEC);
            writer.requestControl(ORDERS, ControlRequest.SAVEPOINT);
            assertThat(join(writer.compareAndSet(ORDERS, state(writer).version(), RUNNING)))
                    .matches(WriteResult::isWritten);
            before = state(writer);
        }
        execute(first, "SHUTDOWN");
        first.dispose();

        JdbcConnectionPool second = pool("file:" + directory.resolve("reopened"));
        try (JdbcClusterStateStore reader = open(second)) {
            reader.createTable();
            assertThat(state(reader)).isEqualTo(before);
            assertThat(before.status()).isEqualTo(RUNNING);
        } finally {
            second.dispose();
        }
    }

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
    void reportsWhatIsMalformedAndGoesOn() throws Exception {
        store.putSpec(ORDERS, SPEC);
        execute(pool, "UPDATE flink_cluster SET spec = '{\"savepointsDir\":\"/sp\",\"autoSavepointSeconds\":\"60\"}'");
        execute(pool, "UPDATE flink_cluster SET status = 'not json'");

        ClusterState state = state(store);
        assertThat(state.problems())
                .extracting(SpecProblem::field)
                .containsExactlyInAnyOrder("autoSavepointSeconds", "status");
        assertThat(state.spec()).isEqualTo(SPEC);

        assertThat(join(store.compareAndSet(ORDERS, state.version(), RUNNING))).matches(WriteResult::isWritten);
        assertThat(state(store).status()).isEqualTo(RUNNING);

        execute(pool, "UPDATE flink_cluster SET spec = 'null', status = '[]'");
        assertThat(state(store).spec()).isEqualTo(JobSpec.builder().build());
    }

    @Test
    void saysWhichClusterIsMissing() {
        assertThatThrownBy(() -> store.requestControl(ORDERS, "savepoint"))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessageContaining("default/orders");
        assertThatThrownBy(() -> store.updateSpec(ORDERS, spec -> spec)).isInstanceOf(NoSuchElementException.class);
        store.remove(ORDERS);
    }

    @Test
    void saysThatTheTableIsMissing() throws Exception {
        execute(pool, "DROP TABLE flink_cluster");

        assertThatThrownBy(() -> store.putSpec(ORDERS, SPEC))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("could not put default/orders")
                .hasMessageContaining("createTable()");
    }

    @Test
    void tellsNoCredentials() {
        JdbcClusterStateStore unreachable =
                open(failing(new SQLException("no route to jdbc:x://sa:secret@db", "08001", 7)));

        assertThatThrownBy(() -> join(unreachable.load(ORDERS))).satisfies(thrown -> {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            assertThat(trace.toString())
                    .contains("could not load default/orders", "08001")
                    .doesNotContain("secret");
        });
    }

    @Test
    void failsItsStagesWhenClosed() {
        JdbcClusterStateStore closed = JdbcClusterStateStore.create(pool);
        closed.close();

        assertThatThrownBy(() -> join(closed.list()))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(StoreException.class);
    }

    @Test
    void reportsOthersChangesEvenAfterTheDatabaseFailed() throws Exception {
        List<ClusterId> reported = new CopyOnWriteArrayList<>();
        JdbcClusterStateStore other = open(pool);
        execute(pool, "ALTER TABLE flink_cluster RENAME TO away");
        try (ClusterStateStore.Watch watch = store.watch(reported::add)) {
            await().pollDelay(Duration.ofMillis(100)).until(() -> true);
            execute(pool, "ALTER TABLE away RENAME TO flink_cluster");
            other.putSpec(ORDERS, SPEC);
            await().until(() -> reported.contains(ORDERS));
            reported.clear();
            other.remove(ORDERS);
            await().until(() -> reported.contains(ORDERS));
        }
        other.close();
    }

    @Test
    void doesNotReportAStatusThatItWroteItself() throws Exception {
        store.putSpec(ORDERS, SPEC);
        List<ClusterId> reported = new CopyOnWriteArrayList<>();
        store.watch(reported::add);
        await().until(() -> reported.contains(ORDERS));
        reported.clear();

        for (int i = 0; i < 20; i++) {
            join(store.compareAndSet(ORDERS, state(store).version(), RUNNING));
        }
        await().pollDelay(Duration.ofMillis(200)).until(() -> true);

        // A poll that overlaps a write may report it; that is allowed, but must not be the rule.
        assertThat(reported).hasSizeLessThan(10);
    }

    private static Stream<DynamicTest> contract(JdbcClusterStateStore store, JdbcClusterStateStore user) {
        return ClusterStateStoreContract.checks(new Fixture(store, user)).stream()
                .map(check -> DynamicTest.dynamicTest(check.name(), check::run));
    }

    private JdbcClusterStateStore open(DataSource dataSource) {
        return JdbcClusterStateStore.create(dataSource, threads, Duration.ofMillis(20));
    }

    private static JdbcConnectionPool pool(String database) {
        return JdbcConnectionPool.create("jdbc:h2:" + database + ";DB_CLOSE_DELAY=-1", "sa", "secret");
    }

    private static DataSource failing(SQLException failure) {
        return (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    throw failure;
                });
    }

    private static void execute(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
        }
    }

    private String column(String name) throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT " + name + " FROM flink_cluster");
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static ClusterState state(ClusterStateStore store) {
        return join(store.load(ORDERS)).orElseThrow();
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    /** The store that is checked, and another one on the same database that users write through. */
    private record Fixture(JdbcClusterStateStore store, JdbcClusterStateStore user)
            implements ClusterStateStoreContract.Fixture {
        @Override
        public void putSpec(ClusterId cluster, JobSpec spec) {
            user.putSpec(cluster, spec);
        }

        @Override
        public void setControl(ClusterId cluster, String value) {
            user.requestControl(cluster, value);
        }

        @Override
        public void remove(ClusterId cluster) {
            user.remove(cluster);
        }

        @Override
        public Optional<ClusterStateStore> unreachableStore() {
            return Optional.of(JdbcClusterStateStore.create(failing(new SQLException("down", "08006"))));
        }
    }
}
