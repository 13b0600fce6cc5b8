package io.savepoint.internal;

import static io.savepoint.internal.Situation.LOCATION;
import static io.savepoint.internal.Situation.NOW;
import static io.savepoint.internal.Situation.OTHER_TRIGGER;
import static io.savepoint.internal.Situation.RUN_START;
import static io.savepoint.internal.Situation.TRIGGER;
import static io.savepoint.internal.Situation.books;
import static io.savepoint.internal.Situation.delay;
import static io.savepoint.internal.Situation.found;
import static io.savepoint.internal.Situation.job;
import static io.savepoint.internal.Situation.record;
import static io.savepoint.internal.Situation.told;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobState;
import io.savepoint.model.Operation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointState;
import io.savepoint.model.SavepointStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OperationTrackerTest {
    private static final OperationObservation UNKNOWN = new OperationObservation.Unknown();

    private static Situation unknown(Operation.Kind kind, long sentSecondsAgo) {
        Instant sent = NOW.minusSeconds(sentSecondsAgo);
        return Situation.running()
                .inFlight(kind, operation -> operation.triggerTime(sent).lastSentAt(sent))
                .hear(UNKNOWN);
    }

    private static Optional<String> failure(Step step) {
        return step.status()
                .savepoint()
                .filter(savepoint -> savepoint.state() == SavepointState.FAILED)
                .flatMap(SavepointStatus::message);
    }

    @Test
    void aSavepointWhoseJobIsGoneHasFailed() {
        Step step = unknown(Operation.Kind.SAVEPOINT, 1)
                .state(JobState.FAILED)
                .books(book -> book.failedAt(NOW))
                .see(new JobObservation.NotFound())
                .plan();
        assertThat(books(step).operation()).isEmpty();
        assertThat(failure(step)).contains("the job was lost");
        assertThat(job(step).state()).isEqualTo(JobState.FAILED);
    }

    @Test
    void aJobThatIsMissingMayComeBack() {
        Step step = unknown(Operation.Kind.SAVEPOINT, 1)
                .see(new JobObservation.NotFound())
                .plan();
        assertThat(books(step).operation()).isPresent();
        assertThat(failure(step)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"STOP", "CANCEL"})
    void aJobThatIsGoneWhileItWasToEndIsNotBroughtBack(Operation.Kind kind) {
        Situation situation = unknown(kind, 30)
                .see(new JobObservation.NotFound())
                .books(book -> book.missingSince(NOW.minusSeconds(20)));
        Step step = situation.plan();
        assertThat(job(step).state()).isEqualTo(JobState.CANCELLED);
        assertThat(books(step).operation()).isEmpty();
        assertThat(delay(step)).isZero();
        if (kind == Operation.Kind.STOP) {
            assertThat(failure(step))
                    .hasValueSatisfying(message ->
                            assertThat(message).startsWith("the job was lost").doesNotContain("goes on"));
            assertThat(told(step, SavepointEvent.Type.JOB_CANCELLED))
                    .containsExactly(
                            "the job was lost while it was being stopped; the location of its savepoint, if there"
                                    + " is one, is lost");
        } else {
            assertThat(step.status().savepoint()).isEmpty();
            assertThat(books(step).requestsOf("some").served()).contains("wanted");
        }
    }

    @ParameterizedTest(name = "started {1} ms from what is recorded")
    @CsvSource({"STOP,1,CANCELLED", "STOP,0,CANCELLED", "SAVEPOINT,1,SUCCEEDED", "SAVEPOINT,0,SUCCEEDED"})
    void aJobThatFinishedWhileItsStopGotLostCountsAsStopped(Operation.Kind kind, long millis, JobState expected) {
        Step step = unknown(kind, 25)
                .see(new JobObservation.Found(
                        FlinkJobState.FINISHED,
                        RUN_START.plusMillis(millis),
                        Optional.of(NOW.minus(Timings.HISTORY_STALENESS)),
                        true))
                .plan();
        assertThat(job(step).state()).isEqualTo(expected);
        assertThat(books(step).operation()).isEmpty();
        assertThat(failure(step))
                .hasValueSatisfying(message -> assertThat(message).contains("is lost"));
        assertThat(told(step, SavepointEvent.Type.JOB_CANCELLED))
                .isEqualTo(
                        expected == JobState.CANCELLED
                                ? List.of(
                                        "the job finished while it was being stopped; the location of its savepoint, if"
                                                + " there is one, is lost")
                                : List.of());
    }

    @ParameterizedTest(name = "recorded {0}, seen {1}")
    @CsvSource({"RUNNING,CANCELED", "RUNNING,FINISHED", "RUNNING,FAILED", "CANCELLED,CANCELED"})
    void aJobThatWasToBeCancelledIsHoweverItEnded(JobState recorded, FlinkJobState seen) {
        Step step = Situation.running()
                .state(recorded)
                .inFlight(Operation.Kind.CANCEL)
                .see(found(seen))
                .plan();
        assertThat(job(step).state()).isEqualTo(JobState.CANCELLED);
        assertThat(books(step).operation()).isEmpty();
        assertThat(books(step).requestsOf("some").served()).contains("wanted");
        assertThat(delay(step)).isZero();
    }

    @ParameterizedTest(name = "sent {0} ms ago for the {1}. time: {2} ms")
    @CsvSource({"0,1,1000", "999,1,1", "1000,1,0", "1500,2,500", "2000,2,0"})
    void aRequestIsRepeatedWithABackOff(long ago, int sends, long dueIn) {
        for (Operation.Kind kind : Operation.Kind.values()) {
            Situation situation = Situation.running()
                    .inFlight(
                            kind,
                            operation -> operation
                                    .lastSentAt(NOW.minusMillis(ago))
                                    .triggerTime(NOW.minusMillis(ago))
                                    .sends(sends));
            Step step = (kind == Operation.Kind.CANCEL ? situation : situation.hear(UNKNOWN)).plan();
            Operation kept = books(step).operation().orElseThrow();
            assertThat(kept.triggerId()).isEqualTo(TRIGGER);
            if (dueIn > 0) {
                assertThat(delay(step)).isEqualTo(Duration.ofMillis(dueIn));
                assertThat(step.action()).isEqualTo(new Action.None());
                assertThat(kept.sends()).isEqualTo(sends);
            } else {
                assertThat(delay(step)).isEqualTo(Timings.FOLLOW_UP);
                assertThat(step.action()).isEqualTo(new Action.Send(kept));
                assertThat(kept.sends()).isEqualTo(sends + 1);
                assertThat(kept.lastSentAt()).isEqualTo(NOW);
            }
        }
    }

    @ParameterizedTest(name = "triggered {0} ms ago")
    @CsvSource({"240000,true", "240001,false"})
    void anIdIsRepeatedWhileFlinkWouldStillKeepItsResult(long millis, boolean repeated) {
        Instant triggered = NOW.minusMillis(millis);
        Step step = Situation.running()
                .inFlight(
                        Operation.Kind.SAVEPOINT,
                        operation -> operation.triggerTime(triggered).lastSentAt(NOW.minusSeconds(25)))
                .hear(UNKNOWN)
                .plan();
        assertThat(step.action() instanceof Action.Send).isEqualTo(repeated);
        if (!repeated) {
            assertThat(failure(step))
                    .contains("the result of trigger id " + TRIGGER + " is lost: the JobManager does not know it any"
                            + " more, and the job's checkpoint history does not show it");
        }
    }

    @ParameterizedTest(name = "started {0} ms from what is recorded")
    @CsvSource({"0,false", "-1,true", "1,true"})
    void anIdIsNotRepeatedAfterTheJobManagerWasRestarted(long millis, boolean restarted) {
        Step step = unknown(Operation.Kind.SAVEPOINT, 25)
                .see(new JobObservation.Found(
                        FlinkJobState.RUNNING, RUN_START.plusMillis(millis), Optional.empty(), true))
                .plan();
        assertThat(step.action() instanceof Action.Send).isEqualTo(!restarted);
        if (restarted) {
            assertThat(failure(step))
                    .hasValueSatisfying(
                            message -> assertThat(message).contains("the JobManager was restarted after it was asked"));
        }
    }

    @Test
    void anIdIsNotRepeatedAfterTheJobEnded() {
        Situation situation = unknown(Operation.Kind.SAVEPOINT, 25)
                .state(JobState.FAILED)
                .books(book -> book.failedAt(NOW))
                .see(found(FlinkJobState.FAILED));
        assertThat(failure(situation.plan()))
                .hasValueSatisfying(
                        message -> assertThat(message).contains("the job ended as FAILED before Flink took it"));
    }

    @ParameterizedTest(name = "sent {0} ms ago")
    @CsvSource({"0,2000", "23999,2000", "24000,0"})
    void aRequestThatMayBeOnItsWayIsNotLost(long millis, long dueIn) {
        Step step = Situation.running()
                .inFlight(Operation.Kind.SAVEPOINT, operation -> operation.lastSentAt(NOW.minusMillis(millis)))
                .hear(UNKNOWN)
                .see(found(FlinkJobState.FINISHED))
                .state(JobState.SUCCEEDED)
                .plan();
        assertThat(failure(step).isPresent()).isEqualTo(dueIn == 0);
        assertThat(delay(step)).isEqualTo(Duration.ofMillis(dueIn));
    }

    @ParameterizedTest(name = "seen unknown for {0} ms")
    @CsvSource({"0,2000", "23999,2000", "24000,0"})
    void whatThisProcessHasNotSeenUnknownForAsLongIsNotLost(long millis, long dueIn) {
        Step step = unknown(Operation.Kind.SAVEPOINT, 100)
                .hints(new Hints(
                        0,
                        Optional.empty(),
                        Duration.ZERO,
                        Duration.ofMillis(millis),
                        Optional.empty(),
                        false,
                        Optional.empty()))
                .see(found(FlinkJobState.FINISHED))
                .state(JobState.SUCCEEDED)
                .plan();
        assertThat(failure(step).isPresent()).isEqualTo(dueIn == 0);
        assertThat(delay(step)).isEqualTo(Duration.ofMillis(dueIn));
    }

    /** Sent to a Flink that chooses the ids itself, to a job that goes on. */
    private static Situation sentWithoutAnId(Operation.Kind kind, long millisAgo) {
        Instant sent = NOW.minusMillis(millisAgo);
        return Situation.running()
                .inFlight(kind, operation -> operation.triggerTime(sent).lastSentAt(sent))
                .hear(new OperationObservation.Unknown(true));
    }

    @ParameterizedTest(name = "sent {0} ms ago")
    @CsvSource({"0,2000", "23999,2000", "24000,100"})
    void whereFlinkChoosesTheIdNothingIsRepeatedThatMayBeUnderAnother(long millis, long dueIn) {
        for (Operation.Kind kind : List.of(Operation.Kind.SAVEPOINT, Operation.Kind.STOP)) {
            Step step = sentWithoutAnId(kind, millis).plan();
            assertThat(step.action() instanceof Action.Send).isEqualTo(millis == 24_000);
            assertThat(books(step).operation()).isPresent();
            assertThat(delay(step)).isEqualTo(Duration.ofMillis(dueIn));
        }
    }

    @ParameterizedTest(name = "the job ended {0} ms ago")
    @CsvSource({"0,true", "3999,true", "4000,false", "-3999,true", "-4000,false"})
    void aHistoryOfBeforeTheEndOfTheJobSaysNothing(long millisAgo, boolean waits) {
        JobObservation ended = new JobObservation.Found(
                FlinkJobState.FINISHED, Situation.RUN_START, Optional.of(NOW.minusMillis(millisAgo)), false);
        Step step = sentWithoutAnId(Operation.Kind.STOP, 48_000).see(ended).plan();
        assertThat(books(step).operation().isPresent()).isEqualTo(waits);
    }

    @ParameterizedTest(name = "triggered {0} ms after it was sent")
    @CsvSource({"-4001,false", "-4000,true", "24000,true", "24001,false"})
    void whatIsInProgressAndMayBeOursIsWaitedFor(long millis, boolean ours) {
        Situation situation =
                sentWithoutAnId(Operation.Kind.SAVEPOINT, 250_000).inProgress(NOW.minusMillis(250_000 - millis));
        Step step = situation.plan();
        assertThat(books(step).operation().isPresent()).isEqualTo(ours);
        assertThat(failure(step).isPresent()).isEqualTo(!ours);
        if (ours) {
            assertThat(delay(step)).isEqualTo(Timings.LOOK_AGAIN);
            Step ended = situation
                    .state(JobState.FAILED)
                    .books(book -> book.failedAt(NOW))
                    .see(found(FlinkJobState.FAILED))
                    .plan();
            assertThat(failure(ended)).as("of a job that has ended").isPresent();
        }
    }

    @ParameterizedTest(name = "sent {0} ms ago")
    @CsvSource({"3999,false", "4000,true"})
    void whereFlinkChoosesTheIdTheHistoryOfALivingJobTellsWhatBecameOfIt(long millis, boolean recorded) {
        Step step = sentWithoutAnId(Operation.Kind.SAVEPOINT, millis)
                .history(record(LOCATION, NOW.minusMillis(millis), false))
                .plan();
        assertThat(job(step).savepointLocation().isPresent()).isEqualTo(recorded);
        assertThat(step.action()).isEqualTo(new Action.None());
    }

    private static Situation ended(Operation.Kind kind) {
        return unknown(kind, 20).state(JobState.CANCELLED).see(found(FlinkJobState.FINISHED));
    }

    @ParameterizedTest(name = "triggered {0} ms ago: ended {1} s ago")
    @CsvSource({"5000,4", "1000,0", "-1000,0"})
    void aSavepointOfTheHistoryEndedAtTheLatestNow(long triggered, long endedAgo) {
        Step step = ended(Operation.Kind.SAVEPOINT)
                .history(record(LOCATION, NOW.minusMillis(triggered), false))
                .plan();
        assertThat(job(step).savepointLocation()).contains(LOCATION);
        assertThat(job(step).lastSavepointTime()).contains(NOW.minusSeconds(endedAgo));
        assertThat(books(step).lastDurationMillis()).hasValue(1000);
    }

    @ParameterizedTest(name = "in {0}, stop {1}, {2} ms after it was sent: {3}")
    @CsvSource({
        "file:/savepoints/savepoint-2,false,0,true",
        "file:/elsewhere/savepoint-2,false,0,false",
        "file:/savepoints/savepoint-2,true,0,false",
        "file:/savepoints/savepoint-2,false,-4000,true",
        "file:/savepoints/savepoint-2,false,-4001,false",
        "file:/savepoints/savepoint-2,false,24000,true",
        "file:/savepoints/savepoint-2,false,24001,false"
    })
    void aSavepointOfTheHistoryIsOursByItsPlaceKindAndTime(String location, boolean stop, long millis, boolean ours) {
        Step step = unknown(Operation.Kind.SAVEPOINT, 30)
                .state(JobState.CANCELLED)
                .see(found(FlinkJobState.FINISHED))
                .history(record(location, NOW.minusSeconds(30).plusMillis(millis), stop))
                .plan();
        assertThat(job(step).savepointLocation().isPresent()).isEqualTo(ours);
        assertThat(failure(step).isPresent()).isEqualTo(!ours);
    }

    @Test
    void ofSeveralThatMayBeOursTheEarliestAfterTheLastRecordedIsTaken() {
        Step step = ended(Operation.Kind.SAVEPOINT)
                .job(job -> job.savepointLocation(LOCATION))
                .history(
                        record("file:/savepoints/third", NOW.minusSeconds(8), false),
                        record("file:/savepoints/second", NOW.minusSeconds(9), false),
                        record(LOCATION, NOW.minusSeconds(10), false),
                        record("file:/savepoints/first", NOW.minusSeconds(10), false))
                .plan();
        assertThat(job(step).savepointLocation()).contains("file:/savepoints/second");
    }

    @Test
    void aStopThatIsCompletedIsTold() {
        Step step = Situation.running()
                .inFlight(Operation.Kind.STOP)
                .hear(new OperationObservation.Completed(LOCATION))
                .plan();
        assertThat(job(step).state()).isEqualTo(JobState.CANCELLED);
        assertThat(job(step).savepointGeneration()).isEqualTo(1);
        assertThat(told(step, SavepointEvent.Type.SAVEPOINT_COMPLETED)).hasSize(1);
        assertThat(told(step, SavepointEvent.Type.JOB_CANCELLED))
                .containsExactly("the job was stopped with a savepoint");
        assertThat(delay(step)).isZero();
    }

    @ParameterizedTest(name = "failed {0} times before, {1} allowed")
    @CsvSource({"0,1,true,''", "0,2,false,''", "1,2,true,' (given up after 2 attempts)'", "9,0,false,''"})
    void afterTheLastAttemptItIsGivenUp(int before, int allowed, boolean givenUp, String words) {
        Step step = Situation.running()
                .inFlight(Operation.Kind.SAVEPOINT, operation -> operation.maxAttempts(allowed))
                .log("some", log -> log.accepted("wanted").acceptedAt(NOW).failures(before))
                .hear(new OperationObservation.Failed("disk full"))
                .plan();
        assertThat(failure(step)).contains("disk full" + words);
        assertThat(books(step).requestsOf("some").served().isPresent()).isEqualTo(givenUp);
        assertThat(books(step).requestsOf("some").failures()).isEqualTo(givenUp ? 0 : before + 1);
        assertThat(delay(step)).isZero();
    }

    @ParameterizedTest(name = "the annotation''s own: {0}")
    @CsvSource({"true", "false"})
    void anAnnotationEndsWithItsOwnOperation(boolean own) {
        Situation cancelling = Situation.running()
                .inFlight(Operation.Kind.CANCEL)
                .accepted(
                        "job-cancel",
                        ControlState.IN_PROGRESS,
                        control -> control.savepointTriggerId(own ? TRIGGER : OTHER_TRIGGER));
        Step cancelled = cancelling.see(found(FlinkJobState.CANCELED)).plan();
        assertThat(cancelled.status().control().map(ControlStatus::state))
                .contains(own ? ControlState.SUCCEEDED : ControlState.IN_PROGRESS);
        assertThat(told(cancelled, SavepointEvent.Type.CONTROL_SUCCEEDED)).hasSize(own ? 1 : 0);

        Step failed = Situation.running()
                .policies()
                .inFlight(Operation.Kind.SAVEPOINT)
                .accepted(
                        "savepoint",
                        ControlState.IN_PROGRESS,
                        control -> control.savepointTriggerId(own ? TRIGGER : OTHER_TRIGGER))
                .hear(new OperationObservation.Failed("disk full"))
                .plan();
        assertThat(failed.status().control().map(ControlStatus::state))
                .contains(own ? ControlState.FAILED : ControlState.IN_PROGRESS);
        assertThat(told(failed, SavepointEvent.Type.CONTROL_FAILED))
                .isEqualTo(own ? List.of("user-control savepoint failed: disk full") : List.of());
    }
}
