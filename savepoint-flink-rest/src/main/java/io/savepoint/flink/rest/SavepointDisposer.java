package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import io.savepoint.model.DisposalObservation;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.UnknownOperationException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Disposes of savepoints from the request to the end. A disposal that got lost is asked for again: that is harmless. */
final class SavepointDisposer {
    private final FlinkRestTransport transport;
    private final FlinkRestConfig config;

    SavepointDisposer(FlinkRestTransport transport, FlinkRestConfig config) {
        this.transport = transport;
        this.config = config;
    }

    CompletableFuture<DisposalObservation> dispose(ClusterId cluster, String location) {
        Wait wait = new Wait(cluster, location);
        wait.ask();
        return wait.result();
    }

    /** One disposal under way. */
    private final class Wait extends Waiting<DisposalObservation> {
        private final ClusterId cluster;
        private final String location;
        /** The disposal that Flink accepted last, until it is known to be lost. */
        private volatile Optional<TriggerId> accepted = Optional.empty();

        private volatile boolean perhapsBegun;

        Wait(ClusterId cluster, String location) {
            super(config);
            this.cluster = cluster;
            this.location = location;
        }

        @Override
        void ask() {
            accepted.ifPresentOrElse(
                    disposal ->
                            Futures.whenDone(transport.observeDisposal(cluster, disposal), this::seen, this::missed),
                    () -> Futures.whenDone(
                            transport.triggerDisposal(cluster, location), this::begun, this::notAccepted));
        }

        private void begun(TriggerId disposal) {
            perhapsBegun = true;
            accepted = Optional.of(disposal);
            askLater();
        }

        private void notAccepted(Throwable thrown) {
            perhapsBegun |= FlinkHttp.mayHaveArrived(thrown);
            if (perhapsBegun) {
                missed(thrown);
            } else {
                fail(thrown);
            }
        }

        private void seen(DisposalObservation observation) {
            if (observation instanceof DisposalObservation.InProgress) {
                answered();
                askLater();
            } else if (observation instanceof DisposalObservation.Failed failed) {
                fail(new DisposalFailedException(told() + " was not disposed of: " + failed.reason(), failed.reason()));
            } else if (observation instanceof DisposalObservation.Unknown) {
                // Not counted as answered, which bounds the repetitions.
                accepted = Optional.empty();
                askLaterOrFail(
                        new UnknownOperationException(
                                told() + " was to be disposed of, and the JobManager does not know"
                                        + " of that any more: it was restarted meanwhile, or the result has expired. Ask again"));
            } else {
                complete(observation);
            }
        }

        private String told() {
            return "Flink cluster " + cluster + ": savepoint " + location;
        }
    }
}
