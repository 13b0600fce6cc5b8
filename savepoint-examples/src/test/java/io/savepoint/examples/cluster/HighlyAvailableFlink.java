package io.savepoint.examples.cluster;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A real Flink session cluster with high availability on this machine: ZooKeeper, two JobManagers and a TaskManager, each
 * in a JVM of its own that ends with ours. One of the JobManagers leads; when it is killed, the other one takes over.
 *
 * <p>Both are behind {@link #url() one address}, which leads to either of them, as a Service of Kubernetes does. Each keeps
 * what was uploaded to it in a directory of its own, as it does in a pod. {@code -Dha.keep=true} leaves the logs.
 */
public final class HighlyAvailableFlink implements AutoCloseable {
    // Flink brings a ZooKeeper with its client.
    private static final String ZOOKEEPER =
            "org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.ZooKeeperServerMain";
    private static final String JOB_MANAGER = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint";
    private static final String TASK_MANAGER = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner";
    private static final String CLUSTER_ID = "orders";
    private static final String RUNNER = "DefaultDispatcherRunner";
    private static final String HOST = "127.0.0.1";
    private static final String TASK_MANAGER_ID = "the-taskmanager";
    private static final Duration TIMEOUT = Duration.ofSeconds(120);

    private final FlinkJars jars;
    private final FlinkFiles files = FlinkFiles.create();
    private final Ports zooKeeperPorts = Ports.reserve();
    private final List<JobManager> jobManagers = List.of(new JobManager("a"), new JobManager("b"));
    private final FrontDoor door =
            new FrontDoor(jobManagers.stream().map(one -> one.ports.rest()).toList());
    private final List<FlinkProcess> processes = new ArrayList<>();
    private final List<FlinkProcess> vital = new ArrayList<>();

    /** One of the two, over all its lives, of which each has the same ports. */
    private static final class JobManager {
        private final String name;
        private final Ports ports = Ports.reserve();
        private int lives;
        private FlinkProcess process;

        JobManager(String name) throws IOException {
            this.name = name;
        }

        URI url() {
            return URI.create("http://" + HOST + ":" + ports.rest());
        }

        String life() {
            return "jobmanager-" + name + "-" + lives;
        }

        boolean lives() {
            return process != null && process.handle().isAlive();
        }
    }

    private HighlyAvailableFlink(Path libDirectory) throws IOException {
        this.jars = new FlinkJars(libDirectory, Optional.empty());
    }

    /** Starts all of it, and waits until a job could run on it. */
    public static HighlyAvailableFlink start(Path libDirectory) throws IOException, InterruptedException {
        HighlyAvailableFlink flink = new HighlyAvailableFlink(libDirectory);
        boolean started = false;
        try {
            flink.start();
            started = true;
            return flink;
        } finally {
            if (!started) {
                flink.close();
            }
        }
    }

    /** Leads to either of the JobManagers. */
    public URI url() {
        return door.url();
    }

    /** Leads to the JobManager that leads. */
    public URI leader() throws IOException, InterruptedException {
        return awaitLeader().url();
    }

    /** Leads to the JobManager that does not lead. */
    public URI standby() throws IOException, InterruptedException {
        JobManager leader = awaitLeader();
        return jobManagers.stream()
                .filter(one -> one != leader)
                .findFirst()
                .orElseThrow()
                .url();
    }

    /** Keeps everybody who uses {@link #url()} from Flink, and Flink's answers from them. */
    public void lockDoor() throws IOException {
        door.lock();
    }

    public void unlockDoor() {
        door.unlock();
    }

    /** Kills the JobManager that leads, as the machine it runs on might. Does not wait for the other one to take over. */
    public void killLeader() throws IOException, InterruptedException {
        awaitLeader().process.kill();
    }

    /**
     * Whether Flink has stored how a job ended, and with it the application that it is to newer versions. Until the first,
     * the next leader goes on with the job though it was said to be over; between the two, Flink 2.3.0 leaves behind what
     * no JobManager can start with any more.
     */
    public boolean hasResultOf(String jobId) throws IOException {
        Path applications = results("application-result-store");
        return hasFileOf(results("job-result-store"), jobId)
                && (!Files.isDirectory(applications) || hasFileOf(applications, jobId));
    }

    private Path results(String store) {
        return storageDirectory().resolve(store).resolve(CLUSTER_ID);
    }

    private static boolean hasFileOf(Path directory, String id) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.anyMatch(file -> String.valueOf(file.getFileName()).startsWith(id));
        }
    }

    private Path storageDirectory() {
        return files.workDirectory().resolve("ha");
    }

    /** Starts the JobManagers that were killed, and waits until both answer, and the TaskManager has found the leader. */
    public void startKilled() throws IOException, InterruptedException {
        for (JobManager one : jobManagers) {
            if (!one.lives()) {
                start(one);
            }
        }
        for (JobManager one : jobManagers) {
            await(
                    "the slots at " + one.life(),
                    () -> RestProbe.PLAIN
                            .get(one.url().resolve("/taskmanagers/" + TASK_MANAGER_ID))
                            .filter(body ->
                                    body.contains("\"slotsNumber\":" + ClusterConfiguration.slots(Map.of()) + ",")));
        }
    }

    @Override
    public void close() throws IOException {
        processes.forEach(FlinkProcess::kill);
        door.close();
        for (JobManager one : jobManagers) {
            one.ports.close();
        }
        zooKeeperPorts.close();
        if (!Boolean.getBoolean("ha.keep")) {
            files.delete();
        }
    }

    private void start() throws IOException, InterruptedException {
        files.writeConfiguration(configuration());
        Path zooKeeper = Files.writeString(files.confDirectory().resolve("zoo.cfg"), """
                        tickTime=500
                        dataDir=%s
                        clientPort=%d
                        clientPortAddress=%s
                        admin.enableServer=false
                        """.formatted(
                        files.workDirectory().resolve("zookeeper"), zooKeeperPorts.rest(), HOST));
        vital.add(launch("zookeeper", ZOOKEEPER, zooKeeper.toString()));
        for (JobManager one : jobManagers) {
            start(one);
        }
        vital.add(launch(
                "taskmanager",
                TASK_MANAGER,
                "--configDir",
                files.confDirectory().toString(),
                "-D",
                "taskmanager.resource-id=" + TASK_MANAGER_ID));
        startKilled();
    }

    private Map<String, String> configuration() {
        Map<String, String> configuration = new LinkedHashMap<>();
        configuration.put("high-availability.type", "zookeeper");
        configuration.put("high-availability.zookeeper.quorum", HOST + ":" + zooKeeperPorts.rest());
        configuration.put(
                "high-availability.storageDir", storageDirectory().toUri().toString());
        configuration.put("high-availability.cluster-id", CLUSTER_ID);
        // How long a dead leader still counts as one; a minute by default.
        configuration.put("high-availability.zookeeper.client.session-timeout", "4000");
        // So that hasResultOf can tell.
        configuration.put("job-result-store.delete-on-commit", "false");
        configuration.put("application-result-store.delete-on-commit", "false");
        configuration.put("heartbeat.interval", "500");
        configuration.put("heartbeat.timeout", "5000");
        Map<String, String> all =
                ClusterConfiguration.of(HOST, zooKeeperPorts, files.temporaryDirectory(), configuration);
        // Each JobManager is given its own.
        all.keySet().removeAll(Set.of("rest.port", "rest.bind-port", "web.upload.dir", "web.tmpdir"));
        return all;
    }

    private void start(JobManager one) throws IOException {
        one.lives++;
        Path own = Files.createDirectories(files.temporaryDirectory().resolve(one.life()));
        one.process = launch(
                one.life(),
                JOB_MANAGER,
                "--configDir",
                files.confDirectory().toString(),
                "-D",
                "rest.port=" + one.ports.rest(),
                "-D",
                "rest.bind-port=" + one.ports.rest(),
                "-D",
                "web.upload.dir=" + own,
                "-D",
                "web.tmpdir=" + own);
    }

    private FlinkProcess launch(String name, String... main) throws IOException {
        FlinkProcess process = FlinkProcess.start(name, jars, files, List.of(main));
        processes.add(process);
        return process;
    }

    private JobManager awaitLeader() throws IOException, InterruptedException {
        return await("a leader", () -> {
            for (JobManager one : jobManagers) {
                if (one.lives() && leads(one)) {
                    return Optional.of(one);
                }
            }
            return Optional.empty();
        });
    }

    /** Only its log tells: over REST, each of them answers for the leader. */
    private boolean leads(JobManager one) throws IOException {
        Path log = files.logDirectory().resolve(one.life() + ".log");
        String said = Files.exists(log) ? Files.readString(log) : "";
        return said.lastIndexOf(RUNNER + " was granted") > said.lastIndexOf(RUNNER + " was revoked");
    }

    private <T> T await(String what, Await.Question<T, IOException> question) throws IOException, InterruptedException {
        try {
            return Await.answer(what, TIMEOUT, () -> {
                // A JobManager may be dead on purpose, and these may not.
                for (FlinkProcess process : vital) {
                    process.requireAlive();
                }
                return question.ask();
            });
        } catch (TimeoutException e) {
            StringBuilder tails = new StringBuilder();
            processes.forEach(process -> tails.append(process.tail()));
            throw new IOException(e.getMessage() + tails, e);
        }
    }
}
