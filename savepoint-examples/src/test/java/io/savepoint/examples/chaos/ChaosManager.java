package io.savepoint.examples.chaos;

import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.savepoint.SavepointManager;
import io.savepoint.examples.jdbc.JdbcClusterStateStore;
import io.savepoint.flink.rest.FlinkRestTransport;
import io.savepoint.flink.rest.RestJobLauncher;
import io.savepoint.k8s.KubernetesClusterStateStore;
import io.savepoint.spi.ClusterStateStore;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import javax.sql.ConnectionPoolDataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.h2.jdbcx.JdbcDataSource;
import org.postgresql.ds.PGConnectionPoolDataSource;

/**
 * A manager in a process of its own, one of several on the same store. Arguments: the address of the store, the URL of
 * Flink, whether each savepoint gets a directory of its own, the {@link Break}.
 */
public final class ChaosManager {
    static final String STARTED = "started";
    static final String KUBERNETES = "kubernetes:";

    private ChaosManager() {}

    public static void main(String[] args) throws Exception {
        Break broken = Break.valueOf(args[3]);
        FlinkRestTransport flink = FlinkRestTransport.at(args[1]);
        SavepointManager manager = SavepointManager.builder()
                .store(broken.store(store(args[0])))
                .flink(broken.transport(flink))
                .launcher(RestJobLauncher.create(flink))
                .savepointsInOwnDirectories(Boolean.parseBoolean(args[2]))
                .observeInterval(Duration.ofMillis(300))
                .lostGrace(Duration.ofSeconds(1))
                .listener(event -> System.out.println(Instant.now() + " " + event.type() + ": " + event.message()))
                .build();
        manager.start();
        System.out.println(STARTED);
        new CountDownLatch(1).await();
    }

    private static ClusterStateStore store(String address) throws SQLException {
        if (address.startsWith(KUBERNETES)) {
            return KubernetesClusterStateStore.builder(new KubernetesClientBuilder().build())
                    .namespaces(List.of(address.substring(KUBERNETES.length())))
                    .build();
        }
        return JdbcClusterStateStore.create(
                JdbcConnectionPool.create(dataSource(address)),
                Executors.newFixedThreadPool(2),
                Duration.ofMillis(100));
    }

    static ConnectionPoolDataSource dataSource(String url) {
        if (url.startsWith("jdbc:h2:")) {
            JdbcDataSource h2 = new JdbcDataSource();
            h2.setURL(url);
            return h2;
        }
        PGConnectionPoolDataSource postgres = new PGConnectionPoolDataSource();
        postgres.setUrl(url);
        return postgres;
    }
}
