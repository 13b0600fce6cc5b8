package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import io.savepoint.model.DisposalObservation;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointRecord;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkException;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.SavepointRequest;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Talks to Flink clusters from 1.13 on over their REST API, with the HTTP client of the JDK.
 *
 * <p>What differs between Flink's versions is settled by the {@code flink-version} of {@code GET /config}, which is asked
 * for before the first savepoint of an endpoint, and again after the endpoint was unreachable, when it refuses the form of
 * a request, and whenever it lacks what a request needs: so an upgrade that nobody noticed is noticed then. Before 1.15
 * Flink takes neither ids from clients nor a format. {@link #capabilities} tells what a version can do.
 *
 * <p>Every method returns at once; no thread waits for Flink. A future that fails does so with a {@link FlinkException}
 * (which {@code join()} wraps, as always). Every request is bounded by {@link FlinkRestConfig#requestTimeout()}, from
 * the connection to the last byte of the answer, its answer by {@link FlinkRestConfig#maxBodyBytes()}, and how many are
 * under way to one endpoint by {@link FlinkRestConfig#maxRequestsPerEndpoint()}. Those who look at jobs of one endpoint at
 * the same time share the question, which is always one that was sent after they asked. Redirects are
 * not followed. No request is repeated, except by the methods that wait for an end, and when a version of Flink other than
 * the one expected could not read it, hence did nothing. Cancelling a future does not take back its request.
 *
 * <p>Safe for use by any number of threads. One transport serves any number of clusters with one HTTP client, and its
 * threads are daemons: there is nothing to close.
 *
 * @see <a href="https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/rest_api/">Flink's REST API</a>
 */
public final class FlinkRestTransport implements FlinkTransport {
    private final Optional<ClusterId> only;
    private final FlinkRestConfig config;
    private final Bulkhead bulkhead;
    private final Overviews overviews;
    private final FlinkVersions versions;
    private final FlinkRequests requests;
    private final SavepointRequests savepoints;
    private final Checkpoints checkpoints;
    private final Jars jars;
    private final SavepointTaker taker;
    private final SavepointDisposer disposer;

    private FlinkRestTransport(FlinkEndpoints endpoints, Optional<ClusterId> only, FlinkRestConfig config) {
        this.only = only;
        this.config = config;
        this.bulkhead = new Bulkhead(new FlinkHttp(config)::send, config);
        this.overviews = new Overviews(this::send, config.requestTimeout(), SystemScheduler.INSTANCE);
        this.versions = new FlinkVersions(this::askVersion);
        this.requests = new FlinkRequests(endpoints, this::send, versions, config.requestTimeout());
        this.savepoints = new SavepointRequests(requests, config.scheduler().clock());
        this.checkpoints = new Checkpoints(requests);
        this.jars = new Jars(requests, new JarRequests(requests, config.launchTimeout()));
        this.taker = new SavepointTaker(this, config);
        this.disposer = new SavepointDisposer(this, config);
    }

    /**
     * Makes a transport for many clusters.
     *
     * @param endpoints where their REST endpoints are
     * @return the transport
     */
    public static FlinkRestTransport create(FlinkEndpoints endpoints) {
        return create(endpoints, FlinkRestConfig.defaults());
    }

    /**
     * Makes a transport for many clusters.
     *
     * @param endpoints where their REST endpoints are
     * @param config its settings
     * @return the transport
     */
    public static FlinkRestTransport create(FlinkEndpoints endpoints, FlinkRestConfig config) {
        return new FlinkRestTransport(endpoints, Optional.empty(), config);
    }

    /**
     * Makes a transport for one cluster, as in a test or a script. Whatever {@link ClusterId} its methods are given, they
     * talk to that one; {@link #cluster()} gives its own.
     *
     * @param url the URL of its REST endpoint, such as {@code http://localhost:8081}
     * @return the transport
     * @throws IllegalArgumentException if it is not such a URL
     */
    public static FlinkRestTransport at(String url) {
        return at(url, FlinkRestConfig.defaults());
    }

    /**
     * Makes a transport for one cluster, as {@link #at(String)}.
     *
     * @param url the URL of its REST endpoint
     * @param config its settings
     * @return the transport
     * @throws IllegalArgumentException if it is not such a URL
     */
    public static FlinkRestTransport at(String url, FlinkRestConfig config) {
        URI endpoint = Endpoint.parse(url);
        ClusterId cluster = ClusterId.of("rest", endpoint.getAuthority());
        return new FlinkRestTransport(FlinkEndpoints.fixed(endpoint), Optional.of(cluster), config);
    }

    /**
     * The one cluster of {@link #at(String)}, for the methods that ask for one.
     *
     * @return its name, which is made of the URL's host and port
     * @throws IllegalStateException if this transport was not made by {@link #at(String)}
     */
    public ClusterId cluster() {
        return only.orElseThrow(() -> new IllegalStateException(
                "this transport serves several clusters: say which one, or make it by FlinkRestTransport.at(url)"));
    }

    @Override
    public CompletableFuture<JobObservation> observeJob(ClusterId cluster, JobId job) {
        return requests.withEndpoint(cluster, endpoint -> overviews.ask(cluster, endpoint, job));
    }

    /**
     * {@inheritDoc}
     *
     * <p>Before Flink 1.15 the id is not sent, and the answer is one that Flink chose; {@code NATIVE} is refused with
     * {@link io.savepoint.spi.FlinkRefusedException}, without asking Flink.
     */
    @Override
    public CompletableFuture<TriggerId> triggerSavepoint(ClusterId cluster, SavepointRequest request) {
        Instant asked = config.scheduler().clock().instant();
        return requests.withEndpoint(cluster, endpoint -> savepoints.savepoint(cluster, endpoint, request, asked));
    }

    /**
     * {@inheritDoc}
     *
     * <p>As for {@link #triggerSavepoint}, there are no ids from clients and no formats before Flink 1.15: do not repeat a
     * stop there whose answer was lost, as a second one can end the job without a savepoint.
     */
    @Override
    public CompletableFuture<TriggerId> stopWithSavepoint(ClusterId cluster, SavepointRequest request, boolean drain) {
        Instant asked = config.scheduler().clock().instant();
        return requests.withEndpoint(cluster, endpoint -> savepoints.stop(cluster, endpoint, request, asked, drain));
    }

    /** {@inheritDoc} That is {@link FlinkRestConfig#requestTimeout()}. */
    @Override
    public Duration requestTimeout() {
        return config.requestTimeout();
    }

    @Override
    public CompletableFuture<OperationObservation> observeOperation(ClusterId cluster, JobId job, TriggerId trigger) {
        return requests.withEndpoint(
                cluster,
                endpoint -> requests.send(Call.get(
                                cluster, endpoint, "/jobs/" + job + "/savepoints/" + trigger, requests.timeout()))
                        .thenCompose(answer -> answer.saysUnknown()
                                ? versions.of(cluster, endpoint)
                                        .thenApply(version ->
                                                new OperationObservation.Unknown(!version.takesTriggerIdAndFormat()))
                                : CompletableFuture.completedFuture(Answers.operation(answer))));
    }

    /**
     * {@inheritDoc}
     *
     * <p>Flink before 1.15 answers for a job that has ended as for one that it does not know.
     */
    @Override
    public CompletableFuture<Void> cancelJob(ClusterId cluster, JobId job) {
        return requests.withEndpoint(cluster, endpoint -> {
            Call call = Call.patch(cluster, endpoint, "/jobs/" + job, "?mode=cancel", config.requestTimeout());
            return send(call).thenAccept(answer -> {
                if (answer.isOk()) {
                    Answers.accepted(answer);
                } else if (!Answers.saysEnded(answer)) {
                    throw FlinkRequests.failure(answer, job);
                }
            });
        });
    }

    @Override
    public CompletableFuture<List<SavepointRecord>> savepointHistory(ClusterId cluster, JobId job) {
        return requests.ofJob(cluster, job, "/checkpoints", Answers::history);
    }

    @Override
    public CompletableFuture<List<Instant>> savepointsInProgress(ClusterId cluster, JobId job) {
        return requests.ofJob(cluster, job, "/checkpoints", Answers::inProgress);
    }

    @Override
    public CompletableFuture<TriggerId> triggerDisposal(ClusterId cluster, String location) {
        Map<String, Object> body = Map.of("savepoint-path", location);
        return requests.withEndpoint(
                cluster,
                endpoint -> send(Call.post(cluster, endpoint, "/savepoint-disposal", body, config.requestTimeout()))
                        .thenApply(Answers::requestId));
    }

    @Override
    public CompletableFuture<DisposalObservation> observeDisposal(ClusterId cluster, TriggerId disposal) {
        return requests.get(cluster, "/savepoint-disposal/" + disposal, Answers::disposal);
    }

    /** {@inheritDoc} Flink may answer from a cache that is up to {@code web.refresh-interval} (3 seconds) old. */
    @Override
    public CompletableFuture<Optional<String>> failureCause(ClusterId cluster, JobId job) {
        return requests.ofJob(cluster, job, "/exceptions", Answers::failureCause);
    }

    /**
     * Asks a cluster for its version of Flink, unless that is known already.
     *
     * @param cluster the cluster
     * @return the version as Flink tells it, such as {@code 1.20.5}
     */
    public CompletableFuture<String> flinkVersion(ClusterId cluster) {
        return version(cluster).thenApply(FlinkVersion::text);
    }

    /**
     * Tells what a cluster's version of Flink can do. That is asked for once, and again after an outage or when there is
     * another sign that the version has changed. What a version lacks is asked for each time, so that an upgrade is seen at
     * once.
     *
     * @param cluster the cluster
     * @return what it can do
     */
    public CompletableFuture<FlinkCapabilities> capabilities(ClusterId cluster) {
        return requests.withEndpoint(cluster, endpoint -> versions.of(cluster, endpoint, FlinkCapabilities::areAll))
                .thenApply(FlinkCapabilities::of);
    }

    /** {@return the operations on the checkpoints of jobs} */
    public Checkpoints checkpoints() {
        return checkpoints;
    }

    /** {@return the operations on the jars of session clusters} */
    public Jars jars() {
        return jars;
    }

    CompletableFuture<FlinkVersion> version(ClusterId cluster) {
        return requests.withEndpoint(cluster, endpoint -> versions.of(cluster, endpoint));
    }

    private CompletableFuture<FlinkVersion> askVersion(ClusterId cluster, URI endpoint) {
        return send(Call.get(cluster, endpoint, "/config", config.requestTimeout()))
                .thenApply(Answers::version);
    }

    /**
     * Takes a savepoint and waits for its end, without a thread: for tests and scripts. Unlike a manager it remembers
     * nothing beyond the call.
     *
     * <p>If the answer to the request is lost, the savepoint's id tells whether Flink has begun it, and if not, the
     * request is repeated under the same id: one savepoint is taken, unless the JobManager was restarted meanwhile. Before
     * Flink 1.15, which takes no ids from clients, a lost answer fails the call, and the savepoint may be under way.
     *
     * <p>This waits as long as Flink says that the savepoint is in progress: there is no bound but Flink's checkpoint
     * timeout ({@code execution.checkpointing.timeout}, 10 minutes by default) and, when Flink does not answer, {@link
     * FlinkRestConfig#outageTolerance()}. {@link CompletableFuture#orTimeout} sets one. That and cancelling the future end
     * the waiting; the savepoint goes on.
     *
     * @param cluster where to
     * @param job the job
     * @param targetDirectory where the savepoint shall go, as Flink sees it
     * @return the savepoint, once it is complete; {@link SavepointFailedException} if it failed, {@link
     *     io.savepoint.spi.UnknownOperationException} if the JobManager was restarted meanwhile, {@link
     *     FlinkUnreachableException} or {@link io.savepoint.spi.FlinkAnswerException} if Flink could not be asked, or no
     *     usable answer came for {@link FlinkRestConfig#outageTolerance()}
     */
    public CompletableFuture<TakenSavepoint> takeSavepoint(ClusterId cluster, JobId job, String targetDirectory) {
        return takeSavepoint(cluster, job, SavepointOptions.into(targetDirectory));
    }

    /**
     * Takes a savepoint as {@link #takeSavepoint(ClusterId, JobId, String)}, of another format or in Flink's default
     * directory.
     *
     * @param cluster where to
     * @param job the job
     * @param options where it shall go, and its format
     * @return as there; {@link io.savepoint.spi.FlinkRefusedException} also for {@code NATIVE} before Flink 1.15, and
     *     without a directory if Flink has no default
     */
    public CompletableFuture<TakenSavepoint> takeSavepoint(ClusterId cluster, JobId job, SavepointOptions options) {
        return taker.take(cluster, job, options);
    }

    /**
     * Takes a savepoint as {@link #takeSavepoint(ClusterId, JobId, String)}, on the one cluster of {@link #at(String)}.
     *
     * @param job the job
     * @param targetDirectory where the savepoint shall go, as Flink sees it
     * @return as there
     * @throws IllegalStateException if this transport was not made by {@link #at(String)}
     */
    public CompletableFuture<TakenSavepoint> takeSavepoint(JobId job, String targetDirectory) {
        return takeSavepoint(cluster(), job, targetDirectory);
    }

    /**
     * Takes a savepoint as {@link #takeSavepoint(JobId, String)}.
     *
     * @param jobId the job's id, 32 hexadecimal digits
     * @param targetDirectory where the savepoint shall go, as Flink sees it
     * @return as there
     * @throws IllegalArgumentException if it is not a job id
     * @throws IllegalStateException if this transport was not made by {@link #at(String)}
     */
    public CompletableFuture<TakenSavepoint> takeSavepoint(String jobId, String targetDirectory) {
        return takeSavepoint(JobId.of(jobId), targetDirectory);
    }

    /**
     * Stops a job with a savepoint and waits for the end, without a thread and in the same way as {@link
     * #takeSavepoint(ClusterId, JobId, String)}. When this completes, the job has {@code FINISHED}.
     *
     * <p>A stop that fails may leave the job running (as for a directory that cannot be written), failed, or restarted by
     * Flink. One whose answer is lost is repeated under its own id, which is safe; before Flink 1.15 there is no such id,
     * a second stop could end the job without a savepoint, and nothing is repeated.
     *
     * @param cluster where to
     * @param job the job
     * @param options where the savepoint shall go, and its format
     * @param drain whether the job first emits the end of its event time: then it cannot be resumed from the savepoint as
     *     if nothing had happened
     * @return the savepoint; fails as {@link #takeSavepoint(ClusterId, JobId, SavepointOptions)}
     */
    public CompletableFuture<TakenSavepoint> stopJob(
            ClusterId cluster, JobId job, SavepointOptions options, boolean drain) {
        return taker.stop(cluster, job, options, drain);
    }

    /**
     * Disposes of a savepoint and waits for the end, without a thread. If an answer is lost, or the JobManager is
     * restarted meanwhile, the savepoint is asked about again, for at most {@link FlinkRestConfig#outageTolerance()}. A
     * savepoint that is not there (any more) counts as disposed of.
     *
     * @param cluster the cluster that is to delete it; any that reaches the place will do
     * @param location where the savepoint lies
     * @return {@link DisposalObservation.Done}, or {@link DisposalObservation.Missing} if there was none, which is also
     *     said of one that was deleted by a request whose answer was lost; {@link DisposalFailedException} if it failed,
     *     {@link io.savepoint.spi.UnknownOperationException}, {@link FlinkUnreachableException} or {@link
     *     io.savepoint.spi.FlinkAnswerException} if its end could not be learned
     */
    public CompletableFuture<DisposalObservation> disposeSavepoint(ClusterId cluster, String location) {
        return disposer.dispose(cluster, location);
    }

    /**
     * Disposes of a savepoint as {@link #disposeSavepoint(ClusterId, String)}, by the one cluster of {@link #at(String)}.
     *
     * @param location where the savepoint lies
     * @return as there
     * @throws IllegalStateException if this transport was not made by {@link #at(String)}
     */
    public CompletableFuture<DisposalObservation> disposeSavepoint(String location) {
        return disposeSavepoint(cluster(), location);
    }

    FlinkRequests requests() {
        return requests;
    }

    /** Sends a call. After an outage there may be another version of Flink behind the endpoint. */
    private CompletableFuture<Answer> send(Call call) {
        return bulkhead.send(call).whenComplete((answer, thrown) -> {
            if (thrown != null || answer.status() == 503) {
                versions.forget(call.endpoint());
            }
        });
    }
}
