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

/**
 * A transport that hands every call on to another one, for tests of embedders that watch, hold or fail a call or two of it
 * by overriding them.
 *
 * <p>As safe for use by several threads as the transport behind it.
 */
public class ForwardingTransport implements FlinkTransport {
    private final FlinkTransport transport;

    /**
     * Forwards to a transport.
     *
     * @param transport what answers the calls
     */
    public ForwardingTransport(FlinkTransport transport) {
        this.transport = transport;
    }

    @Override
    public CompletionStage<JobObservation> observeJob(ClusterId cluster, JobId job) {
        return transport.observeJob(cluster, job);
    }

    @Override
    public CompletionStage<TriggerId> triggerSavepoint(ClusterId cluster, SavepointRequest request) {
        return transport.triggerSavepoint(cluster, request);
    }

    @Override
    public CompletionStage<TriggerId> stopWithSavepoint(ClusterId cluster, SavepointRequest request, boolean drain) {
        return transport.stopWithSavepoint(cluster, request, drain);
    }

    @Override
    public CompletionStage<OperationObservation> observeOperation(ClusterId cluster, JobId job, TriggerId trigger) {
        return transport.observeOperation(cluster, job, trigger);
    }

    @Override
    public CompletionStage<Void> cancelJob(ClusterId cluster, JobId job) {
        return transport.cancelJob(cluster, job);
    }

    @Override
    public CompletionStage<List<SavepointRecord>> savepointHistory(ClusterId cluster, JobId job) {
        return transport.savepointHistory(cluster, job);
    }

    @Override
    public CompletionStage<TriggerId> triggerDisposal(ClusterId cluster, String location) {
        return transport.triggerDisposal(cluster, location);
    }

    @Override
    public CompletionStage<DisposalObservation> observeDisposal(ClusterId cluster, TriggerId disposal) {
        return transport.observeDisposal(cluster, disposal);
    }

    @Override
    public CompletionStage<Optional<String>> failureCause(ClusterId cluster, JobId job) {
        return transport.failureCause(cluster, job);
    }

    @Override
    public CompletionStage<List<Instant>> savepointsInProgress(ClusterId cluster, JobId job) {
        return transport.savepointsInProgress(cluster, job);
    }

    @Override
    public Duration requestTimeout() {
        return transport.requestTimeout();
    }
}
