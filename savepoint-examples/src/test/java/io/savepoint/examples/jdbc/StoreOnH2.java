package io.savepoint.examples.jdbc;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.spi.ClusterStateStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What tests of the store on H2 have in common: a store on an empty database of its own for each. */
abstract class StoreOnH2 {
    static final ClusterId ORDERS = ClusterId.of("default", "orders");
    static final JobSpec SPEC = JobSpec.builder().savepointsDir("/sp").build();
    static final ClusterStatus RUNNING = ClusterStatus.builder()
            .job(JobStatus.builder().name("orders-job").state(JobState.RUNNING).build())
            .build();

    final ExecutorService threads = Executors.newFixedThreadPool(4);
    JdbcConnectionPool pool;
    JdbcClusterStateStore store;

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

    JdbcClusterStateStore open(DataSource dataSource) {
        return JdbcClusterStateStore.create(dataSource, threads, Duration.ofMillis(20));
    }

    static JdbcConnectionPool pool(String database) {
        return JdbcConnectionPool.create("jdbc:h2:" + database + ";DB_CLOSE_DELAY=-1", "sa", "secret");
    }

    static void execute(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
        }
    }

    String column(String name) throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT " + name + " FROM flink_cluster");
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getString(1);
        }
    }

    static ClusterState state(ClusterStateStore store) {
        return join(store.load(ORDERS)).orElseThrow();
    }

    static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }
}
