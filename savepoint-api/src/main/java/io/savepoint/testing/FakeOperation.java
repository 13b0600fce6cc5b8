package io.savepoint.testing;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.TriggerId;
import io.savepoint.testing.FlinkLedger.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A savepoint or a stop, from its beginning on.
 *
 * <p>Not safe for use by several threads: the fake's lock protects it.
 */
final class FakeOperation {
    /** What an operation's result is known by: another job may use the same trigger id. */
    record Key(JobId job, TriggerId trigger) {}

    private final ClusterId cluster;
    private final Key key;
    private final boolean stop;
    private final boolean foreign;
    private final Instant begun;
    private final String location;
    private Outcome outcome = Outcome.IN_PROGRESS;
    private Optional<Instant> ended = Optional.empty();
    private String failure = "";
    private boolean hangs;

    FakeOperation(ClusterId cluster, Key key, boolean stop, boolean foreign, Instant begun, String location) {
        this.cluster = cluster;
        this.key = key;
        this.stop = stop;
        this.foreign = foreign;
        this.begun = begun;
        this.location = location;
    }

    Key key() {
        return key;
    }

    boolean isStop() {
        return stop;
    }

    Instant begun() {
        return begun;
    }

    String location() {
        return location;
    }

    /** From now on the end of its job does not end it. */
    void hang() {
        hangs = true;
    }

    boolean hangs() {
        return hangs;
    }

    boolean inProgress() {
        return outcome == Outcome.IN_PROGRESS;
    }

    boolean wasInProgressAt(Instant time) {
        return !begun.isAfter(time) && time.isBefore(ended.orElse(Instant.MAX));
    }

    /** Whether the result is still in the JobManager's memory. */
    boolean isKnown(Instant now, Duration resultStoreDuration) {
        return ended.isEmpty() || now.isBefore(ended.get().plus(resultStoreDuration));
    }

    void complete(Instant now) {
        end(Outcome.COMPLETED, now);
    }

    void fail(String reason, Instant now) {
        failure = reason;
        end(Outcome.FAILED, now);
    }

    void lose(Instant now) {
        end(Outcome.LOST, now);
    }

    private void end(Outcome how, Instant now) {
        outcome = how;
        ended = Optional.of(now);
    }

    OperationObservation observe() {
        return switch (outcome) {
            case IN_PROGRESS -> new OperationObservation.InProgress();
            case COMPLETED -> new OperationObservation.Completed(location);
            case FAILED -> new OperationObservation.Failed(failure);
            case LOST -> new OperationObservation.Unknown();
        };
    }

    FlinkLedger.Savepoint entry() {
        return new FlinkLedger.Savepoint(
                cluster,
                key.job(),
                key.trigger(),
                stop,
                foreign,
                begun,
                ended,
                outcome,
                outcome == Outcome.COMPLETED ? Optional.of(location) : Optional.empty(),
                outcome == Outcome.FAILED ? Optional.of(failure) : Optional.empty());
    }
}
