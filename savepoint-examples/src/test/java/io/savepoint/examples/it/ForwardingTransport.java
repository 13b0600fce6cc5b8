package io.savepoint.examples.it;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointRecord;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.SavepointRequest;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Hands everything on, for tests that watch or hold a call or two. */
class ForwardingTransport implements FlinkTransport {
    private final FlinkTransport transport;

    ForwardingTransport(FlinkTransport transport) {
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
}
