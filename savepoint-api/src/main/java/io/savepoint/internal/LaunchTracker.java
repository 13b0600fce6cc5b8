package io.savepoint.internal;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobState;
import io.savepoint.model.Launch;
import io.savepoint.model.SavepointEvent;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/** Follows a submission until Flink has the job, and first of all until the run it replaces has ended. */
final class LaunchTracker {
    /** How often a JobManager that answers is given the job without having it afterwards. */
    private static final int MOST_SENDS = 10;

    private final Timings timings;
    private final JobTracker jobTracker;

    LaunchTracker(Timings timings, JobTracker jobTracker) {
        this.timings = timings;
        this.jobTracker = jobTracker;
    }

    void track(Draft draft, Launch launch, JobObservation observation, Hints hints) {
        if (launch.cleared()) {
            submitted(draft, launch, observation, hints);
        } else {
            waitForEarlierRun(draft, launch, observation, hints);
        }
    }

    /** Records the intent of a submission whose way is free, and submits. */
    static void submit(Draft draft, Launch launch) {
        Launch cleared = Launch.builder()
                .from(launch)
                .cleared(true)
                .lastSentAt(draft.now())
                .sends(1)
                .build();
        int restarts = draft.job().restartCount() + (launch.kind() == Launch.Kind.RESTART ? 1 : 0);
        draft.updateJob(job -> job.id(launch.jobId())
                .state(JobState.DEPLOYING)
                .fromSavepoint(Optional.empty())
                .restartCount(restarts));
        draft.updateBookkeeping(bookkeeping -> {
            bookkeeping
                    .launch(cleared)
                    .runningSince(Optional.empty())
                    .missingSince(Optional.empty())
                    .failedAt(Optional.empty())
                    .failureReason(Optional.empty())
                    .message(Optional.empty());
            if (launch.kind() == Launch.Kind.START) {
                bookkeeping.restoredFrom(Optional.empty());
            }
        });
        draft.act(new Action.Submit(cleared));
        draft.dueIn(Timings.FOLLOW_UP);
    }

    /** The status with the submission in flight as if it was sent only now. */
    static ClusterStatus renewed(ClusterStatus status, Instant now) {
        Launch launch = status.bookkeeping().launch().orElseThrow();
        Bookkeeping renewed = Bookkeeping.builder()
                .from(status.bookkeeping())
                .launch(Launch.builder().from(launch).lastSentAt(now).build())
                .build();
        return ClusterStatus.builder().from(status).bookkeeping(renewed).build();
    }

    /** Records that the job cannot be started like this. */
    static void refused(Draft draft, Launch launch, String reason) {
        end(draft, launch);
        JobTracker.fail(
                draft,
                JobState.FAILED,
                SavepointEvent.Type.JOB_FAILED,
                draft.now(),
                "the job could not be started" + from(launch) + ": " + reason);
    }

    private void submitted(Draft draft, Launch launch, JobObservation observation, Hints hints) {
        if (observation instanceof JobObservation.Found) {
            end(draft, launch);
            if (launch.kind() == Launch.Kind.RESTORE) {
                // Somebody decided for this savepoint: no later one, and no earlier failures, count any more.
                draft.updateBookkeeping(bookkeeping ->
                        bookkeeping.restoredFrom(launch.fromSavepoint()).consecutiveRestarts(0));
            }
            draft.updateJob(job -> job.fromSavepoint(launch.fromSavepoint()));
            SavepointEvent.Type type = launch.kind() == Launch.Kind.START
                    ? SavepointEvent.Type.JOB_STARTED
                    : SavepointEvent.Type.JOB_RESTARTED;
            draft.event(
                    type,
                    "job " + launch.jobId() + " was submitted" + from(launch),
                    event -> event.location(launch.fromSavepoint()));
        } else if (observation instanceof JobObservation.NotFound && launch.sends() >= MOST_SENDS) {
            String last =
                    hints.lastNote().map(note -> "; the last one: " + note).orElse("");
            refused(draft, launch, "Flink does not have the job after " + launch.sends() + " attempts" + last);
        } else if (observation instanceof JobObservation.NotFound) {
            if (repeat(draft, launch, Action.Submit::new)) {
                hints.lastNote().ifPresent(note -> tellOfFailure(draft, launch, note));
            }
        }
    }

    private void waitForEarlierRun(Draft draft, Launch launch, JobObservation observation, Hints hints) {
        if (observation instanceof JobObservation.NotFound) {
            if (jobTracker.isGone(draft, hints)) {
                submit(draft, launch);
            }
            return;
        }
        JobTracker.forgetMissing(draft);
        if (observation instanceof JobObservation.Found found) {
            if (found.state().isTerminal()) {
                submit(draft, launch);
            } else {
                repeat(
                        draft,
                        launch,
                        again -> new Action.CancelRun(again.replaces().orElseThrow()));
            }
        }
    }

    private static void tellOfFailure(Draft draft, Launch launch, String note) {
        draft.event(
                SavepointEvent.Type.JOB_SUBMISSION_FAILED,
                "attempt " + launch.sends() + " of " + MOST_SENDS + " to submit job " + launch.jobId() + " failed: "
                        + note,
                event -> event.location(launch.fromSavepoint()));
    }

    /** {@return whether it is time already} */
    private boolean repeat(Draft draft, Launch launch, Function<Launch, Action> action) {
        draft.dueIn(timings.followUp(draft.since(launch.requestTime())));
        Instant due = launch.lastSentAt().plus(timings.resend().delay(launch.sends()));
        if (draft.now().isBefore(due)) {
            draft.dueAt(due);
            return false;
        }
        Launch again = Launch.builder()
                .from(launch)
                .lastSentAt(draft.now())
                .sends(launch.sends() + 1)
                .build();
        draft.updateBookkeeping(bookkeeping -> bookkeeping.launch(again));
        draft.act(action.apply(again));
        return true;
    }

    private static void end(Draft draft, Launch launch) {
        draft.updateBookkeeping(bookkeeping -> bookkeeping.launch(Optional.empty()));
        draft.updateLog(launch.policy(), log -> log.served(launch.token()));
    }

    private static String from(Launch launch) {
        return launch.fromSavepoint().map(location -> " from " + location).orElse("");
    }
}
