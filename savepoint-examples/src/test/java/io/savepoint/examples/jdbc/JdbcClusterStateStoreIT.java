package io.savepoint.examples.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobSpec;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** The store on a real PostgreSQL, if this machine has one. */
@Timeout(120)
class JdbcClusterStateStoreIT {
    private static LocalPostgres postgres;

    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private JdbcClusterStateStore store;
    private JdbcClusterStateStore user;

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> programs = LocalPostgres.programs();
        assumeTrue(programs.isPresent(), "there is no PostgreSQL under /usr/lib/postgresql");
        postgres = LocalPostgres.start(programs.get());
    }

    @AfterAll
    static void stop() throws Exception {
        if (postgres != null) {
            postgres.close();
        }
    }

    @BeforeEach
    void open() throws SQLException {
        store = open(postgres.dataSource());
        user = open(postgres.dataSource());
    }

    private JdbcClusterStateStore open(DataSource dataSource) {
        return JdbcClusterStateStore.create(dataSource, threads, Duration.ofMillis(20));
    }

    @AfterEach
    void close() throws SQLException {
        store.close();
        user.close();
        threads.shutdownNow();
        try (Connection connection = postgres.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS flink_cluster");
        }
    }

    @TestFactory
    Stream<DynamicTest> keeps_the_contract() {
        store.createTable();
        store.createTable();
        return JdbcClusterStateStoreTest.contract(store, user);
    }

    @Test
    void one_of_two_that_create_the_table_at_once_takes_it_as_it_is() throws Exception {
        try (Connection first = postgres.dataSource().getConnection();
                Connection watching = postgres.dataSource().getConnection()) {
            first.setAutoCommit(false);
            try (Statement statement = first.createStatement()) {
                statement.execute(Database.CREATE_TABLE);
            }
            CompletableFuture<Void> second = CompletableFuture.runAsync(store::createTable, threads);
            await().until(() -> waitsForALock(watching));
            first.commit();
            second.get(60, TimeUnit.SECONDS);
        }
        store.putSpec(ClusterId.of("default", "orders"), JobSpec.builder().build());
        assertThat(store.list().toCompletableFuture().join()).hasSize(1);
    }

    private static boolean waitsForALock(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT 1 FROM pg_locks WHERE NOT granted")) {
            return rows.next();
        }
    }

    @Test
    void says_that_the_table_is_missing() {
        assertThatThrownBy(() -> store.putSpec(
                        ClusterId.of("default", "orders"), JobSpec.builder().build()))
                .hasMessageContaining("createTable()");
    }
}
