package io.savepoint.examples.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A real Flink session cluster on this machine: a JobManager and a TaskManager, each in a JVM of its own.
 *
 * <pre>{@code
 * try (LocalFlink flink = LocalFlink.builder(libDirectory).start()) {
 *     ... flink.restUrl() ...
 * }
 * }</pre>
 *
 * <p>Any Flink from 1.13 on will do, given as a directory of jars: {@code flink-runtime-web}, {@code flink-clients} and
 * {@code flink-streaming-java} with all they depend on, and Log4j with its SLF4J binding. It takes a few seconds to start.
 *
 * <p>No process outlives the one that started it, however that ends. Only a killed one leaves the working directory behind.
 * Safe for use by several threads; one that starts something makes the others wait.
 */
public final class LocalFlink implements AutoCloseable {

    private static final String HOST = "127.0.0.1";
    private static final int START_ATTEMPTS = 3;

    private final FlinkJars jars;
    private final Map<String, String> configuration;
    private final Duration startTimeout;
    private final boolean keepWorkDirectory;
    private final RestProbe probe;
    private final String id = "local-flink-" + UUID.randomUUID();
    private final FlinkFiles files;
    private final Thread closeAtExit = new Thread(this::killAndDelete, "close-local-flink");

    private @Nullable Ports ports;
    private @Nullable FlinkProcess jobManager;
    private @Nullable FlinkProcess taskManager;
    private int processes;
    private String taskManagerId = "";
    private volatile boolean closed;

    private LocalFlink(Builder builder) throws IOException {
        this.jars = new FlinkJars(builder.libDirectory, builder.plugins);
        this.configuration = Map.copyOf(builder.configuration);
        this.startTimeout = builder.startTimeout;
        this.keepWorkDirectory = builder.keepWorkDirectory;
        this.probe = builder.probe;
        this.files = FlinkFiles.create();
    }

    /**
     * Describes a cluster to be started.
     *
     * @param libDirectory the jars of Flink
     * @return a builder with a configuration that suits a small machine
     */
    public static Builder builder(Path libDirectory) {
        return new Builder(libDirectory);
    }

    /**
     * Where the JobManager's REST API is; it stays the same over {@link #restart()}.
     *
     * @return for example {@code http://127.0.0.1:20312}; {@code https} with {@link Builder#restTls}
     */
    public synchronized URI restUrl() {
        return URI.create(probe.scheme() + "://" + HOST + ":" + ports().rest());
    }

    /**
     * The directory with everything the cluster writes; the logs are in {@code log}.
     *
     * @return an existing directory, which goes with {@link #close()} unless it is to be kept
     */
    public Path workDirectory() {
        return files.workDirectory();
    }

    /**
     * A directory for savepoints inside the working directory. The cluster isn't configured to use it by default.
     *
     * @return an existing directory
     */
    public Path savepointDirectory() {
        return files.savepointDirectory();
    }

    /**
     * The JobManager's process, dead or alive, for example to be paused.
     *
     * @return the process that was started last
     */
    public synchronized ProcessHandle jobManager() {
        return started(jobManager).handle();
    }

    /**
     * The TaskManager's process, dead or alive.
     *
     * @return the process that was started last
     */
    public synchronized ProcessHandle taskManager() {
        return started(taskManager).handle();
    }

    /** Kills the JobManager, as the machine it runs on might; with it goes all that it remembers. */
    public synchronized void killJobManager() {
        started(jobManager).kill();
    }

    /** Kills the TaskManager. The JobManager notices after Flink's {@code heartbeat.timeout}, or when it uses the connection. */
    public synchronized void killTaskManager() {
        started(taskManager).kill();
    }

    /**
     * Kills the JobManager if it lives, and starts another at the same address. Waits until it answers, and not for the
     * TaskManager, which may need most of a minute to find it: {@link #restart()} is faster.
     *
     * @throws IOException if it doesn't start
     * @throws InterruptedException if the thread was interrupted
     */
    public synchronized void startJobManager() throws IOException, InterruptedException {
        requireOpen();
        launchJobManager();
        FlinkProcess process = started(jobManager);
        await("the JobManager", process, () -> {
            process.requireAlive();
            return probe.get(restUrl().resolve("/overview"));
        });
    }

    /**
     * Kills the TaskManager if it lives, and starts another. Waits until its slots can be used.
     *
     * @throws IOException if it doesn't start
     * @throws InterruptedException if the thread was interrupted
     */
    public synchronized void startTaskManager() throws IOException, InterruptedException {
        requireOpen();
        launchTaskManager();
        awaitSlots();
    }

    /**
     * Kills what lives and starts all of it again at the same address, and waits as at the first start. Jobs are gone
     * unless high availability is configured; files stay.
     *
     * @throws IOException if it doesn't start
     * @throws InterruptedException if the thread was interrupted
     */
    public synchronized void restart() throws IOException, InterruptedException {
        requireOpen();
        kill();
        launchJobManager();
        launchTaskManager();
        awaitSlots();
    }

    /** Kills both processes and deletes the working directory, unless it is to be kept. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(closeAtExit);
        } catch (IllegalStateException alreadyExiting) {
            // The hook does the same, and killing twice does no harm.
        }
        killAndDelete();
    }

    private void start() throws IOException, InterruptedException {
        Runtime.getRuntime().addShutdownHook(closeAtExit);
        for (int attempt = 1; ; attempt++) {
            try {
                startOnFreshPorts();
                return;
            } catch (IOException e) {
                boolean portTaken = String.valueOf(e.getMessage()).contains("BindException");
                if (!portTaken || attempt == START_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private synchronized void startOnFreshPorts() throws IOException, InterruptedException {
        requireOpen();
        kill();
        releasePorts();
        ports = Ports.reserve();
        files.writeConfiguration(ClusterConfiguration.of(HOST, ports(), files.temporaryDirectory(), configuration));
        launchJobManager();
        launchTaskManager();
        awaitSlots();
    }

    private void launchJobManager() throws IOException {
        if (jobManager != null) {
            jobManager.kill();
        }
        processes++;
        jobManager = FlinkProcess.start("jobmanager-" + processes, jars, files, files.jobManagerMain());
    }

    private void launchTaskManager() throws IOException {
        if (taskManager != null) {
            taskManager.kill();
        }
        processes++;
        // Differs for every start, so that a JobManager's answer is about this TaskManager and not about a dead one.
        taskManagerId = id + "-" + processes;
        taskManager = FlinkProcess.start("taskmanager-" + processes, jars, files, files.taskManagerMain(taskManagerId));
    }

    private void awaitSlots() throws IOException, InterruptedException {
        FlinkProcess jobManagerProcess = started(jobManager);
        FlinkProcess taskManagerProcess = started(taskManager);
        URI slotsOfTaskManager = restUrl().resolve("/taskmanagers/" + taskManagerId);
        String slots = "\"slotsNumber\":" + ClusterConfiguration.slots(configuration) + ",";
        await("the slots of the TaskManager", taskManagerProcess, () -> {
            jobManagerProcess.requireAlive();
            taskManagerProcess.requireAlive();
            return probe.get(slotsOfTaskManager).filter(body -> body.contains(slots));
        });
    }

    private void await(String what, FlinkProcess process, Await.Question<String, IOException> question)
            throws IOException, InterruptedException {
        try {
            Await.answer(what, startTimeout, () -> {
                requireOpen();
                return question.ask();
            });
        } catch (TimeoutException e) {
            throw new IOException(e.getMessage() + started(jobManager).tail() + process.tail(), e);
        }
    }

    private Ports ports() {
        if (ports == null) {
            throw new IllegalStateException("not started");
        }
        return ports;
    }

    private static FlinkProcess started(@Nullable FlinkProcess process) {
        if (process == null) {
            throw new IllegalStateException("not started");
        }
        return process;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("closed");
        }
    }

    private void kill() {
        if (jobManager != null) {
            jobManager.kill();
        }
        if (taskManager != null) {
            taskManager.kill();
        }
    }

    private void releasePorts() throws IOException {
        if (ports != null) {
            ports.close();
        }
    }

    private void killAndDelete() {
        // Before taking the lock, so that a thread that holds it while it waits for a start gives up.
        closed = true;
        synchronized (this) {
            kill();
            try {
                releasePorts();
                if (!keepWorkDirectory && Files.exists(files.workDirectory())) {
                    files.delete();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** What a cluster is to be like. Not safe for use by several threads. */
    public static final class Builder {

        private final Path libDirectory;
        private final Map<String, String> configuration = new LinkedHashMap<>();
        private Optional<Path> plugins = Optional.empty();
        private Duration startTimeout = Duration.ofSeconds(60);
        private boolean keepWorkDirectory;
        private RestProbe probe = RestProbe.PLAIN;

        private Builder(Path libDirectory) {
            this.libDirectory = libDirectory;
        }

        /**
         * Adds to Flink's configuration, or overrides what is set by default.
         *
         * @param key for example {@code rest.async.store-duration}
         * @param value as it would be written into Flink's configuration file, for example {@code 5 min}
         * @return this builder
         */
        public Builder config(String key, String value) {
            configuration.put(key, value);
            return this;
        }

        /**
         * Has the REST API under TLS. The configuration needs {@code security.ssl.rest.keystore} and its passwords besides.
         *
         * @param client what this asks with whether it has started
         * @return this builder
         */
        public Builder restTls(SSLContext client) {
            probe = RestProbe.tls(client);
            return config("security.ssl.rest.enabled", "true");
        }

        /**
         * Gives Flink plugins, for example a file system. By default it has none.
         *
         * @param directory has a directory for each plugin, with its jars
         * @return this builder
         */
        public Builder plugins(Path directory) {
            plugins = Optional.of(directory.toAbsolutePath());
            return this;
        }

        /**
         * Limits how long a start may take, which is 60 seconds by default.
         *
         * @param timeout from the start of the processes until their slots can be used
         * @return this builder
         */
        public Builder startTimeout(Duration timeout) {
            this.startTimeout = timeout;
            return this;
        }

        /**
         * Leaves the working directory, with logs and savepoints, for a look at it afterwards.
         *
         * @return this builder
         */
        public Builder keepWorkDirectory() {
            this.keepWorkDirectory = true;
            return this;
        }

        /**
         * Starts the cluster and waits until a job could run on it.
         *
         * @return the running cluster, to be closed
         * @throws IOException if it doesn't start; the message has the end of the logs
         * @throws InterruptedException if the thread was interrupted
         */
        public LocalFlink start() throws IOException, InterruptedException {
            new FlinkJars(libDirectory, plugins).requireFlink();
            LocalFlink flink = new LocalFlink(this);
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
    }
}
