package io.savepoint.internal;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobState;
import io.savepoint.model.Operation;
import io.savepoint.model.SavepointEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Brings the recorded state of the job up to what Flink says. */
final class JobTracker {
    private final Timings timings;

    JobTracker(Timings timings) {
        this.timings = timings;
    }

    void track(Draft draft, Observation seen, Hints hints) {
        JobObservation observation = seen.job();
        if (observation instanceof JobObservation.Found found) {
            forgetMissing(draft);
            found(draft, found, seen.failureCause(), hints);
        } else if (observation instanceof JobObservation.NotFound) {
            missing(draft, hints);
        } else if (observation instanceof JobObservation.Unreachable) {
            // Only observations that agree count towards a loss, and this one says nothing.
            forgetMissing(draft);
        }
    }

    private void found(Draft draft, JobObservation.Found found, Optional<String> failureCause, Hints hints) {
        switch (found.state()) {
            case RUNNING -> running(draft);
            case FAILED -> failed(draft, found, failureCause);
            case CANCELED ->
                over(draft, JobState.CANCELLED, SavepointEvent.Type.JOB_CANCELLED, "the job was cancelled");
            case FINISHED -> finished(draft);
            case INITIALIZING, CREATED -> {
                if (draft.job().state().isTerminal() || draft.job().state() == JobState.PENDING) {
                    draft.updateJob(job -> job.state(JobState.DEPLOYING));
                }
                draft.dueIn(timings.followUp(hints.sameFor()));
            }
            case FAILING, CANCELLING -> draft.dueIn(timings.followUp(hints.sameFor()));
            case RESTARTING, SUSPENDED, RECONCILING -> {
                // Flink brings the job back by itself, or fails it for good.
            }
        }
    }

    private void running(Draft draft) {
        if (draft.job().state() == JobState.RUNNING) {
            // A status that something else wrote has no time base yet.
            if (draft.bookkeeping().runningSince().isEmpty()) {
                draft.updateBookkeeping(bookkeeping -> bookkeeping.runningSince(draft.now()));
            }
            return;
        }
        draft.updateJob(job -> job.state(JobState.RUNNING));
        draft.updateBookkeeping(bookkeeping -> bookkeeping
                .runningSince(draft.now())
                .failedAt(Optional.empty())
                .failureReason(Optional.empty())
                .message(Optional.empty()));
        draft.event(SavepointEvent.Type.JOB_RUNNING, "the job runs");
        draft.dueIn(Duration.ZERO);
    }

    private static void failed(Draft draft, JobObservation.Found found, Optional<String> cause) {
        if (draft.job().state() == JobState.FAILED
                && draft.bookkeeping().failedAt().isPresent()) {
            return;
        }
        // By Flink's clock, which may be ahead of ours.
        Instant failedAt =
                found.endTime().filter(end -> end.isBefore(draft.now())).orElse(draft.now());
        fail(
                draft,
                JobState.FAILED,
                SavepointEvent.Type.JOB_FAILED,
                failedAt,
                "Flink reports the job FAILED" + cause.map(told -> ": " + told).orElse(""));
    }

    /** Records the end of a run that may be followed by another one. */
    static void fail(Draft draft, JobState state, SavepointEvent.Type type, Instant failedAt, String reason) {
        draft.updateJob(job -> job.state(state));
        draft.updateBookkeeping(bookkeeping -> bookkeeping
                .failedAt(failedAt)
                .failureReason(Texts.bounded(reason))
                .missingSince(Optional.empty()));
        draft.event(type, reason);
        draft.dueIn(Duration.ZERO);
    }

    private static void finished(Draft draft) {
        // The end of a stop with savepoint is recorded together with its savepoint.
        Optional<Operation> operation = draft.bookkeeping().operation();
        if (operation.filter(inFlight -> inFlight.kind() == Operation.Kind.STOP).isEmpty()) {
            over(draft, JobState.SUCCEEDED, SavepointEvent.Type.JOB_SUCCEEDED, "the job finished");
        }
    }

    private static void over(Draft draft, JobState state, SavepointEvent.Type type, String message) {
        if (draft.job().state() != state && draft.job().state() != JobState.CANCELLED) {
            draft.updateJob(job -> job.state(state));
            draft.event(type, message);
            draft.dueIn(Duration.ZERO);
        }
    }

    private void missing(Draft draft, Hints hints) {
        Bookkeeping bookkeeping = draft.bookkeeping();
        boolean expected = draft.job().state() == JobState.RUNNING
                || draft.job().state() == JobState.DEPLOYING
                || draft.job().state() == JobState.UPDATING;
        if (!expected || bookkeeping.launch().isPresent()) {
            return;
        }
        if (!isGone(draft, hints)) {
            return;
        }
        Instant since = draft.bookkeeping().missingSince().orElseThrow();
        String reason = "the JobManager has not known job " + draft.job().id().orElseThrow() + " for "
                + draft.since(since).toSeconds() + " s";
        fail(draft, JobState.LOST, SavepointEvent.Type.JOB_LOST, since, reason);
    }

    /**
     * Whether the JobManager has not known the job for the whole grace period, to be asked each time it does not. What
     * another process saw before this one came does not count: the job may have been there in between.
     */
    boolean isGone(Draft draft, Hints hints) {
        if (draft.bookkeeping().missingSince().isEmpty() || hints.sameFor().isZero()) {
            draft.updateBookkeeping(change -> change.missingSince(draft.now()));
        }
        Instant since = draft.bookkeeping().missingSince().orElseThrow();
        Duration grace = timings.lostGrace();
        if (draft.since(since).compareTo(grace) >= 0 && hints.sameFor().compareTo(grace) >= 0) {
            return true;
        }
        draft.dueIn(timings.missingInterval());
        return false;
    }

    static void forgetMissing(Draft draft) {
        if (draft.bookkeeping().missingSince().isPresent()) {
            draft.updateBookkeeping(bookkeeping -> bookkeeping.missingSince(Optional.empty()));
        }
    }
}
