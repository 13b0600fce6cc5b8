package io.savepoint.k8s;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.savepoint.SavepointListener;
import io.savepoint.model.SavepointEvent;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what happens to a cluster as Kubernetes Events (core/v1) of its {@code FlinkCluster} resource, as
 * {@code kubectl describe} shows them. The reasons are, with <b>bold</b> ones for Events of type {@code Warning}:
 * {@code SavepointRequested}, {@code SavepointTriggered}, {@code SavepointCreated}, <b>{@code SavepointFailed}</b>,
 * {@code ControlRequested}, {@code ControlSucceeded}, <b>{@code ControlFailed}</b>, {@code JobStarted},
 * {@code JobRestarted}, {@code JobRunning}, <b>{@code JobSubmissionFailed}</b>, <b>{@code JobFailed}</b>,
 * <b>{@code JobLost}</b>, {@code JobCancelled}, {@code JobSucceeded}, <b>{@code RequestRefused}</b>,
 * <b>{@code FlinkUnreachable}</b>, {@code FlinkReachable}, <b>{@code SpecInvalid}</b>. A message longer than 1024 bytes
 * is cut.
 *
 * <p>A job that fails again and again does not flood the API server. What equals an Event of the last 10 minutes raises
 * its {@code count}. Of Events that differ in their message only, 10 within 10 minutes stand by themselves; the others
 * share one that counts them, with the newest message behind "(combined from similar events): ". An Event is written at
 * once when it is new, and then at most every 5 seconds.
 *
 * <p>Events are for people to read, and are not reliable: what could not be written is logged, the first one of each time
 * of trouble as a warning, and what was counted in the last seconds before the process ends is not written. An Event that
 * has expired, or was deleted, is made anew with the count that it had. Nothing is written of a cluster that is gone.
 *
 * <p>The account needs {@code create} and {@code patch} on {@code events} of the core group, in the namespaces of the
 * clusters.
 *
 * <p>No method waits for the API server. Safe for use by any number of threads.
 */
public final class KubernetesEventRecorder implements SavepointListener {
    private static final Logger LOG = LoggerFactory.getLogger(KubernetesEventRecorder.class);
    /** Some 10 MB if every message is as long as can be. */
    private static final int MOST_TALLIES = 8192;

    private static final int MOST_AT_ONCE = 16;

    private final KubernetesClusterStateStore store;
    private final Logger log;
    private final EventAggregator aggregator = new EventAggregator(MOST_TALLIES);
    private final EventWriter writer;
    private final EventLosses losses;

    private KubernetesEventRecorder(Builder builder) {
        this.store = builder.store;
        this.log = builder.log;
        this.losses = new EventLosses(log);
        ApiServer api = new ApiServer(builder.client, builder.requestTimeout);
        EventSender sender = new EventSender(api, builder.component, losses);
        EventWriter.Limits limits = new EventWriter.Limits(builder.rest, MOST_AT_ONCE, MOST_TALLIES);
        this.writer = new EventWriter(sender::send, builder.later, limits);
    }

    /**
     * Makes a recorder.
     *
     * @param client the way to the API server; the recorder does not close it
     * @param store the store of the manager that it listens to
     * @return the recorder; there is nothing to close
     */
    public static KubernetesEventRecorder create(KubernetesClient client, KubernetesClusterStateStore store) {
        return builder(client, store).build();
    }

    /**
     * Starts to describe a recorder.
     *
     * @param client the way to the API server; the recorder does not close it
     * @param store the store of the manager that it listens to
     * @return a builder with nothing else set
     */
    public static Builder builder(KubernetesClient client, KubernetesClusterStateStore store) {
        return new Builder(client, store);
    }

    /** {@inheritDoc} Returns at once, and throws nothing. */
    @Override
    public void onEvent(SavepointEvent event) {
        try {
            Optional<GenericKubernetesResource> resource = store.resource(event.cluster());
            if (resource.isEmpty()) {
                log.debug("{}: no Event of {}, as the cluster is gone", event.cluster(), event.type());
                return;
            }
            EventTally tally = aggregator.count(
                    reference(resource.get()), EventReason.of(event.type()), event.message(), event.time());
            if (!writer.write(tally)) {
                losses.lost(tally, new RejectedExecutionException(MOST_TALLIES + " others wait already"));
            }
        } catch (RuntimeException e) {
            log.warn("{}: no Event of {} could be made", event.cluster(), event.type(), e);
        }
    }

    private static ObjectReference reference(GenericKubernetesResource resource) {
        return new ObjectReferenceBuilder()
                .withApiVersion(resource.getApiVersion())
                .withKind(resource.getKind())
                .withNamespace(resource.getMetadata().getNamespace())
                .withName(resource.getMetadata().getName())
                .withUid(resource.getMetadata().getUid())
                .withResourceVersion(resource.getMetadata().getResourceVersion())
                .build();
    }

    /** Describes a recorder. Not safe for use by several threads. */
    public static final class Builder {
        private static final Pattern COMPONENT =
                Pattern.compile("([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
        private static final int LONGEST_COMPONENT = 128;

        private final KubernetesClient client;
        private final KubernetesClusterStateStore store;
        private String component = "savepoint-manager";
        private Duration requestTimeout = Duration.ofSeconds(10);
        private Duration rest = Duration.ofSeconds(5);
        private BiConsumer<Duration, Runnable> later = Builder::runLater;
        private Logger log = LOG;

        private Builder(KubernetesClient client, KubernetesClusterStateStore store) {
            this.client = client;
            this.store = store;
        }

        /**
         * Sets who tells, as {@code kubectl describe} shows it in the column "From"; {@code savepoint-manager} unless
         * set.
         *
         * @param value a name of letters, digits, '-', '_' and '.', perhaps after a domain and a slash, as
         *     {@code example.com/flink-operator}
         * @return this
         */
        public Builder component(String value) {
            if (value.length() > LONGEST_COMPONENT || !COMPONENT.matcher(value).matches()) {
                throw new IllegalArgumentException("component must be a name as Kubernetes has them, like"
                        + " savepoint-manager or example.com/flink-operator, of at most 63 characters without the domain"
                        + " and " + LONGEST_COMPONENT + " in all; was '" + value + "'");
            }
            component = value;
            return this;
        }

        /**
         * Sets how long a request may take, with the retries of the client; 10 seconds unless set.
         *
         * @param value at least 1 ms
         * @return this
         */
        public Builder requestTimeout(Duration value) {
            if (value.toMillis() < 1) {
                throw new IllegalArgumentException("requestTimeout must be at least 1 ms, was " + value);
            }
            requestTimeout = value;
            return this;
        }

        Builder rest(Duration value) {
            rest = value;
            return this;
        }

        Builder later(BiConsumer<Duration, Runnable> value) {
            later = value;
            return this;
        }

        Builder log(Logger value) {
            log = value;
            return this;
        }

        /**
         * Makes the recorder.
         *
         * @return the recorder; there is nothing to close
         */
        public KubernetesEventRecorder build() {
            return new KubernetesEventRecorder(this);
        }

        /** On a thread of the JDK's, as what is to be done is short; so there is nothing to close. */
        private static void runLater(Duration delay, Runnable task) {
            Executor executor = CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS);
            executor.execute(task);
        }
    }
}
