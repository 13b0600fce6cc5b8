package io.savepoint.examples.chaos;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.savepoint.examples.jdbc.JdbcClusterStateStore;
import io.savepoint.examples.jdbc.LocalPostgres;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.JobSpec;
import io.savepoint.store.StatusDocument;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

/** The JDBC store, on H2 in a file or on a PostgreSQL server. */
final class JdbcChaosStore implements ChaosStore {
    private static final ClusterId ORDERS = ClusterId.of("default", "orders");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String address;
    private final DataSource dataSource;
    private final JdbcClusterStateStore store;
    private final AutoCloseable server;
    private long seen;

    private JdbcChaosStore(String address, DataSource dataSource, boolean h2, AutoCloseable server)
            throws SQLException {
        this.address = address;
        this.dataSource = dataSource;
        this.server = server;
        this.store = JdbcClusterStateStore.create(dataSource);
        store.createTable();
        StatusHistory.install(dataSource, h2);
    }

    static JdbcChaosStore onH2(Path directory) throws SQLException {
        String url = "jdbc:h2:file:" + directory.resolve("chaos-db") + ";AUTO_SERVER=TRUE";
        JdbcDataSource source = new JdbcDataSource();
        // Open for as long as this process has the store, which the managers reach through it.
        source.setURL(url + ";DB_CLOSE_DELAY=-1");
        return new JdbcChaosStore(url, source, true, () -> {
            try (var connection = source.getConnection();
                    var statement = connection.createStatement()) {
                statement.execute("SHUTDOWN");
            }
        });
    }

    static JdbcChaosStore onPostgres(Path programs) throws Exception {
        LocalPostgres postgres = LocalPostgres.start(programs);
        var source = postgres.dataSource();
        String url = "jdbc:postgresql://%s:%d/%s?user=%s"
                .formatted(
                        source.getServerNames()[0],
                        source.getPortNumbers()[0],
                        source.getDatabaseName(),
                        source.getUser());
        return new JdbcChaosStore(url, source, false, postgres);
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public void create(JobSpec spec) {
        store.putSpec(ORDERS, spec);
    }

    @Override
    public void askGeneration(long generation) {
        store.updateSpec(
                ORDERS,
                spec -> JobSpec.builder()
                        .from(spec)
                        .savepointGeneration(generation)
                        .build());
    }

    @Override
    public void period(OptionalLong seconds) {
        store.updateSpec(
                ORDERS,
                spec -> JobSpec.builder()
                        .from(spec)
                        .autoSavepointSeconds(seconds)
                        .build());
    }

    @Override
    public void annotate(String control) {
        store.requestControl(ORDERS, control);
    }

    @Override
    public ClusterState state() {
        return store.load(ORDERS).toCompletableFuture().join().orElseThrow();
    }

    @Override
    public List<ClusterStatus> newStatuses() throws Exception {
        List<ClusterStatus> statuses = new ArrayList<>();
        for (StatusHistory.Written written : StatusHistory.after(dataSource, seen)) {
            seen = written.seq();
            Map<String, Object> document = JSON.readValue(written.status(), new TypeReference<>() {});
            statuses.add(StatusDocument.read(ORDERS, document).value());
        }
        return statuses;
    }

    @Override
    public void close() throws Exception {
        store.close();
        server.close();
    }
}
