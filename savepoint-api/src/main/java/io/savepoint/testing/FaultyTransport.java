package io.savepoint.testing;

import io.savepoint.model.ClusterId;
import io.savepoint.model.DisposalObservation;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointRecord;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.SavepointRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A transport whose every call goes through {@link Faults}. */
final class FaultyTransport implements FlinkTransport {
    private final FlinkTransport delegate;
    private final Faults faults;

    FaultyTransport(FlinkTransport delegate, Faults faults) {
        this.delegate = delegate;
        this.faults = faults;
    }

    @Override
    public CompletionStage<JobObservation> observeJob(ClusterId cluster, JobId job) {
        return faults.flink("observeJob", () -> delegate.observeJob(cluster, job));
    }

    @Override
    public CompletionStage<TriggerId> triggerSavepoint(ClusterId cluster, SavepointRequest request) {
        return faults.flink("triggerSavepoint", () -> delegate.triggerSavepoint(cluster, request));
    }

    @Override
    public CompletionStage<TriggerId> stopWithSavepoint(ClusterId cluster, SavepointRequest request, boolean drain) {
        return faults.flink("stopWithSavepoint", () -> delegate.stopWithSavepoint(cluster, request, drain));
    }

    @Override
    public CompletionStage<OperationObservation> observeOperation(ClusterId cluster, JobId job, TriggerId trigger) {
        return faults.flink("observeOperation", () -> delegate.observeOperation(cluster, job, trigger));
    }

    @Override
    public CompletionStage<Void> cancelJob(ClusterId cluster, JobId job) {
        return faults.flink("cancelJob", () -> delegate.cancelJob(cluster, job));
    }

    @Override
    public CompletionStage<List<SavepointRecord>> savepointHistory(ClusterId cluster, JobId job) {
        return faults.flink("savepointHistory", () -> delegate.savepointHistory(cluster, job));
    }

    @Override
    public CompletionStage<TriggerId> triggerDisposal(ClusterId cluster, String location) {
        return faults.flink("triggerDisposal", () -> delegate.triggerDisposal(cluster, location));
    }

    @Override
    public CompletionStage<DisposalObservation> observeDisposal(ClusterId cluster, TriggerId disposal) {
        return faults.flink("observeDisposal", () -> delegate.observeDisposal(cluster, disposal));
    }

    @Override
    public CompletionStage<Optional<String>> failureCause(ClusterId cluster, JobId job) {
        return faults.flink("failureCause", () -> delegate.failureCause(cluster, job));
    }

    @Override
    public CompletionStage<List<Instant>> savepointsInProgress(ClusterId cluster, JobId job) {
        return faults.flink("savepointsInProgress", () -> delegate.savepointsInProgress(cluster, job));
    }

    @Override
    public Duration requestTimeout() {
        return delegate.requestTimeout();
    }
}
