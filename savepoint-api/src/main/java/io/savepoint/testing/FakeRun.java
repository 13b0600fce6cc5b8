package io.savepoint.testing;

import io.savepoint.model.ClusterId;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.SavepointRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A job from its submission on.
 *
 * <p>Not safe for use by several threads: the fake's lock protects it.
 */
final class FakeRun {
    private static final int HISTORY_SIZE = 10;

    /** A checkpoint in the history; only savepoints are told of, but all take a place. */
    private record Checkpoint(Optional<SavepointRecord> savepoint, Instant completed) {}

    private final ClusterId cluster;
    private final JobId id;
    private final Optional<String> restoredFrom;
    private final Instant submitted;
    private final Deque<Checkpoint> history = new ArrayDeque<>();
    private FlinkJobState state = FlinkJobState.RUNNING;
    private Instant startTime;
    private Instant tasksReadyAt;
    private boolean tasksHeldUp;
    private Optional<Instant> endTime = Optional.empty();
    private Optional<FlinkJobState> endState = Optional.empty();
    private Optional<String> failure = Optional.empty();
    private int attempt;

    FakeRun(ClusterId cluster, JobId id, Optional<String> restoredFrom, Instant now, Duration deployTime) {
        this.cluster = cluster;
        this.id = id;
        this.restoredFrom = restoredFrom;
        this.submitted = now;
        this.startTime = now;
        this.tasksReadyAt = now.plus(deployTime);
    }

    JobId id() {
        return id;
    }

    FlinkJobState state() {
        return state;
    }

    boolean ended() {
        return endTime.isPresent();
    }

    /** Changes whenever Flink starts the job anew, so that what was meant for the attempt before comes to nothing. */
    int attempt() {
        return attempt;
    }

    boolean tasksRunning(Instant now) {
        return state == FlinkJobState.RUNNING && !tasksHeldUp && !now.isBefore(tasksReadyAt);
    }

    void holdUpTasks(boolean heldUp) {
        tasksHeldUp = heldUp;
    }

    void enter(FlinkJobState next) {
        state = next;
    }

    void beginNextAttempt(FlinkJobState next, Instant tasksReady) {
        attempt++;
        state = next;
        tasksReadyAt = tasksReady;
    }

    /** Why it failed last, which another JobManager does not know. */
    Optional<String> failure() {
        return failure;
    }

    void failedFor(String reason) {
        failure = Optional.of(reason);
    }

    void recover(Instant newStart, Instant tasksReady) {
        beginNextAttempt(FlinkJobState.INITIALIZING, tasksReady);
        startTime = newStart;
        history.clear();
        failure = Optional.empty();
    }

    void end(FlinkJobState how, Instant now) {
        attempt++;
        state = how;
        endTime = Optional.of(now);
        endState = Optional.of(how);
    }

    void die(Instant now) {
        attempt++;
        endTime = Optional.of(now);
    }

    void addSavepoint(SavepointRecord savepoint, Instant completed) {
        addToHistory(new Checkpoint(Optional.of(savepoint), completed));
    }

    void addCheckpoint(Instant completed) {
        addToHistory(new Checkpoint(Optional.empty(), completed));
    }

    private void addToHistory(Checkpoint checkpoint) {
        history.addLast(checkpoint);
        while (history.size() > HISTORY_SIZE) {
            history.removeFirst();
        }
    }

    List<SavepointRecord> savepointsCompletedBy(Instant time) {
        return history.stream()
                .filter(checkpoint -> !checkpoint.completed().isAfter(time))
                .flatMap(checkpoint -> checkpoint.savepoint().stream())
                .toList();
    }

    JobObservation observe(Instant now) {
        return new JobObservation.Found(state, startTime, endTime, tasksRunning(now));
    }

    FakeJob view(Instant now) {
        return new FakeJob(id, state, startTime, endTime, tasksRunning(now), restoredFrom);
    }

    FlinkLedger.Run entry() {
        return new FlinkLedger.Run(cluster, id, restoredFrom, submitted, endTime, endState);
    }
}
