package io.savepoint.internal;

import static io.savepoint.internal.Situation.JOB;
import static io.savepoint.internal.Situation.NOW;
import static io.savepoint.internal.Situation.RUN_START;
import static io.savepoint.internal.Situation.books;
import static io.savepoint.internal.Situation.delay;
import static io.savepoint.internal.Situation.found;
import static io.savepoint.internal.Situation.job;
import static io.savepoint.internal.Situation.told;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobState;
import io.savepoint.model.Operation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointEvent;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class JobTrackerTest {
    private static final Duration GRACE = Situation.TIMINGS.lostGrace();

    private static Hints sameFor(Duration same) {
        return new Hints(0, Optional.empty(), same, Duration.ZERO, Optional.empty(), false, Optional.empty());
    }

    private static Situation missing(Duration recorded, Duration same) {
        return Situation.running()
                .books(book -> book.missingSince(NOW.minus(recorded)))
                .see(new JobObservation.NotFound())
                .hints(sameFor(same));
    }

    @ParameterizedTest(name = "missing for {0} ms, seen so for {1} ms")
    @CsvSource({"16000,16000,true", "15999,16000,false", "16000,15999,false", "60000,60000,true"})
    void aJobIsLostWhenItWasMissingForTheWholeGracePeriod(long recorded, long same, boolean lost) {
        Step step = missing(Duration.ofMillis(recorded), Duration.ofMillis(same))
                .policies()
                .plan();
        if (lost) {
            assertThat(job(step).state()).isEqualTo(JobState.LOST);
            assertThat(books(step).failedAt()).contains(NOW.minusMillis(recorded));
            assertThat(books(step).missingSince()).isEmpty();
            assertThat(told(step, SavepointEvent.Type.JOB_LOST)).hasSize(1);
            assertThat(delay(step)).isZero();
        } else {
            assertThat(job(step).state()).isEqualTo(JobState.RUNNING);
            assertThat(books(step).missingSince()).contains(NOW.minusMillis(recorded));
            assertThat(delay(step)).isEqualTo(Duration.ofSeconds(4));
        }
    }

    @Test
    void theGracePeriodBeginsWithTheFirstLookThatThisProcessTook() {
        Step step = missing(GRACE.multipliedBy(2), Duration.ZERO).plan();
        assertThat(books(step).missingSince()).contains(NOW);
        Step first = Situation.running().see(new JobObservation.NotFound()).plan();
        assertThat(books(first).missingSince()).contains(NOW);
    }

    @ParameterizedTest
    @EnumSource(names = {"PENDING", "SUCCEEDED", "CANCELLED", "FAILED", "LOST"})
    void aJobThatIsNotExpectedIsNotMissing(JobState state) {
        Step step = Situation.running()
                .state(state)
                .policies()
                .see(new JobObservation.NotFound())
                .plan();
        assertThat(books(step).missingSince()).isEmpty();
        assertThat(job(step).state()).isEqualTo(state);
    }

    @Test
    void onlyLooksThatAgreeCountTowardsALoss() {
        Situation seen = missing(GRACE, GRACE).see(found(FlinkJobState.RUNNING));
        assertThat(books(seen.plan()).missingSince()).isEmpty();
        Situation unreachable = missing(GRACE, GRACE).see(new JobObservation.Unreachable("connection refused"));
        assertThat(books(unreachable.plan()).missingSince()).isEmpty();
        Situation notAsked =
                missing(GRACE, GRACE).inFlight(Operation.Kind.SAVEPOINT).hear(new OperationObservation.InProgress());
        assertThat(books(notAsked.plan()).missingSince()).contains(NOW.minus(GRACE));
    }

    @ParameterizedTest(name = "recorded {0}")
    @CsvSource({"PENDING,true", "FAILED,true", "LOST,true", "DEPLOYING,false", "RUNNING,false", "UPDATING,false"})
    void aJobThatBeginsIsDeployingUnlessItIsKnownToBeAlive(JobState recorded, boolean deploying) {
        for (FlinkJobState seen : new FlinkJobState[] {FlinkJobState.INITIALIZING, FlinkJobState.CREATED}) {
            Step step = Situation.running()
                    .state(recorded)
                    .policies()
                    .see(found(seen))
                    .hints(sameFor(Duration.ofSeconds(8)))
                    .plan();
            assertThat(job(step).state()).isEqualTo(deploying ? JobState.DEPLOYING : recorded);
            assertThat(delay(step)).isEqualTo(Duration.ofSeconds(2));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FAILING", "CANCELLING"})
    void aJobThatEndsIsFollowed(FlinkJobState seen) {
        Step step = Situation.running()
                .see(found(seen))
                .hints(sameFor(Duration.ofSeconds(8)))
                .plan();
        assertThat(job(step).state()).isEqualTo(JobState.RUNNING);
        assertThat(delay(step)).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aJobThatBeginsToRunIsFollowedAtOnce() {
        Step step = Situation.running()
                .state(JobState.DEPLOYING)
                .books(book -> book.failedAt(NOW).failureReason("before").message("it stays so"))
                .plan();
        assertThat(job(step).state()).isEqualTo(JobState.RUNNING);
        assertThat(books(step).runningSince()).contains(NOW);
        assertThat(books(step).failedAt()).isEmpty();
        assertThat(books(step).failureReason()).isEmpty();
        assertThat(books(step).message()).isEmpty();
        assertThat(told(step, SavepointEvent.Type.JOB_RUNNING)).hasSize(1);
        assertThat(delay(step)).isZero();
    }

    @Test
    void aRunningJobKeepsItsTimeBase() {
        assertThat(books(Situation.running().plan()).runningSince()).contains(RUN_START);
        Situation unknown = Situation.running().books(book -> book.runningSince(Optional.empty()));
        assertThat(books(unknown.plan()).runningSince()).contains(NOW);
    }

    @ParameterizedTest(name = "ended {0} s ago by Flink''s clock")
    @CsvSource({"3,3", "0,0", "-3,0", ",0"})
    void aJobFailedWhenFlinkSaysSoButNotInTheFuture(Long ago, long recordedAgo) {
        JobObservation seen = new JobObservation.Found(
                FlinkJobState.FAILED, RUN_START, Optional.ofNullable(ago).map(NOW::minusSeconds), false);
        Step step = Situation.running().see(seen).plan();
        assertThat(job(step).state()).isEqualTo(JobState.FAILED);
        assertThat(books(step).failedAt()).contains(NOW.minusSeconds(recordedAgo));
        assertThat(books(step).failureReason()).contains("Flink reports the job FAILED");
        assertThat(told(step, SavepointEvent.Type.JOB_FAILED)).hasSize(1);
        assertThat(delay(step)).isZero();
    }

    @ParameterizedTest(name = "recorded {0} with a time: {1}")
    @CsvSource({"FAILED,true,false", "FAILED,false,true", "RUNNING,true,true"})
    void aFailureIsToldOnce(JobState recorded, boolean timed, boolean told) {
        Step step = Situation.running()
                .state(recorded)
                .policies()
                .books(book -> book.failedAt(timed ? Optional.of(NOW.minusSeconds(5)) : Optional.empty()))
                .see(found(FlinkJobState.FAILED))
                .plan();
        assertThat(told(step, SavepointEvent.Type.JOB_FAILED)).hasSize(told ? 1 : 0);
        assertThat(books(step).failedAt()).contains(told ? NOW : NOW.minusSeconds(5));
    }

    @ParameterizedTest
    @CsvSource({
        "CANCELED,CANCELLED,JOB_CANCELLED,the job was cancelled",
        "FINISHED,SUCCEEDED,JOB_SUCCEEDED,the job finished"
    })
    void anEndIsToldAndFollowedAtOnce(FlinkJobState seen, JobState state, SavepointEvent.Type type, String message) {
        Step step = Situation.running().see(found(seen)).plan();
        assertThat(job(step).state()).isEqualTo(state);
        assertThat(told(step, type)).containsExactly(message);
        assertThat(step.events().get(0).jobId()).contains(JOB);
        assertThat(delay(step)).isZero();
        Step again = Situation.running().state(state).see(found(seen)).plan();
        assertThat(again.events()).isEmpty();
    }

    @Test
    void aJobThatWasStoppedDoesNotSucceed() {
        Step cancelled = Situation.running()
                .state(JobState.CANCELLED)
                .see(found(FlinkJobState.FINISHED))
                .plan();
        assertThat(job(cancelled).state()).isEqualTo(JobState.CANCELLED);
        Step stopping = Situation.running()
                .inFlight(Operation.Kind.STOP)
                .hear(new OperationObservation.Unknown())
                .see(found(FlinkJobState.FINISHED))
                .plan();
        assertThat(job(stopping).state()).isEqualTo(JobState.RUNNING);
        assertThat(stopping.events()).isEmpty();
        Step saving = Situation.running()
                .inFlight(Operation.Kind.SAVEPOINT)
                .hear(new OperationObservation.Unknown())
                .see(found(FlinkJobState.FINISHED))
                .plan();
        assertThat(job(saving).state()).isEqualTo(JobState.SUCCEEDED);
    }
}
