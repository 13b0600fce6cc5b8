package io.savepoint.testing;

import io.savepoint.model.ClusterId;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.SavepointRecord;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.SavepointRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The savepoints and stops in one JobManager's memory.
 *
 * <p>Not safe for use by several threads: the fake's lock protects it.
 */
final class FakeSavepoints {
    private static final long STATE_SIZE = 1_781;

    /** Flink's own bound of a checkpoint, {@code execution.checkpointing.timeout}. */
    private static final Duration CHECKPOINT_TIMEOUT = Duration.ofMinutes(10);

    /** How the next savepoint shall fail, whether its job fails with it, and whether the end of its job leaves it in progress. */
    record Failure(String reason, boolean jobOfSavepointFails, boolean jobOfStopFails, boolean hangs) {}

    private final FakeWorld world;
    private final ClusterId cluster;
    private final FakeSettings settings;
    private final Map<FakeOperation.Key, FakeOperation> operations = new LinkedHashMap<>();
    private final Deque<Failure> failures = new ArrayDeque<>();

    FakeSavepoints(FakeWorld world, ClusterId cluster, FakeSettings settings) {
        this.world = world;
        this.cluster = cluster;
        this.settings = settings;
    }

    void failNext(Failure failure) {
        failures.add(failure);
    }

    /** Begins a savepoint or a stop, unless the id is in use already: then nothing else of the request counts. */
    TriggerId begin(SavepointRequest request, boolean stop, Optional<FakeRun> job) {
        boolean ownIds = settings.habits.clientTriggerIds();
        if (!ownIds && request.format() != SavepointFormat.CANONICAL) {
            throw new FlinkRefusedException(FlinkTexts.UNKNOWN_FORMAT_FIELD);
        }
        String directory = request.targetDirectory()
                .or(() -> settings.defaultSavepointDirectory)
                .orElseThrow(() -> new FlinkRefusedException(FlinkTexts.NO_TARGET));
        TriggerId trigger = ownIds ? request.trigger() : world.newTriggerId();
        FakeOperation.Key key = new FakeOperation.Key(request.job(), trigger);
        if (find(key).isEmpty()) {
            begin(key, directory, stop, false, job);
        }
        return trigger;
    }

    /** Begins a savepoint that somebody else asks for, who lets Flink choose the id. */
    TriggerId beginForeign(JobId id, String directory, Optional<FakeRun> job) {
        TriggerId trigger = world.newTriggerId();
        begin(new FakeOperation.Key(id, trigger), directory, false, true, job);
        return trigger;
    }

    OperationObservation observe(JobId job, TriggerId trigger) {
        return find(new FakeOperation.Key(job, trigger))
                .map(FakeOperation::observe)
                .orElseGet(() -> new OperationObservation.Unknown(!settings.habits.clientTriggerIds()));
    }

    private Optional<FakeOperation> find(FakeOperation.Key key) {
        Instant now = world.now();
        operations.values().removeIf(operation -> !operation.isKnown(now, settings.resultStoreDuration));
        return Optional.ofNullable(operations.get(key));
    }

    private void begin(FakeOperation.Key key, String directory, boolean stop, boolean foreign, Optional<FakeRun> job) {
        FakeOperation operation =
                new FakeOperation(cluster, key, stop, foreign, world.now(), world.newLocation(directory, key.job()));
        operations.put(key, operation);
        world.ledger.begun(operation);

        Optional<String> obstacle = job.flatMap(run -> obstacle(run, directory));
        if (job.isEmpty()) {
            operation.fail(FlinkTexts.jobNotFound(key.job()), world.now());
        } else if (obstacle.isPresent()) {
            operation.fail(obstacle.get(), world.now());
        } else {
            take(operation, job.get());
        }
    }

    private Optional<String> obstacle(FakeRun job, String directory) {
        if (job.ended()) {
            return Optional.of(FlinkTexts.jobNotFound(job.id()));
        }
        if (job.state() == FlinkJobState.CANCELLING) {
            return Optional.of(FlinkTexts.SHUTDOWN);
        }
        if (!job.tasksRunning(world.now())) {
            return Optional.of(FlinkTexts.tasksNotRunning(job.id()));
        }
        return world.files.problemOf(directory);
    }

    private void take(FakeOperation operation, FakeRun job) {
        if (operation.isStop()) {
            List<FakeOperation> others =
                    inProgress(job).stream().filter(other -> other != operation).toList();
            boolean stopping = others.stream().anyMatch(FakeOperation::isStop);
            others.forEach(other -> other.fail(FlinkTexts.SUSPENDING, world.now()));
            if (stopping) {
                operation.fail(FlinkTexts.DECLINED, world.now());
                failJob(job, FlinkTexts.jobFailed(FlinkTexts.DECLINED));
                return;
            }
        }
        Optional<Failure> failure = Optional.ofNullable(failures.poll());
        boolean hangs = failure.filter(Failure::hangs).isPresent();
        if (hangs) {
            operation.hang();
        }
        world.timeline.after(hangs ? CHECKPOINT_TIMEOUT : settings.savepointDuration, () -> {
            if (operation.inProgress() && !job.ended()) {
                failure.ifPresentOrElse(how -> fail(operation, job, how), () -> complete(operation, job));
            }
        });
    }

    private void fail(FakeOperation operation, FakeRun job, Failure failure) {
        operation.fail(failure.reason(), world.now());
        if (operation.isStop() ? failure.jobOfStopFails() : failure.jobOfSavepointFails()) {
            failJob(job, FlinkTexts.jobFailed(failure.reason()));
        }
    }

    private void complete(FakeOperation operation, FakeRun job) {
        Instant now = world.now();
        operation.complete(now);
        world.files.addSavepoint(operation.location());
        Duration duration = Duration.between(operation.begun(), now);
        job.addSavepoint(
                new SavepointRecord(
                        operation.location(),
                        operation.begun(),
                        duration,
                        OptionalLong.of(STATE_SIZE),
                        operation.isStop()),
                now);
        if (operation.isStop()) {
            // A savepoint that came after the stop succeeds with it.
            inProgress(job).forEach(later -> complete(later, job));
            endJob(job, FlinkJobState.FINISHED);
        }
    }

    void failJob(FakeRun job, String reason) {
        job.failedFor(reason);
        endJob(job, FlinkJobState.FAILED);
    }

    /** Ends a job, and fails what is in progress with it. */
    void endJob(FakeRun job, FlinkJobState how) {
        failAll(job, FlinkTexts.SHUTDOWN);
        job.end(how, world.now());
    }

    void failAll(FakeRun job, String reason) {
        inProgress(job).forEach(operation -> operation.fail(reason, world.now()));
    }

    /** The JobManager dies: what is in progress leaves an empty directory, and nothing is known any more. */
    void forgetAll() {
        for (FakeOperation operation : operations.values()) {
            if (operation.inProgress()) {
                operation.lose(world.now());
                world.files.addEmptyDirectory(operation.location());
            }
        }
        operations.clear();
    }

    /** When what was in progress at a time had been begun. */
    List<Instant> inProgressAt(Instant time, FakeRun job) {
        return operations.values().stream()
                .filter(operation -> operation.key().job().equals(job.id()) && operation.wasInProgressAt(time))
                .map(FakeOperation::begun)
                .toList();
    }

    private List<FakeOperation> inProgress(FakeRun job) {
        return operations.values().stream()
                .filter(operation ->
                        operation.key().job().equals(job.id()) && operation.inProgress() && !operation.hangs())
                .toList();
    }
}
