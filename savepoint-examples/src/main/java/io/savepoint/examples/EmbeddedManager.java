package io.savepoint.examples;

import io.savepoint.SavepointManager;
import io.savepoint.flink.rest.FlinkRestTransport;
import io.savepoint.flink.rest.RestJobLauncher;
import io.savepoint.model.ClusterId;
import io.savepoint.model.JobSpec;
import io.savepoint.model.RestartPolicy;
import io.savepoint.store.InMemoryClusterStateStore;

/**
 * A control plane in a few lines: the manager does everything by itself for as long as it is open. Its store forgets
 * everything with the process: the job goes on, and a second run starts a second one beside it.
 */
public final class EmbeddedManager {
    private EmbeddedManager() {}

    /**
     * Runs a job and takes a savepoint every minute, until Enter is pressed.
     *
     * @param args Flink's URL, the job's jar, the savepoint directory as Flink sees it
     * @throws Exception if the console cannot be read
     */
    public static void main(String[] args) throws Exception {
        Usage.require(3, args, "EmbeddedManager FLINK-URL JOB-JAR SAVEPOINT-DIRECTORY");
        String url = args[0];
        String jar = args[1];
        String directory = args[2];
        // begin embed
        var store = new InMemoryClusterStateStore(); // or your database: implement ClusterStateStore
        var flink = FlinkRestTransport.at(url); // or create(cluster -> URI) for many clusters
        try (var manager = SavepointManager.builder()
                .store(store)
                .flink(flink)
                .launcher(RestJobLauncher.create(flink))
                .listener(event -> System.out.println(event.cluster() + ": " + event.message()))
                .build()) {
            manager.start();
            store.put(
                    ClusterId.of("default", "orders"),
                    JobSpec.builder()
                            .jarFile(jar)
                            .savepointsDir(directory)
                            .autoSavepointSeconds(60)
                            .restartPolicy(RestartPolicy.FROM_SAVEPOINT_ON_FAILURE)
                            .build());
            System.in.read();
        }
        // end embed
    }
}
