package io.savepoint.examples.walkthrough;

import io.savepoint.examples.jdbc.JdbcClusterStateStore;
import java.nio.file.Path;
import org.h2.jdbcx.JdbcConnectionPool;

/** An embedded database in a file, which several processes may open. */
final class Databases {
    private Databases() {}

    static JdbcClusterStateStore open(Path file) {
        String url = "jdbc:h2:file:" + file.toAbsolutePath() + ";AUTO_SERVER=TRUE";
        JdbcClusterStateStore store = JdbcClusterStateStore.create(JdbcConnectionPool.create(url, "sa", ""));
        store.createTable();
        return store;
    }
}
