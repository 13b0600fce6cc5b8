package io.savepoint.internal;

import static io.savepoint.internal.Situation.JOB;
import static io.savepoint.internal.Situation.LOCATION;
import static io.savepoint.internal.Situation.NEXT_JOB;
import static io.savepoint.internal.Situation.NOW;
import static io.savepoint.internal.Situation.books;
import static io.savepoint.internal.Situation.delay;
import static io.savepoint.internal.Situation.found;
import static io.savepoint.internal.Situation.job;
import static io.savepoint.internal.Situation.told;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.internal.Situation.Wants;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobState;
import io.savepoint.model.Launch;
import io.savepoint.model.SavepointEvent;
import io.savepoint.policy.Decision;
import io.savepoint.policy.Precedence;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LaunchTrackerTest {
    private static final Duration GRACE = Situation.TIMINGS.lostGrace();

    private static Hints hints(Duration same, String note) {
        return new Hints(0, Optional.empty(), same, Duration.ZERO, Optional.ofNullable(note), false, Optional.empty());
    }

    private static Situation submitted(Launch.Kind kind, int sends, Duration sentAgo) {
        return Situation.running()
                .state(JobState.DEPLOYING)
                .policies()
                .job(job -> job.id(NEXT_JOB))
                .books(book -> book.runningSince(Optional.empty()).consecutiveRestarts(3))
                .launching(
                        kind,
                        launch -> launch.fromSavepoint(LOCATION)
                                .requestTime(NOW.minus(sentAgo))
                                .lastSentAt(NOW.minus(sentAgo))
                                .sends(sends))
                .see(new JobObservation.NotFound());
    }

    private static Situation wanting(Decision decision) {
        return Situation.over(JobState.FAILED)
                .policies(new Wants(Precedence.RESTART, decision))
                .job(job -> job.restartCount(4).fromSavepoint("file:/earlier"))
                .books(book -> book.failedAt(NOW)
                        .failureReason("it failed")
                        .message("it stays so")
                        .missingSince(NOW)
                        .restoredFrom("file:/restored"));
    }

    @ParameterizedTest
    @EnumSource(names = {"START", "RESTART"})
    void aSubmissionBeginsANewRun(Launch.Kind kind) {
        boolean start = kind == Launch.Kind.START;
        Step step = wanting(
                        start
                                ? new Decision.StartJob("wanted", Optional.of(LOCATION))
                                : new Decision.RestartJob("wanted", LOCATION, 7))
                .plan();
        Launch launch = books(step).launch().orElseThrow();
        assertThat(step.action()).isEqualTo(new Action.Submit(launch));
        assertThat(launch.kind()).isEqualTo(kind);
        assertThat(launch.fromSavepoint()).contains(LOCATION);
        assertThat(launch.lastSentAt()).isEqualTo(NOW);
        assertThat(job(step).id()).contains(launch.jobId());
        assertThat(launch.jobId()).isNotEqualTo(JOB);
        assertThat(job(step).state()).isEqualTo(JobState.DEPLOYING);
        assertThat(job(step).fromSavepoint()).isEmpty();
        assertThat(job(step).restartCount()).isEqualTo(start ? 4 : 5);
        assertThat(books(step).consecutiveRestarts()).isEqualTo(start ? 0 : 7);
        assertThat(books(step).restoredFrom()).isEqualTo(start ? Optional.empty() : Optional.of("file:/restored"));
        assertThat(books(step).runningSince()).isEmpty();
        assertThat(books(step).missingSince()).isEmpty();
        assertThat(books(step).failedAt()).isEmpty();
        assertThat(books(step).failureReason()).isEmpty();
        assertThat(books(step).message()).isEmpty();
        assertThat(delay(step)).isEqualTo(Timings.FOLLOW_UP);
    }

    @ParameterizedTest
    @EnumSource(Launch.Kind.class)
    void aSubmissionEndsWhenFlinkHasTheJob(Launch.Kind kind) {
        Step step = submitted(kind, 1, Duration.ofSeconds(1))
                .see(found(FlinkJobState.INITIALIZING))
                .plan();
        assertThat(books(step).launch()).isEmpty();
        assertThat(books(step).requestsOf("some").served()).contains("wanted");
        assertThat(job(step).fromSavepoint()).contains(LOCATION);
        assertThat(job(step).state()).isEqualTo(JobState.DEPLOYING);
        boolean restore = kind == Launch.Kind.RESTORE;
        assertThat(books(step).restoredFrom()).isEqualTo(restore ? Optional.of(LOCATION) : Optional.empty());
        assertThat(books(step).consecutiveRestarts()).isEqualTo(restore ? 0 : 3);
        assertThat(told(
                        step,
                        kind == Launch.Kind.START
                                ? SavepointEvent.Type.JOB_STARTED
                                : SavepointEvent.Type.JOB_RESTARTED))
                .containsExactly("job " + NEXT_JOB + " was submitted from " + LOCATION);
        assertThat(step.events().get(0).location()).contains(LOCATION);
    }

    @ParameterizedTest(name = "sent {0} ms ago for the {1}. time: again {2}")
    @CsvSource({"400,1,false,100", "999,1,false,1", "1000,1,true,250", "60000,9,true,5000", "29999,9,false,1"})
    void aSubmissionIsRepeatedUnderTheSameIdWithABackOff(long ago, int sends, boolean repeated, long dueIn) {
        Step step = submitted(Launch.Kind.START, sends, Duration.ofMillis(ago))
                .hints(hints(Duration.ZERO, "connection reset"))
                .plan();
        Launch kept = books(step).launch().orElseThrow();
        assertThat(kept.jobId()).isEqualTo(NEXT_JOB);
        assertThat(kept.sends()).isEqualTo(repeated ? sends + 1 : sends);
        assertThat(step.action()).isEqualTo(repeated ? new Action.Submit(kept) : new Action.None());
        assertThat(told(step, SavepointEvent.Type.JOB_SUBMISSION_FAILED)).hasSize(repeated ? 1 : 0);
        if (repeated) {
            assertThat(kept.lastSentAt()).isEqualTo(NOW);
            assertThat(step.events().get(0).message())
                    .isEqualTo("attempt " + sends + " of 10 to submit job " + NEXT_JOB + " failed: connection reset");
            assertThat(step.events().get(0).location()).contains(LOCATION);
        }
        assertThat(delay(step)).isEqualTo(Duration.ofMillis(dueIn));
    }

    @Test
    void anAttemptThatNobodySaidFailedIsNotTold() {
        Step step = submitted(Launch.Kind.START, 1, Duration.ofSeconds(1)).plan();
        assertThat(step.action()).isInstanceOf(Action.Submit.class);
        assertThat(step.events()).isEmpty();
    }

    @ParameterizedTest(name = "the last one: {0}")
    @CsvSource({"connection reset,; the last one: connection reset", ",''"})
    void theTenthSubmissionWasTheLast(String note, String words) {
        Step step = submitted(Launch.Kind.START, 10, Duration.ofSeconds(1))
                .hints(hints(Duration.ZERO, note))
                .plan();
        assertThat(books(step).launch()).isEmpty();
        assertThat(step.action()).isEqualTo(new Action.None());
        assertThat(job(step).state()).isEqualTo(JobState.FAILED);
        assertThat(told(step, SavepointEvent.Type.JOB_FAILED))
                .containsExactly("the job could not be started from " + LOCATION
                        + ": Flink does not have the job after 10 attempts" + words);
    }

    @Test
    void whileFlinkCannotBeReachedNothingIsSubmittedAgain() {
        Step step = submitted(Launch.Kind.START, 10, Duration.ofHours(1))
                .see(new JobObservation.Unreachable("connection refused"))
                .plan();
        assertThat(books(step).launch()).isPresent();
        assertThat(step.action()).isEqualTo(new Action.None());
        assertThat(step.events()).isEmpty();
    }

    private static Situation replacing(JobObservation seen) {
        return Situation.running()
                .policies()
                .books(book -> book.missingSince(NOW.minus(GRACE)))
                .launching(
                        Launch.Kind.RESTORE,
                        launch -> launch.fromSavepoint(LOCATION).replaces(JOB).cleared(false))
                .see(seen);
    }

    @Test
    void whatReplacesARunWaitsForItsEnd() {
        Step waiting = replacing(found(FlinkJobState.RUNNING)).plan();
        assertThat(waiting.action()).isEqualTo(new Action.CancelRun(JOB));
        assertThat(books(waiting).launch()).hasValueSatisfying(launch -> {
            assertThat(launch.cleared()).isFalse();
            assertThat(launch.sends()).isEqualTo(2);
        });
        assertThat(books(waiting).missingSince()).isEmpty();
        assertThat(job(waiting).id()).contains(JOB);

        Step ended = replacing(found(FlinkJobState.CANCELED)).plan();
        assertThat(ended.action()).isInstanceOf(Action.Submit.class);
        assertThat(job(ended).id()).contains(NEXT_JOB);
    }

    @ParameterizedTest(name = "seen so for {0} s")
    @CsvSource({"15,false", "16,true"})
    void whatReplacesARunThatIsMissingWaitsForTheGracePeriod(long seconds, boolean over) {
        Step step = replacing(new JobObservation.NotFound())
                .hints(hints(Duration.ofSeconds(seconds), null))
                .plan();
        assertThat(step.action() instanceof Action.Submit).isEqualTo(over);
        assertThat(delay(step)).isEqualTo(over ? Timings.FOLLOW_UP : Duration.ofSeconds(4));
        assertThat(books(step).launch().map(Launch::cleared)).contains(over);
    }

    @Test
    void whatReplacesARunThatCannotBeSeenWaits() {
        Step step =
                replacing(new JobObservation.Unreachable("connection refused")).plan();
        assertThat(step.action()).isEqualTo(new Action.None());
        assertThat(books(step).launch()).isPresent();
        assertThat(books(step).missingSince()).isEmpty();
    }
}
