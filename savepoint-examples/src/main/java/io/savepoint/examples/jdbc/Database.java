package io.savepoint.examples.jdbc;

import io.savepoint.model.ClusterId;
import io.savepoint.spi.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The table and every statement on it; each is atomic by itself, there are no transactions. Safe for use by any number of threads. */
final class Database {
    static final String CREATE_TABLE = "CREATE TABLE IF NOT EXISTS flink_cluster ("
            + "namespace VARCHAR(253) NOT NULL, name VARCHAR(253) NOT NULL, "
            + "spec VARCHAR NOT NULL, user_control VARCHAR, status VARCHAR NOT NULL, version BIGINT NOT NULL, "
            + "PRIMARY KEY (namespace, name))";

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final int QUERY_TIMEOUT_SECONDS = 10;
    private static final String UNIQUE_VIOLATION = "23505";
    private static final String THE_CLUSTER = " WHERE namespace = ? AND name = ?";

    private final DataSource dataSource;
    /** Keys that cannot be a cluster's, as far as they were told. */
    private final Set<String> unusableKeys = ConcurrentHashMap.newKeySet();

    Database(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /**
     * Runs statements on a connection of their own.
     *
     * @param what completes "could not ..."
     * @throws StoreException if the database fails; without its own words, which may hold a URL with a password
     */
    <T> T run(String what, Work<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(true);
            return work.on(new Table(connection, unusableKeys));
        } catch (SQLException e) {
            String state = String.valueOf(e.getSQLState());
            boolean noTable = state.equals("42P01") || state.startsWith("42S0");
            throw new StoreException(
                    "could not " + what + ": " + e.getClass().getSimpleName() + ", SQLState " + state + ", error code "
                            + e.getErrorCode() + (noTable ? "; is the table missing? call createTable()" : ""));
        }
    }

    static boolean createTable(Table table) throws SQLException {
        try {
            table.update(CREATE_TABLE);
        } catch (SQLException e) {
            // PostgreSQL says so, in spite of IF NOT EXISTS, to one of two that create it at the same time.
            if (!UNIQUE_VIOLATION.equals(e.getSQLState())) {
                throw e;
            }
        }
        return true;
    }

    /** Statements of one connection. */
    @FunctionalInterface
    interface Work<T> {
        T on(Table table) throws SQLException;
    }

    /** A line of the table, less the key. */
    record Row(String spec, Optional<String> control, String status, long version) {}

    /** The table, seen through one connection; for one thread. */
    static final class Table {
        private final Connection connection;
        private final Set<String> unusableKeys;

        private Table(Connection connection, Set<String> unusableKeys) {
            this.connection = connection;
            this.unusableKeys = unusableKeys;
        }

        Optional<Row> find(ClusterId cluster) throws SQLException {
            String sql = "SELECT spec, user_control, status, version FROM flink_cluster" + THE_CLUSTER;
            try (PreparedStatement statement = prepare(sql, cluster.namespace(), cluster.name());
                    ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    return Optional.empty();
                }
                Optional<String> control = Optional.ofNullable(rows.getString(2));
                return Optional.of(new Row(rows.getString(1), control, rows.getString(3), rows.getLong(4)));
            }
        }

        /** One line with a key that cannot be a cluster's must not hide all others; it is left out. */
        Map<ClusterId, Long> versions() throws SQLException {
            try (PreparedStatement statement = prepare("SELECT namespace, name, version FROM flink_cluster");
                    ResultSet rows = statement.executeQuery()) {
                Map<ClusterId, Long> versions = new HashMap<>();
                while (rows.next()) {
                    long version = rows.getLong(3);
                    cluster(rows.getString(1), rows.getString(2)).ifPresent(cluster -> versions.put(cluster, version));
                }
                return versions;
            }
        }

        private Optional<ClusterId> cluster(String namespace, String name) {
            try {
                return Optional.of(ClusterId.of(namespace, name));
            } catch (IllegalArgumentException e) {
                if (unusableKeys.add(namespace + '/' + name)) {
                    LOG.warn("A line of the table flink_cluster is left out: {}; remove it", e.getMessage());
                }
                return Optional.empty();
            }
        }

        /** Adds a line; answers false if the cluster has one already. */
        boolean insert(ClusterId cluster, String spec, long version) throws SQLException {
            String sql = "INSERT INTO flink_cluster (namespace, name, spec, status, version) VALUES (?, ?, ?, '{}', ?)";
            try {
                return update(sql, cluster.namespace(), cluster.name(), spec, version) == 1;
            } catch (SQLException e) {
                if (UNIQUE_VIOLATION.equals(e.getSQLState())) {
                    return false;
                }
                throw e;
            }
        }

        boolean setSpec(ClusterId cluster, String spec) throws SQLException {
            return set("spec = ?", THE_CLUSTER, spec, cluster.namespace(), cluster.name());
        }

        boolean setSpec(ClusterId cluster, String spec, long version) throws SQLException {
            return set(
                    "spec = ?", THE_CLUSTER + " AND version = ?", spec, cluster.namespace(), cluster.name(), version);
        }

        boolean setStatus(ClusterId cluster, String status, long version) throws SQLException {
            return set(
                    "status = ?",
                    THE_CLUSTER + " AND version = ?",
                    status,
                    cluster.namespace(),
                    cluster.name(),
                    version);
        }

        boolean setControl(ClusterId cluster, String control) throws SQLException {
            return set("user_control = ?", THE_CLUSTER, control, cluster.namespace(), cluster.name());
        }

        boolean clearControl(ClusterId cluster, String control, String version) throws SQLException {
            return set(
                    "user_control = NULL",
                    THE_CLUSTER + " AND user_control = ? AND CAST(version AS VARCHAR(20)) = ?",
                    cluster.namespace(),
                    cluster.name(),
                    control,
                    version);
        }

        boolean delete(ClusterId cluster) throws SQLException {
            return update("DELETE FROM flink_cluster" + THE_CLUSTER, cluster.namespace(), cluster.name()) == 1;
        }

        private boolean set(String column, String where, Object... parameters) throws SQLException {
            return update("UPDATE flink_cluster SET " + column + ", version = version + 1" + where, parameters) == 1;
        }

        private int update(String sql, Object... parameters) throws SQLException {
            try (PreparedStatement statement = prepare(sql, parameters)) {
                return statement.executeUpdate();
            }
        }

        private PreparedStatement prepare(String sql, Object... parameters) throws SQLException {
            PreparedStatement statement = connection.prepareStatement(sql);
            try {
                statement.setQueryTimeout(QUERY_TIMEOUT_SECONDS);
                for (int i = 0; i < parameters.length; i++) {
                    statement.setObject(i + 1, parameters[i]);
                }
                return statement;
            } catch (SQLException e) {
                statement.close();
                throw e;
            }
        }
    }
}
