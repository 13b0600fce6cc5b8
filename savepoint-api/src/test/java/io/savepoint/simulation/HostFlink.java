package io.savepoint.simulation;

import io.savepoint.model.ClusterId;
import io.savepoint.model.DisposalObservation;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointRecord;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.JobLauncher;
import io.savepoint.spi.LaunchRequest;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.testing.FakeFlink;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Flink as one process reaches it. */
final class HostFlink implements FlinkTransport, JobLauncher {
    private final Host host;
    private final Network network;
    private final FakeFlink flink;
    private final FlinkChecks checks;
    private final RetentionChecks retention;
    private final Book book;
    private Duration preparation;

    HostFlink(
            Host host,
            Network network,
            FakeFlink flink,
            FlinkChecks checks,
            RetentionChecks retention,
            Book book,
            Duration preparation) {
        this.host = host;
        this.network = network;
        this.flink = flink;
        this.checks = checks;
        this.retention = retention;
        this.book = book;
        this.preparation = preparation;
    }

    @Override
    public CompletionStage<JobObservation> observeJob(ClusterId cluster, JobId job) {
        return ask(Site.OBSERVE_JOB, cluster, "job " + job, () -> flink.observeJob(cluster, job));
    }

    @Override
    public CompletionStage<TriggerId> triggerSavepoint(ClusterId cluster, SavepointRequest request) {
        checks.leaving(cluster, request, false);
        return ask(
                Site.TRIGGER_SAVEPOINT,
                cluster,
                "savepoint " + request.trigger() + " of job " + request.job(),
                () -> checks.arrived(cluster, flink.triggerSavepoint(cluster, request)));
    }

    @Override
    public CompletionStage<TriggerId> stopWithSavepoint(ClusterId cluster, SavepointRequest request, boolean drain) {
        checks.leaving(cluster, request, true);
        return ask(
                Site.STOP_WITH_SAVEPOINT,
                cluster,
                "stop " + request.trigger() + " of job " + request.job(),
                () -> checks.arrived(cluster, flink.stopWithSavepoint(cluster, request, drain)));
    }

    @Override
    public CompletionStage<OperationObservation> observeOperation(ClusterId cluster, JobId job, TriggerId trigger) {
        return ask(
                Site.OBSERVE_OPERATION,
                cluster,
                "operation " + trigger,
                () -> flink.observeOperation(cluster, job, trigger));
    }

    @Override
    public CompletionStage<Void> cancelJob(ClusterId cluster, JobId job) {
        checks.cancelling(cluster, job);
        return ask(Site.CANCEL_JOB, cluster, "cancel of job " + job, () -> flink.cancelJob(cluster, job));
    }

    @Override
    public CompletionStage<List<SavepointRecord>> savepointHistory(ClusterId cluster, JobId job) {
        return ask(
                Site.SAVEPOINT_HISTORY, cluster, "history of job " + job, () -> flink.savepointHistory(cluster, job));
    }

    @Override
    public CompletionStage<TriggerId> triggerDisposal(ClusterId cluster, String location) {
        retention.disposing(cluster, location);
        return ask(
                Site.TRIGGER_DISPOSAL,
                cluster,
                "disposal of " + location,
                () -> flink.triggerDisposal(cluster, location));
    }

    @Override
    public CompletionStage<DisposalObservation> observeDisposal(ClusterId cluster, TriggerId disposal) {
        return ask(
                Site.OBSERVE_DISPOSAL, cluster, "disposal " + disposal, () -> flink.observeDisposal(cluster, disposal));
    }

    @Override
    public CompletionStage<Optional<String>> failureCause(ClusterId cluster, JobId job) {
        return ask(Site.FAILURE_CAUSE, cluster, "failure of job " + job, () -> flink.failureCause(cluster, job));
    }

    @Override
    public CompletionStage<List<Instant>> savepointsInProgress(ClusterId cluster, JobId job) {
        return ask(
                Site.SAVEPOINT_HISTORY,
                cluster,
                "savepoints in progress of job " + job,
                () -> flink.savepointsInProgress(cluster, job));
    }

    @Override
    public CompletionStage<Outcome> launch(ClusterId cluster, LaunchRequest request, GoAhead goAhead) {
        CompletableFuture<Void> prepared = new CompletableFuture<>();
        host.schedule(preparation, () -> {
            preparation = Duration.ZERO;
            prepared.complete(null);
        });
        return prepared.thenCompose(done -> goAhead.confirm()).thenCompose(confirmed -> launch(cluster, request));
    }

    @Override
    public CompletionStage<Outcome> launch(ClusterId cluster, LaunchRequest request) {
        checks.launching(cluster, request);
        return ask(
                Site.LAUNCH,
                cluster,
                "launch of job " + request.jobId() + " from " + request.fromSavepoint(),
                () -> checks.arrived(cluster, flink.launch(cluster, request)));
    }

    private <T> CompletionStage<T> ask(Site site, ClusterId cluster, String what, Supplier<CompletionStage<T>> effect) {
        // What is on its way when its JobManager dies does not reach the next one: the connection dies as well.
        int connected = book.memoryLosses(cluster);
        return network.send(
                host,
                new Network.Request<>(
                        site,
                        cluster,
                        what,
                        () -> connected == book.memoryLosses(cluster)
                                ? effect.get()
                                : CompletableFuture.failedFuture(
                                        new FlinkUnreachableException(what + ": connection reset")),
                        FlinkUnreachableException::new,
                        FlinkAnswerException::new,
                        Optional.empty(),
                        ago -> new CompletableFuture<>()));
    }
}
