package io.savepoint.benchmarks.clients;

import java.net.URI;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.SavepointFormatType;

/** Flink's own client. */
final class RestClusterClientSide {
    private RestClusterClientSide() {}

    /** The URL of the JobManager, the job, and the directory for its savepoints. */
    public static void main(String[] args) throws Exception {
        URI url = URI.create(args[0]);
        Configuration configuration = new Configuration();
        configuration.setString("rest.address", url.getHost());
        configuration.setString("rest.port", String.valueOf(url.getPort()));
        JobID job = JobID.fromHexString(args[1]);
        try (RestClusterClient<String> client = new RestClusterClient<>(configuration, "benchmark")) {
            Side.serve(() -> client.triggerSavepoint(job, args[2], SavepointFormatType.CANONICAL)
                    .get());
        }
    }
}
