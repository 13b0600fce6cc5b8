package io.savepoint.examples.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.savepoint.SavepointManager;
import io.savepoint.flink.rest.DownloadingJobLauncher;
import io.savepoint.flink.rest.FlinkEndpoints;
import io.savepoint.flink.rest.FlinkRestConfig;
import io.savepoint.flink.rest.FlinkRestTransport;
import io.savepoint.flink.rest.RestJobLauncher;
import io.savepoint.k8s.JobManagerEndpoints;
import io.savepoint.k8s.KubernetesClusterStateStore;
import io.savepoint.k8s.KubernetesEventRecorder;
import io.savepoint.k8s.LeaderElection;
import io.savepoint.spi.JobLauncher;
import java.io.IOException;
import java.net.BindException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;

/**
 * The reference operator: looks after the savepoints of {@code FlinkCluster} resources, starts their jobs on the session
 * clusters at their endpoints, and restarts failed ones.
 */
@Command(
        name = "savepoint-operator",
        mixinStandardHelpOptions = true,
        versionProvider = SavepointOperator.Version.class,
        sortOptions = false,
        description =
                "Looks after the savepoints of FlinkCluster resources (flinkoperator.k8s.io/v1beta1). The API server"
                        + " is the one of KUBECONFIG, or of the pod that this runs in.")
public final class SavepointOperator implements Callable<Integer> {
    /** What Kubernetes gives a pod, by default, before it kills it. */
    private static final int CLOSE_SECONDS = 30;

    private static final String LEASE = "savepoint-operator";
    private static final String LOG_PREFIX = "org.slf4j.simpleLogger.";

    static {
        // Before the first logger is made.
        logInOneLine();
    }

    private static final Logger LOG = LoggerFactory.getLogger(SavepointOperator.class);

    @Mixin
    private final OperatorOptions options = new OperatorOptions();

    private SavepointOperator() {}

    /**
     * Runs the operator until it is told to end.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        int code = new CommandLine(new SavepointOperator())
                .setParameterExceptionHandler((problem, given) -> refuse(problem))
                .setExecutionExceptionHandler((problem, command, parsed) -> {
                    if (problem instanceof StartException cannotStart) {
                        return refuse(cannotStart);
                    }
                    throw problem;
                })
                .execute(args);
        System.exit(code);
    }

    /** That of the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = SavepointOperator.class.getPackage().getImplementationVersion();
            return new String[] {"savepoint-operator " + (version == null ? "(not packaged)" : version)};
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        options.check();
        FlinkRestConfig access = options.flink.config();
        CountDownLatch ended = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            ended.countDown();
            try {
                boolean ignored = closed.await(CLOSE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        try (KubernetesClient client = ApiServerAccess.connect(options.namespaces(), options.selector)) {
            run(client, access, ended);
        } finally {
            closed.countDown();
        }
        return CommandLine.ExitCode.OK;
    }

    private void run(KubernetesClient client, FlinkRestConfig access, CountDownLatch ended)
            throws IOException, InterruptedException {
        KubernetesClusterStateStore.Builder described =
                KubernetesClusterStateStore.builder(client).namespaces(options.namespaces());
        Optional.ofNullable(options.selector).ifPresent(described::labelSelector);
        OperatorMetrics metrics = new OperatorMetrics();
        try (KubernetesClusterStateStore store = described.build();
                StatusServer status = statusServer(metrics, store);
                WatchLog watchLog = WatchLog.start(store::isWatching)) {
            metrics.gauge("savepoint.clusters", "FlinkClusters looked after", () -> clusters(store));
            metrics.gauge(
                    "savepoint.watching",
                    "1 while changes of FlinkClusters are heard of",
                    () -> store.isWatching() ? 1 : 0);
            FlinkRestTransport flink = FlinkRestTransport.create(endpoints(store), access);
            JobLauncher launcher = launcher(flink);
            KubernetesEventRecorder events = KubernetesEventRecorder.create(client, store);
            try (AutoCloseable work = lead(client, metrics, () -> manage(store, flink, launcher, metrics, events))) {
                LOG.info(
                        "started: namespaces {}, metrics on port {}",
                        options.namespaces().isEmpty() ? "all" : options.namespaces(),
                        status.port());
                ended.await();
                LOG.info("ending");
            } catch (InterruptedException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException("the operator could not be ended in order", e);
            }
        }
    }

    private StatusServer statusServer(OperatorMetrics metrics, KubernetesClusterStateStore store) throws IOException {
        try {
            return StatusServer.start(
                    options.metricsPort,
                    metrics::text,
                    () -> store.synced().toCompletableFuture().isDone());
        } catch (BindException | IllegalArgumentException e) {
            throw new StartException("--metrics-port " + options.metricsPort + ": " + e.getMessage());
        }
    }

    private JobLauncher launcher(FlinkRestTransport flink) {
        try {
            return DownloadingJobLauncher.create(RestJobLauncher.create(flink), options.jarCache);
        } catch (IllegalArgumentException e) {
            throw new StartException("--jar-cache: " + e.getMessage());
        }
    }

    private AutoCloseable lead(KubernetesClient client, OperatorMetrics metrics, Supplier<SavepointManager> work) {
        if (!options.leaderElect) {
            return work.get();
        }
        String namespace = Optional.ofNullable(options.leaseNamespace)
                .or(() -> Optional.ofNullable(client.getNamespace()))
                .orElse("default");
        LeaderElection election;
        try {
            election = LeaderElection.builder(client, namespace, LEASE)
                    .leaseDuration(options.leaseDuration)
                    .renewDeadline(options.leaseDuration.multipliedBy(2).dividedBy(3))
                    .retryPeriod(options.leaseDuration.dividedBy(8))
                    .build();
        } catch (IllegalArgumentException e) {
            throw new StartException("--lease-duration: " + e.getMessage());
        }
        metrics.gauge("savepoint.leader", "1 while this process acts", () -> election.isLeader() ? 1 : 0);
        election.start(work);
        return election;
    }

    private SavepointManager manage(
            KubernetesClusterStateStore store,
            FlinkRestTransport flink,
            JobLauncher launcher,
            OperatorMetrics metrics,
            KubernetesEventRecorder events) {
        SavepointManager manager = SavepointManager.builder()
                .store(store)
                .flink(flink)
                .launcher(launcher)
                .observeInterval(options.observeInterval)
                .lostGrace(options.lostGrace)
                .listener(new EventLog())
                .listener(metrics)
                .listener(events)
                .build();
        manager.start();
        return manager;
    }

    private FlinkEndpoints endpoints(KubernetesClusterStateStore store) {
        if (options.endpoint == null) {
            return JobManagerEndpoints.of(store)::endpointOf;
        }
        return JobManagerEndpoints.template(options.endpoint)::endpointOf;
    }

    private static int clusters(KubernetesClusterStateStore store) throws Exception {
        return store.list().toCompletableFuture().get(1, TimeUnit.SECONDS).size();
    }

    private static int refuse(Exception problem) {
        System.err.println(
                "savepoint-operator: " + String.valueOf(problem.getMessage()).replaceAll("\\s*\\R\\s*", " "));
        return CommandLine.ExitCode.USAGE;
    }

    /** Whatever the user sets comes first. */
    private static void logInOneLine() {
        setDefault("showDateTime", "true");
        setDefault("dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
        setDefault("showThreadName", "false");
        setDefault("levelInBrackets", "false");
        // What it retries is told by this operator's own words.
        setDefault("log.io.fabric8.kubernetes", "error");
    }

    private static void setDefault(String name, String value) {
        if (System.getProperty(LOG_PREFIX + name) == null) {
            System.setProperty(LOG_PREFIX + name, value);
        }
    }
}
