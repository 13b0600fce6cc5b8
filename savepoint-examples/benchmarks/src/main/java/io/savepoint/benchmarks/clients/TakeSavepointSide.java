package io.savepoint.benchmarks.clients;

import io.savepoint.flink.rest.FlinkRestTransport;

/** The SDK without a manager. */
final class TakeSavepointSide {
    private TakeSavepointSide() {}

    /** The URL of the JobManager, the job, and the directory for its savepoints. */
    public static void main(String[] args) throws Exception {
        FlinkRestTransport flink = FlinkRestTransport.at(args[0]);
        Side.serve(() -> flink.takeSavepoint(args[1], args[2]).get().location());
    }
}
