package io.savepoint.examples.walkthrough;

import io.savepoint.examples.jdbc.JdbcClusterStateStore;
import java.nio.file.Path;
import org.h2.jdbcx.JdbcConnectionPool;

/** A store in an embedded database in a file, which several processes may open. */
final class EmbeddedDatabase implements AutoCloseable {
    private final JdbcConnectionPool connections;
    private final JdbcClusterStateStore store;

    private EmbeddedDatabase(JdbcConnectionPool connections) {
        this.connections = connections;
        this.store = JdbcClusterStateStore.create(connections);
    }

    static EmbeddedDatabase open(Path file) {
        String url = "jdbc:h2:file:" + file.toAbsolutePath() + ";AUTO_SERVER=TRUE";
        EmbeddedDatabase database = new EmbeddedDatabase(JdbcConnectionPool.create(url, "sa", ""));
        database.store.createTable();
        return database;
    }

    JdbcClusterStateStore store() {
        return store;
    }

    @Override
    public void close() {
        store.close();
        connections.dispose();
    }
}
