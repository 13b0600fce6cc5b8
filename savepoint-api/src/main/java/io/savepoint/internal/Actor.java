package io.savepoint.internal;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.Launch;
import io.savepoint.model.Operation;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.JobLauncher;
import io.savepoint.spi.LaunchRequest;
import io.savepoint.spi.SavepointRequest;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Carries out the action of a tick. Whatever else goes wrong than a refusal, the next tick finds out what came of it. */
final class Actor {
    private final ClusterStateStore store;
    private final FlinkTransport transport;
    private final Optional<JobLauncher> launcher;

    Actor(ClusterStateStore store, FlinkTransport transport, Optional<JobLauncher> launcher) {
        this.store = store;
        this.transport = transport;
        this.launcher = launcher;
    }

    /**
     * What came of an action.
     *
     * @param refusal why Flink will not do it
     * @param renamed the id that Flink goes by, if it is not one that it was given
     * @param note what is worth telling the host
     * @param conflict whether somebody else wrote to the cluster first
     */
    record Outcome(Optional<String> refusal, Optional<TriggerId> renamed, Optional<String> note, boolean conflict) {
        static final Outcome DONE = new Outcome(Optional.empty(), Optional.empty(), Optional.empty(), false);

        static Outcome refused(String reason) {
            return new Outcome(Optional.of(reason), Optional.empty(), Optional.of(reason), false);
        }

        static Outcome renamed(TriggerId id) {
            return new Outcome(Optional.empty(), Optional.of(id), Optional.empty(), false);
        }

        static Outcome noted(String note) {
            return new Outcome(Optional.empty(), Optional.empty(), Optional.of(note), false);
        }

        static Outcome conflicted() {
            return new Outcome(Optional.empty(), Optional.empty(), Optional.empty(), true);
        }
    }

    /**
     * Carries out an action.
     *
     * @param state what it was decided on
     * @param version the version that the cluster has now, as far as is known
     * @param action what to do
     * @param goAhead whether a submission may be sent
     * @return what came of it; fails only if the store does
     */
    CompletableFuture<Outcome> act(ClusterState state, String version, Action action, JobLauncher.GoAhead goAhead) {
        if (action instanceof Action.Acknowledge acknowledge) {
            return Stages.call(() -> store.acknowledgeControl(state.id(), version, acknowledge.control()))
                    .thenApply(removed -> removed ? Outcome.DONE : Outcome.conflicted());
        }
        return actOnFlink(state, action, goAhead).exceptionally(Actor::failed);
    }

    private CompletableFuture<Outcome> actOnFlink(ClusterState state, Action action, JobLauncher.GoAhead goAhead) {
        if (action instanceof Action.Send send) {
            return send(state.id(), send.operation());
        }
        if (action instanceof Action.Submit submit) {
            return submit(state, submit.launch(), goAhead);
        }
        if (action instanceof Action.Dispose dispose) {
            return Stages.call(() -> transport.triggerDisposal(
                            state.id(), dispose.savepoint().location()))
                    .thenApply(Outcome::renamed);
        }
        if (action instanceof Action.CancelRun cancel) {
            return Stages.call(() -> transport.cancelJob(state.id(), cancel.jobId()))
                    .thenApply(done -> Outcome.DONE);
        }
        return CompletableFuture.completedFuture(Outcome.DONE);
    }

    private CompletableFuture<Outcome> send(ClusterId cluster, Operation operation) {
        SavepointRequest request = new SavepointRequest(
                operation.jobId(), operation.triggerId(), operation.targetDirectory(), operation.format());
        return switch (operation.kind()) {
            case SAVEPOINT ->
                Stages.call(() -> transport.triggerSavepoint(cluster, request))
                        .thenApply(id -> accepted(operation, id));
            case STOP ->
                Stages.call(() -> transport.stopWithSavepoint(cluster, request, operation.drain()))
                        .thenApply(id -> accepted(operation, id));
            case CANCEL ->
                Stages.call(() -> transport.cancelJob(cluster, operation.jobId()))
                        .thenApply(done -> Outcome.DONE);
        };
    }

    private static Outcome accepted(Operation operation, TriggerId id) {
        return id.equals(operation.triggerId()) ? Outcome.DONE : Outcome.renamed(id);
    }

    private CompletableFuture<Outcome> submit(ClusterState state, Launch launch, JobLauncher.GoAhead goAhead) {
        LaunchRequest request =
                new LaunchRequest(launch.jobId(), state.spec(), launch.fromSavepoint(), launch.allowNonRestoredState());
        return Stages.call(() -> launcher.orElseThrow().launch(state.id(), request, goAhead))
                .thenApply(outcome -> Outcome.DONE);
    }

    private static Outcome failed(Throwable failure) {
        String message = Stages.describe(failure);
        return Stages.unwrap(failure) instanceof FlinkRefusedException
                ? Outcome.refused(message)
                : Outcome.noted(message);
    }
}
