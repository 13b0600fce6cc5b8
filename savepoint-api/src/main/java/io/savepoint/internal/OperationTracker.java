package io.savepoint.internal;

import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobState;
import io.savepoint.model.Operation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointRecord;
import io.savepoint.model.SavepointState;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Follows the operation in flight to its result; asks again under the same id only while that is safe. */
final class OperationTracker {
    private final Timings timings;

    OperationTracker(Timings timings) {
        this.timings = timings;
    }

    void track(Draft draft, Operation operation, Observation seen, Hints hints) {
        boolean gone = draft.job().state() == JobState.LOST
                || (draft.job().state().isTerminal() && seen.job() instanceof JobObservation.NotFound);
        if (gone) {
            end(draft, operation);
        } else if (operation.kind() == Operation.Kind.CANCEL) {
            trackCancel(draft, operation, seen.job());
        } else {
            trackSavepoint(draft, operation, seen, hints);
        }
    }

    /** Ends an operation whose job is gone. One that was to be stopped is not brought back. */
    private static void end(Draft draft, Operation operation) {
        if (operation.kind() == Operation.Kind.CANCEL) {
            Results.cancelled(draft, operation);
            return;
        }
        if (operation.kind() == Operation.Kind.STOP) {
            stoppedWithoutResult(draft, "was lost");
        }
        Results.fail(draft, operation, SavepointState.FAILED, "the job was lost");
    }

    /**
     * Records that a job ended while it was being stopped, as it was to, though without a known savepoint. To be done before
     * the failure is recorded, whose message tells what to do about a job that goes on.
     */
    private static void stoppedWithoutResult(Draft draft, String how) {
        draft.updateJob(job -> job.state(JobState.CANCELLED));
        draft.event(
                SavepointEvent.Type.JOB_CANCELLED,
                "the job " + how
                        + " while it was being stopped; the location of its savepoint, if there is one, is lost");
    }

    private void trackCancel(Draft draft, Operation operation, JobObservation job) {
        if (job instanceof JobObservation.Found found) {
            if (found.state().isTerminal()) {
                Results.cancelled(draft, operation);
            } else {
                repeat(draft, operation);
            }
        }
    }

    private void trackSavepoint(Draft draft, Operation operation, Observation seen, Hints hints) {
        OperationObservation result = seen.operation().orElseThrow();
        if (result instanceof OperationObservation.Completed completed) {
            Results.complete(draft, operation, completed.location(), draft.now(), draft.expectNext(operation, hints));
        } else if (result instanceof OperationObservation.Failed failed) {
            Results.fail(draft, operation, SavepointState.FAILED, failed.reason());
        } else if (result instanceof OperationObservation.InProgress) {
            draft.dueIn(draft.nextPoll(operation));
        } else if (result instanceof OperationObservation.Unknown unknown) {
            unknown(draft, operation, unknown, seen, hints.unknownFor());
        }
    }

    /**
     * Flink does not know the id: it never arrived, its result expired, or the JobManager was restarted. Only in the
     * first case may it be sent again; in the others it is looked up in the checkpoint history before it is given up. A
     * Flink that chooses the ids itself may also have begun it under one that nobody was told, so there the history is
     * looked at in every case.
     */
    private void unknown(
            Draft draft,
            Operation operation,
            OperationObservation.Unknown unknown,
            Observation seen,
            Duration unknownFor) {
        if (!(seen.job() instanceof JobObservation.Found job)) {
            return;
        }
        Optional<SavepointRecord> attributed = seen.history().stream()
                .filter(record -> operation.ownDirectory() && liesIn(record, operation))
                .findFirst();
        if (attributed.isPresent()) {
            complete(draft, operation, attributed.get());
            return;
        }
        boolean restarted = operation
                .runStart()
                .filter(start -> !isSame(start, job.startTime()))
                .isPresent();
        boolean expired = draft.since(operation.triggerTime()).compareTo(timings.repeatWindow()) > 0;
        boolean repeatable = !restarted && !expired && !job.state().isTerminal();
        if (repeatable && !unknown.mayHaveAnotherId()) {
            repeat(draft, operation);
            return;
        }
        if (!job.state().isTerminal() && seen.inProgress().stream().anyMatch(begun -> isInTime(begun, operation))) {
            draft.dueIn(Timings.LOOK_AGAIN);
            return;
        }
        Duration waited = waited(draft.since(operation.lastSentAt()), unknownFor);
        Optional<SavepointRecord> likely = sinceTheLastRecorded(draft, seen.history())
                .filter(record -> waited.compareTo(Timings.HISTORY_STALENESS) >= 0 && isLikely(record, operation))
                .min(Comparator.comparing(SavepointRecord::triggerTime));
        if (likely.isPresent()) {
            complete(draft, operation, likely.get());
        } else if (waited.compareTo(timings.untilLost()) < 0 || hasJustEnded(draft, job)) {
            draft.dueIn(Timings.LOOK_AGAIN);
        } else if (repeatable) {
            repeat(draft, operation);
        } else {
            giveUp(draft, operation, job, restarted);
        }
    }

    private void giveUp(Draft draft, Operation operation, JobObservation.Found job, boolean restarted) {
        if (operation.kind() == Operation.Kind.STOP && job.state() == FlinkJobState.FINISHED) {
            // It may have finished because it was stopped, as it was asked to be.
            stoppedWithoutResult(draft, "finished");
        }
        Results.fail(draft, operation, SavepointState.FAILED, lost(operation, job, restarted));
    }

    /** Whether the job's history may be one of before its end, and so without the savepoint that it ended with. */
    private static boolean hasJustEnded(Draft draft, JobObservation.Found job) {
        // Either way: Flink's clock may be ahead.
        return job.endTime()
                .filter(end -> draft.since(end).abs().compareTo(Timings.HISTORY_STALENESS) < 0)
                .isPresent();
    }

    /**
     * How long an answer has been waited for in vain: by the record, and by this process's own looks since the request was
     * last sent, as the one that sent it may have had another time on its clock. Not for ever by the looks, which a host
     * may take at any times.
     */
    private Duration waited(Duration sinceSent, Duration unknownFor) {
        boolean looksCount = sinceSent.compareTo(timings.resultStore()) < 0;
        return looksCount && unknownFor.compareTo(sinceSent) < 0 ? unknownFor : sinceSent;
    }

    private static String lost(Operation operation, JobObservation.Found job, boolean restarted) {
        String why = restarted
                ? "the JobManager was restarted after it was asked"
                : job.state().isTerminal()
                        ? "the job ended as " + job.state()
                                + " before Flink took it, or the JobManager was restarted after it was asked"
                        : "the JobManager does not know it any more";
        return "the result of trigger id " + operation.triggerId() + " is lost: " + why
                + ", and the job's checkpoint history does not show it";
    }

    private static void complete(Draft draft, Operation operation, SavepointRecord record) {
        Instant completed = record.triggerTime().plus(record.duration());
        Instant atTheLatest = completed.isBefore(draft.now()) ? completed : draft.now();
        Results.complete(draft, operation, record.location(), atTheLatest, Optional.of(record.duration()));
    }

    /** A store may keep times less precisely than Flink tells them. */
    private static boolean isSame(Instant recorded, Instant seen) {
        return recorded.truncatedTo(ChronoUnit.MILLIS).equals(seen.truncatedTo(ChronoUnit.MILLIS));
    }

    /** An operation begins only when the one before it is recorded, so that its savepoint is a later one. */
    private static Stream<SavepointRecord> sinceTheLastRecorded(Draft draft, List<SavepointRecord> history) {
        Optional<Instant> last = history.stream()
                .filter(record -> draft.job().savepointLocation().equals(Optional.of(record.location())))
                .map(SavepointRecord::triggerTime)
                .findFirst();
        return history.stream()
                .filter(record -> last.isEmpty() || record.triggerTime().isAfter(last.get()));
    }

    private boolean isLikely(SavepointRecord record, Operation operation) {
        boolean rightKind = record.stop() == (operation.kind() == Operation.Kind.STOP);
        return rightKind
                && isInTime(record.triggerTime(), operation)
                && !operation.ownDirectory()
                && liesIn(record, operation);
    }

    /** Whether what Flink began at a time may be the operation. */
    private boolean isInTime(Instant begun, Operation operation) {
        // Flink's clock may differ from ours, and a request takes its time to get there.
        Instant earliest = operation.triggerTime().minus(Timings.HISTORY_STALENESS);
        Instant latest = operation.lastSentAt().plus(timings.untilLost());
        return !begun.isBefore(earliest) && !begun.isAfter(latest);
    }

    private static boolean liesIn(SavepointRecord record, Operation operation) {
        return operation.targetDirectory().map(record::isWithin).orElse(true);
    }

    private void repeat(Draft draft, Operation operation) {
        Instant due = operation.lastSentAt().plus(timings.resend().delay(operation.sends()));
        if (draft.now().isBefore(due)) {
            draft.dueAt(due);
            return;
        }
        Operation again = Operation.builder()
                .from(operation)
                .lastSentAt(draft.now())
                .sends(operation.sends() + 1)
                .build();
        draft.updateBookkeeping(bookkeeping -> bookkeeping.operation(again));
        draft.act(new Action.Send(again));
        draft.dueIn(Timings.FOLLOW_UP);
    }
}
