package io.savepoint.examples.cluster;

import java.nio.file.Path;

/** Starts a cluster, prints the ids of its processes and its directory, and never closes it. */
final class LocalFlinkParent {

    private LocalFlinkParent() {}

    public static void main(String[] args) throws Exception {
        LocalFlink flink = LocalFlink.builder(Path.of(args[0])).start();
        System.out.println(flink.jobManager().pid() + " " + flink.taskManager().pid() + " " + flink.workDirectory());
        new java.util.concurrent.CountDownLatch(1).await();
    }
}
