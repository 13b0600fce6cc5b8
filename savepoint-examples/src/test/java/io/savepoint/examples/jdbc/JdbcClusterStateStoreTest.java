package io.savepoint.examples.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.JobSpec;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.ClusterStateStore.WriteResult;
import io.savepoint.spi.StoreException;
import io.savepoint.testing.ClusterStateStoreContract;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class JdbcClusterStateStoreTest extends StoreOnH2 {
    @TempDir
    Path directory;

    @TestFactory
    Stream<DynamicTest> keepsTheContractInMemory() {
        return contract(store, store);
    }

    @TestFactory
    Stream<DynamicTest> keepsTheContractInAFileThatAnotherStoreWritesTo() {
        String file = "file:" + directory.resolve("contract");
        JdbcConnectionPool ours = pool(file);
        JdbcConnectionPool others = pool(file);
        JdbcClusterStateStore checked = open(ours);
        JdbcClusterStateStore user = open(others);
        user.createTable();
        return contract(checked, user).onClose(() -> {
            checked.close();
            user.close();
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
    void aCallThatWasGivenUpIsNotMadeLater() {
        store.putSpec(ORDERS, SPEC);
        store.requestControl(ORDERS, ControlRequest.SAVEPOINT);
        Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
        try (JdbcClusterStateStore late = openImpatient(waiting::add)) {
            CompletionStage<Boolean> givenUp = late.acknowledgeControl(
                    ORDERS, state(store).version(), new ControlRequest(ControlRequest.SAVEPOINT));
            assertThatThrownBy(() -> join(givenUp))
                    .cause()
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("no answer within");

            assertThat(waiting).hasSize(1);
            waiting.forEach(Runnable::run);
        }
        assertThat(state(store).control()).contains(new ControlRequest(ControlRequest.SAVEPOINT));
    }

    @Test
    void aTimeoutIsNotToldOnTheThreadOfAllTimeouts() {
        // Whose name is only known by having it tell.
        String timer = new CompletableFuture<String>()
                .orTimeout(1, TimeUnit.MILLISECONDS)
                .handle((none, timeout) -> Thread.currentThread().getName())
                .join();
        try (JdbcClusterStateStore late = openImpatient(task -> {})) {
            CompletionStage<String> told =
                    late.list().handle((none, failure) -> Thread.currentThread().getName());
            assertThat(join(told)).isNotEqualTo(timer);
        }
    }

    private JdbcClusterStateStore openImpatient(Executor executor) {
        return JdbcClusterStateStore.create(pool, executor, Duration.ofMillis(20), Duration.ofMillis(100));
    }

    @Test
    void saysThatThePollIntervalIsTooShort() {
        assertThatThrownBy(() -> JdbcClusterStateStore.create(pool, threads, Duration.ofNanos(999_999)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("pollInterval must be at least 1 ms, was PT0.000999999S");
        JdbcClusterStateStore.create(pool, threads, Duration.ofMillis(1)).close();
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
    void reportsOthersChangesEvenAfterTheDatabaseFailed() {
        AtomicInteger failed = new AtomicInteger();
        AtomicBoolean down = new AtomicBoolean(true);
        DataSource unstable = dataSource(() -> {
            if (down.get()) {
                failed.incrementAndGet();
                throw new SQLException("down", "08006");
            }
            return pool.getConnection();
        });
        List<ClusterId> reported = new CopyOnWriteArrayList<>();
        try (JdbcClusterStateStore watched = open(unstable);
                ClusterStateStore.Watch watch = watched.watch(reported::add)) {
            await().until(() -> failed.get() >= 2);
            down.set(false);
            store.putSpec(ORDERS, SPEC);
            await().until(() -> reported.contains(ORDERS));
            reported.clear();
            store.remove(ORDERS);
            await().until(() -> reported.contains(ORDERS));
        }
    }

    @Test
    void doesNotReportAStatusThatItWroteItself() {
        ClusterId marker = ClusterId.of("default", "marker");
        List<ClusterId> reported = new CopyOnWriteArrayList<>();
        int writes = 10;
        try (JdbcClusterStateStore other = open(pool)) {
            store.putSpec(ORDERS, SPEC);
            store.watch(reported::add);
            await().until(() -> reported.contains(ORDERS));
            reported.clear();

            for (int i = 1; i <= writes; i++) {
                join(store.compareAndSet(ORDERS, state(store).version(), RUNNING));
                // Only a look for others' changes finds this one, and would find the status as well.
                other.putSpec(marker, SPEC);
                int looks = i;
                await().until(() -> Collections.frequency(reported, marker) == looks);
            }
        }
        // A look in the middle of a write may report it; that is allowed, but must not be the rule.
        assertThat(Collections.frequency(reported, ORDERS)).isLessThan(writes / 2);
    }

    static Stream<DynamicTest> contract(JdbcClusterStateStore store, JdbcClusterStateStore user) {
        return ClusterStateStoreContract.checks(new Fixture(store, user)).stream()
                .map(check -> DynamicTest.dynamicTest(check.name(), check::run));
    }

    private static DataSource failing(SQLException failure) {
        return dataSource(() -> {
            throw failure;
        });
    }

    private static DataSource dataSource(Callable<Connection> connect) {
        return (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> connect.call());
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
