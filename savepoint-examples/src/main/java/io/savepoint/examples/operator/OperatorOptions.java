package io.savepoint.examples.operator;

import io.savepoint.k8s.JobManagerEndpoints;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What the operator is started with; each option has an environment variable of the same meaning. */
final class OperatorOptions {
    /** <a href="https://www.rfc-editor.org/rfc/rfc1123">RFC 1123</a>, as Kubernetes has it. */
    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    @Option(
            names = "--namespaces",
            split = ",",
            paramLabel = "a,b",
            defaultValue = "${env:SAVEPOINT_NAMESPACES}",
            description = "Namespaces of the FlinkClusters to look after; all if not given. [SAVEPOINT_NAMESPACES]")
    @Nullable
    List<String> namespaces;

    @Option(
            names = "--selector",
            paramLabel = "labels",
            defaultValue = "${env:SAVEPOINT_SELECTOR}",
            description = "Look only after FlinkClusters with these labels, as in kubectl -l. [SAVEPOINT_SELECTOR]")
    @Nullable
    String selector;

    @Option(
            names = "--endpoint",
            paramLabel = "url",
            defaultValue = "${env:SAVEPOINT_ENDPOINT}",
            description = "Template of the JobManagers' URLs, such as http://{name}-jobmanager.{namespace}:8081. If not"
                    + " given, it is this with the UI port of the resource, and https where its flinkProperties set"
                    + " security.ssl.rest.enabled. [SAVEPOINT_ENDPOINT]")
    @Nullable
    String endpoint;

    @Option(
            names = "--leader-elect",
            defaultValue = "${env:SAVEPOINT_LEADER_ELECT:-false}",
            description = "Act only while holding the Lease 'savepoint-operator', for several replicas."
                    + " [SAVEPOINT_LEADER_ELECT=true]")
    boolean leaderElect;

    @Option(
            names = "--lease-namespace",
            paramLabel = "namespace",
            defaultValue = "${env:SAVEPOINT_LEASE_NAMESPACE}",
            description = "Namespace of the Lease; if not given, the one of the pod or of the kubeconfig's context."
                    + " [SAVEPOINT_LEASE_NAMESPACE]")
    @Nullable
    String leaseNamespace;

    @Option(
            names = "--lease-duration",
            paramLabel = "15s",
            defaultValue = "${env:SAVEPOINT_LEASE_DURATION:-15s}",
            converter = DurationConverter.class,
            description = "How long a Lease holds that is not renewed, in whole seconds. [SAVEPOINT_LEASE_DURATION]")
    Duration leaseDuration = Duration.ZERO;

    @Option(
            names = "--metrics-port",
            paramLabel = "port",
            defaultValue = "${env:SAVEPOINT_METRICS_PORT:-8080}",
            description = "Port of /metrics, /healthz and /readyz; 0 takes a free one. 8080 if not given."
                    + " [SAVEPOINT_METRICS_PORT]")
    int metricsPort;

    @Option(
            names = "--jar-cache",
            paramLabel = "directory",
            defaultValue = "${env:SAVEPOINT_JAR_CACHE:-${sys:java.io.tmpdir}/savepoint-jars}",
            description = "Where jars go whose jarFile is an http(s) URL; savepoint-jars in the directory for temporary"
                    + " files if not given. [SAVEPOINT_JAR_CACHE]")
    Path jarCache = Path.of("");

    @Option(
            names = "--observe-interval",
            paramLabel = "5s",
            defaultValue = "${env:SAVEPOINT_OBSERVE_INTERVAL:-5s}",
            converter = DurationConverter.class,
            description = "How often a running job is looked at: a failure is noticed that late."
                    + " [SAVEPOINT_OBSERVE_INTERVAL]")
    Duration observeInterval = Duration.ZERO;

    @Option(
            names = "--lost-grace",
            paramLabel = "30s",
            defaultValue = "${env:SAVEPOINT_LOST_GRACE:-30s}",
            converter = DurationConverter.class,
            description = "How long a JobManager that answers may not know a job before it is Lost; longer than a"
                    + " recovery by high availability takes. [SAVEPOINT_LOST_GRACE]")
    Duration lostGrace = Duration.ZERO;

    @Mixin
    final FlinkAccessOptions flink = new FlinkAccessOptions();

    /** {@return the namespaces to look after, none for all} */
    List<String> namespaces() {
        return namespaces == null
                ? List.of()
                : namespaces.stream().filter(name -> !name.isBlank()).toList();
    }

    /** What picocli does not see; before anything is asked over the network. */
    void check() {
        namespaces().stream()
                .filter(name -> !NAMESPACE.matcher(name).matches())
                .findFirst()
                .ifPresent(name -> {
                    throw new StartException("--namespaces: '" + name + "' cannot be the name of a namespace");
                });
        try {
            Optional.ofNullable(endpoint).ifPresent(JobManagerEndpoints::template);
        } catch (IllegalArgumentException e) {
            throw new StartException("--endpoint: " + e.getMessage());
        }
        if (flink.wantsTls()
                && endpoint != null
                && endpoint.toLowerCase(Locale.ROOT).startsWith("http:")) {
            throw new StartException("--flink-ca, --flink-cert, --flink-key: they are of no use with an --endpoint that"
                    + " begins with http:, where nothing is encrypted; let it begin with https:");
        }
    }

    /** Durations as people write them: {@code 500ms} is {@code 0.5s}, {@code 2m}. */
    static final class DurationConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            try {
                Duration duration = Duration.parse("PT" + value.toUpperCase(Locale.ROOT));
                if (!duration.isZero() && !duration.isNegative()) {
                    return duration;
                }
            } catch (DateTimeParseException e) {
                // Told below, with what is allowed.
            }
            throw new TypeConversionException("'" + value + "' is not a duration > 0 such as 5s, 0.5s or 2m");
        }
    }
}
