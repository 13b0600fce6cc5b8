package io.savepoint.testing;

import io.savepoint.model.ClusterId;
import io.savepoint.model.DisposalObservation;
import io.savepoint.model.TriggerId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The disposal of a savepoint, from its beginning on.
 *
 * <p>Not safe for use by several threads: the fake's lock protects it.
 */
final class FakeDisposal {
    private final ClusterId cluster;
    private final TriggerId trigger;
    private final String location;
    private final Instant begun;
    private DisposalObservation outcome = new DisposalObservation.InProgress();
    private Optional<Instant> ended = Optional.empty();

    FakeDisposal(ClusterId cluster, TriggerId trigger, String location, Instant begun) {
        this.cluster = cluster;
        this.trigger = trigger;
        this.location = location;
        this.begun = begun;
    }

    TriggerId trigger() {
        return trigger;
    }

    boolean inProgress() {
        return ended.isEmpty();
    }

    /** Whether the result is still in the JobManager's memory. */
    boolean isKnown(Instant now, Duration resultStoreDuration) {
        return ended.isEmpty() || now.isBefore(ended.get().plus(resultStoreDuration));
    }

    void end(DisposalObservation how, Instant now) {
        outcome = how;
        ended = Optional.of(now);
    }

    DisposalObservation outcome() {
        return outcome;
    }

    FlinkLedger.Disposal entry() {
        return new FlinkLedger.Disposal(cluster, location, trigger, begun, ended, outcome);
    }
}
