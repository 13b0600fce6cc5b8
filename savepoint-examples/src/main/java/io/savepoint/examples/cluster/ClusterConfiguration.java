package io.savepoint.examples.cluster;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The configuration of a small cluster that is started without Flink's scripts. */
final class ClusterConfiguration {

    private static final String SLOTS = "taskmanager.numberOfTaskSlots";
    private static final String DEFAULT_SLOTS = "4";

    private ClusterConfiguration() {}

    static Map<String, String> of(String host, Ports ports, Path temporaryDirectory, Map<String, String> overrides) {
        String temporary = temporaryDirectory.toString();
        Map<String, String> configuration = new LinkedHashMap<>();
        configuration.put("jobmanager.rpc.address", host);
        configuration.put("jobmanager.rpc.port", Integer.toString(ports.jobManagerRpc()));
        configuration.put("jobmanager.bind-host", host);
        configuration.put("taskmanager.host", host);
        configuration.put("taskmanager.bind-host", host);
        configuration.put("rest.address", host);
        configuration.put("rest.bind-address", host);
        configuration.put("rest.port", Integer.toString(ports.rest()));
        configuration.put("rest.bind-port", Integer.toString(ports.rest()));
        configuration.put("web.upload.dir", temporary);
        configuration.put("web.tmpdir", temporary);
        configuration.put("io.tmp.dirs", temporary);
        configuration.put("parallelism.default", "1");
        configuration.put(SLOTS, DEFAULT_SLOTS);
        // A TaskManager that starts before its JobManager listens would otherwise try again only after ten seconds.
        configuration.put("cluster.registration.initial-timeout", "200");
        configuration.put("cluster.registration.error-delay", "300");
        configuration.put("cluster.registration.refused-registration-delay", "300");
        // Flink's scripts compute these; its main class wants to be told.
        configuration.put("taskmanager.cpu.cores", "1.0");
        configuration.put("taskmanager.memory.framework.heap.size", "128m");
        configuration.put("taskmanager.memory.task.heap.size", "96m");
        configuration.put("taskmanager.memory.framework.off-heap.size", "64m");
        configuration.put("taskmanager.memory.task.off-heap.size", "0m");
        configuration.put("taskmanager.memory.managed.size", "16m");
        configuration.put("taskmanager.memory.network.min", "32m");
        configuration.put("taskmanager.memory.network.max", "32m");
        configuration.put("taskmanager.memory.jvm-metaspace.size", "128m");
        configuration.put("taskmanager.memory.jvm-overhead.min", "64m");
        configuration.put("taskmanager.memory.jvm-overhead.max", "64m");
        configuration.putAll(overrides);
        return configuration;
    }

    static String slots(Map<String, String> overrides) {
        return overrides.getOrDefault(SLOTS, DEFAULT_SLOTS);
    }
}
