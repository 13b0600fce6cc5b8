package io.savepoint.policy;

import static io.savepoint.policy.Contexts.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ControlState;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobState;
import io.savepoint.model.RestartPolicy;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RestartAndCancelPoliciesTest {
    private static final String LOCATION = "file:/savepoints/savepoint-1";

    private final SavepointPolicy restart = RestartFromSavepointOnFailurePolicy.create();
    private final SavepointPolicy cancel = JobCancelPolicy.create();
    private final SavepointPolicy start = StartJobPolicy.create();

    private static Contexts restartable() {
        return Contexts.failed()
                .spec(spec -> spec.restartPolicy(RestartPolicy.FROM_SAVEPOINT_ON_FAILURE))
                .job(job -> job.savepointLocation(LOCATION).lastSavepointTime(NOW.minusSeconds(70)));
    }

    private static Decision restartFrom(String location, int attempt) {
        String token = StartJobPolicy.fingerprint(restartable().build().spec());
        return new Decision.RestartJob(token, location, attempt);
    }

    private static String explanation(Decision decision) {
        return decision instanceof Decision.Explain explain ? explain.message() : decision.toString();
    }

    @Test
    void aFailedJobIsRestartedFromTheRecordedSavepoint() {
        assertThat(restart.decide(restartable().build())).isEqualTo(restartFrom(LOCATION, 1));
    }

    @Test
    void aLostJobIsRestartedWhileFlinkDoesNotKnowIt() {
        Contexts lost = restartable().state(JobState.LOST).seen(new JobObservation.NotFound());
        assertThat(restart.decide(lost.build())).isEqualTo(restartFrom(LOCATION, 1));
    }

    @Test
    void whatADirectRestoreNamedGoesBeforeTheRecordedSavepoint() {
        Contexts contexts = restartable().bookkeeping(book -> book.restoredFrom("file:/elsewhere"));
        assertThat(restart.decide(contexts.build())).isEqualTo(restartFrom("file:/elsewhere", 1));
        Contexts unrecorded = Contexts.failed()
                .spec(spec -> spec.restartPolicy(RestartPolicy.FROM_SAVEPOINT_ON_FAILURE))
                .bookkeeping(book -> book.restoredFrom("file:/elsewhere"));
        assertThat(restart.decide(unrecorded.build())).isEqualTo(restartFrom("file:/elsewhere", 1));
    }

    @ParameterizedTest(name = "restored from {0}")
    @CsvSource({"file:/elsewhere,false", LOCATION + ",true"})
    void anAgeIsKnownOfTheRecordedSavepointOnly(String restoredFrom, boolean known) {
        Contexts contexts = restartable()
                .spec(spec -> spec.maxStateAgeToRestoreSeconds(60))
                .bookkeeping(book -> book.restoredFrom(restoredFrom));
        Decision decision = restart.decide(contexts.build());
        if (known) {
            assertThat(decision).isEqualTo(restartFrom(LOCATION, 1));
        } else {
            assertThat(explanation(decision))
                    .isEqualTo("the job stays Failed: the age of the state in file:/elsewhere is not known,"
                            + " maxStateAgeToRestoreSeconds allows 60");
        }
    }

    @Test
    void noRunThatMayBeAliveIsRestarted() {
        Contexts unreachable = restartable().seen(new JobObservation.Unreachable("connection refused"));
        assertThat(restart.decide(unreachable.build())).isEqualTo(new Decision.Nothing());
        Contexts alive =
                restartable().seen(new JobObservation.Found(FlinkJobState.RUNNING, NOW, Optional.empty(), true));
        assertThat(restart.decide(alive.build())).isEqualTo(new Decision.Nothing());
    }

    @Test
    void withoutARecordedSavepointTheJobStaysFailedAndSaysWhy() {
        Contexts contexts = Contexts.failed().spec(spec -> spec.restartPolicy(RestartPolicy.FROM_SAVEPOINT_ON_FAILURE));
        assertThat(explanation(restart.decide(contexts.build())))
                .isEqualTo("the job stays Failed: no savepoint is recorded to restart it from");
    }

    @Test
    void neverMeansNever() {
        Contexts contexts = Contexts.failed().job(job -> job.savepointLocation(LOCATION));
        assertThat(explanation(restart.decide(contexts.build())))
                .isEqualTo("the job stays Failed: restartPolicy is Never");
    }

    @Test
    void aJobToBeCancelledIsNotRestarted() {
        assertThat(explanation(restart.decide(
                        restartable().spec(spec -> spec.cancelRequested(true)).build())))
                .isEqualTo("the job stays Failed: cancelRequested is set");
    }

    @ParameterizedTest(name = "savepoint 60 s and {1} ms old at the failure, {0} allowed")
    @CsvSource({"60,0,true", "60,999,true", "59,0,false"})
    void theAgeOfTheStateIsTakenAtTheTimeOfTheFailure(long allowed, long millis, boolean restarts) {
        Contexts contexts = restartable()
                .spec(spec -> spec.maxStateAgeToRestoreSeconds(allowed))
                .bookkeeping(book -> book.failedAt(NOW.minusSeconds(10).plusMillis(millis)));
        Decision decision = restart.decide(contexts.at(NOW.plusSeconds(3600)).build());
        if (restarts) {
            assertThat(decision).isEqualTo(restartFrom(LOCATION, 1));
        } else {
            assertThat(explanation(decision))
                    .isEqualTo("the job stays Failed: the last savepoint was 60 s old when the job failed,"
                            + " maxStateAgeToRestoreSeconds allows 59");
        }
    }

    @ParameterizedTest(name = "{0} restarts in a row, failed 10 s ago: due in {1} s")
    @CsvSource({"1,0", "2,10", "3,30", "9,290"})
    void restartsInARowAreSpaced(int restarts, int dueIn) {
        Contexts contexts = restartable().bookkeeping(book -> book.consecutiveRestarts(restarts));
        assertThat(restart.decide(contexts.build()))
                .isEqualTo(
                        dueIn == 0 ? restartFrom(LOCATION, restarts + 1) : new Decision.Wait(NOW.plusSeconds(dueIn)));
    }

    @Test
    void restartsInARowAreBounded() {
        Contexts contexts = restartable().bookkeeping(book -> book.consecutiveRestarts(10));
        assertThat(explanation(restart.decide(contexts.build())))
                .isEqualTo(
                        "the job stays Failed: 10 restarts in a row failed; mend the cause and change the spec (one of"
                                + " jarFile, className, args, parallelism, fromSavepoint, allowNonRestoredState), or restore the job"
                                + " from " + LOCATION);
    }

    @ParameterizedTest(name = "a spec with args {0} was restarted 10 times")
    @CsvSource({"before,true", "mended,false"})
    void aChangeOfWhatIsStartedEndsTheRow(String restarted, boolean ends) {
        Contexts earlier = Contexts.failed().spec(spec -> spec.addArgs(restarted));
        String token = StartJobPolicy.fingerprint(earlier.build().spec());
        Contexts contexts = restartable()
                .spec(spec -> spec.addArgs("mended"))
                .bookkeeping(book -> book.consecutiveRestarts(10))
                .log("restart", log -> log.served(token));
        Decision decision = restart.decide(contexts.build());
        if (ends) {
            assertThat(decision)
                    .isInstanceOfSatisfying(
                            Decision.RestartJob.class,
                            job -> assertThat(job.attempt()).isEqualTo(1));
        } else {
            assertThat(explanation(decision)).contains("10 restarts in a row failed");
        }
    }

    @Test
    void aRunThatLastedEndsTheRow() {
        Contexts lasted = restartable()
                .job(job -> job.lastSavepointTime(NOW.minusSeconds(7000)))
                .bookkeeping(book -> book.consecutiveRestarts(10).runningSince(NOW.minusSeconds(6000)));
        assertThat(restart.decide(lasted.build())).isEqualTo(restartFrom(LOCATION, 1));
    }

    @Test
    void anAcceptedJobCancelStopsWithASavepointWhereThereIsADirectory() {
        Contexts contexts = Contexts.running().control("job-cancel", ControlState.REQUESTED, NOW);
        assertThat(cancel.decide(contexts.build())).isEqualTo(new Decision.StopWithSavepoint("control", 1));
        assertThat(cancel.decide(contexts.noDirectory().build())).isEqualTo(new Decision.CancelJob("control", 1));
    }

    @Test
    void cancelRequestedIsTriedAgainForAsLongAsItIsSet() {
        Contexts contexts = Contexts.running().spec(spec -> spec.cancelRequested(true));
        assertThat(cancel.decide(contexts.build())).isEqualTo(new Decision.StopWithSavepoint("spec", 0));
        contexts.log("job-cancel", log -> log.failures(2).lastFailure(NOW.minusSeconds(5)));
        assertThat(cancel.decide(contexts.build())).isEqualTo(new Decision.Wait(NOW.plusSeconds(15)));
        assertThat(cancel.decide(Contexts.running()
                        .noDirectory()
                        .spec(spec -> spec.cancelRequested(true))
                        .build()))
                .isEqualTo(new Decision.CancelJob("spec", 0));
    }

    private static Contexts cancelRequestedAndNotReady() {
        return Contexts.running().notReady().spec(spec -> spec.cancelRequested(true));
    }

    @ParameterizedTest(name = "accepted {0} s ago, failed {1} s ago")
    @CsvSource({"0,,true", "59,,true", "60,,false", "1000,59,true", "1000,60,false"})
    void cancelRequestedWaitsForTheTasksForAMinuteAndThenLetsFlinkSayWhyNot(
            int accepted, Integer failed, boolean waits) {
        Contexts contexts = cancelRequestedAndNotReady().log("job-cancel", log -> {
            log.accepted("spec").acceptedAt(NOW.minusSeconds(accepted));
            if (failed != null) {
                log.failures(1).lastFailure(NOW.minusSeconds(failed));
            }
        });
        assertThat(cancel.decide(contexts.build()))
                .isEqualTo(waits ? new Decision.Wait(NOW.plusSeconds(1)) : new Decision.StopWithSavepoint("spec", 0));
    }

    @ParameterizedTest
    @EnumSource(names = {"RUNNING", "DEPLOYING"})
    void cancelRequestedIsRememberedWhileItWaits(JobState state) {
        Contexts contexts = cancelRequestedAndNotReady().state(state);
        assertThat(cancel.decide(contexts.build()))
                .isEqualTo(new Decision.AcceptRequest(
                        "spec",
                        "cancelRequested asks for a stop with savepoint, which waits until all tasks run, for at"
                                + " most 60 s"));
        contexts.seen(new JobObservation.Unreachable("connection refused"));
        assertThat(cancel.decide(contexts.build())).isInstanceOf(Decision.Wait.class);
        assertThat(cancel.decide(contexts.noDirectory().build())).isEqualTo(new Decision.CancelJob("spec", 0));
    }

    @Test
    void cancelRequestedThatIsTakenBackIsForgotten() {
        Contexts contexts = Contexts.running()
                .notReady()
                .log("job-cancel", log -> log.accepted("spec").acceptedAt(NOW));
        assertThat(cancel.decide(contexts.build()))
                .isEqualTo(new Decision.RefuseRequest(
                        "spec", "cancelRequested was taken back before the job was stopped with a savepoint"));
        assertThat(cancel.decide(contexts.inFlight().build()))
                .as("its result is still to be told")
                .isEqualTo(new Decision.Nothing());
    }

    @ParameterizedTest
    @EnumSource(names = {"SUCCEEDED", "CANCELLED", "FAILED", "LOST"})
    void anAcceptedJobCancelComesTooLateForAJobThatIsOver(JobState state) {
        Contexts contexts = Contexts.running().state(state).control("job-cancel", ControlState.REQUESTED, NOW);
        assertThat(cancel.decide(contexts.build()))
                .isEqualTo(new Decision.RefuseControl("job-cancel came too late; the job is " + state.label()));
    }

    @Test
    void aNewJobIsStartedFromTheSavepointItNames() {
        Contexts contexts = Contexts.running().state(JobState.PENDING);
        assertThat(start.decide(contexts.build()))
                .isInstanceOfSatisfying(
                        Decision.StartJob.class,
                        decision -> assertThat(decision.fromSavepoint()).isEmpty());
        contexts.spec(spec -> spec.fromSavepoint(LOCATION));
        assertThat(start.decide(contexts.build()))
                .isInstanceOfSatisfying(
                        Decision.StartJob.class,
                        decision -> assertThat(decision.fromSavepoint()).contains(LOCATION));
        contexts.spec(spec -> spec.cancelRequested(true));
        assertThat(start.decide(contexts.build())).isEqualTo(new Decision.Nothing());
    }

    @Test
    void aFirstStartThatFailedIsTriedAgainWhenTheSpecChanges() {
        Contexts contexts = Contexts.failed();
        String token = ((Decision.StartJob)
                        start.decide(Contexts.running().state(JobState.PENDING).build()))
                .token();
        contexts.log("start", log -> log.served(token));
        assertThat(start.decide(contexts.build())).isEqualTo(new Decision.Nothing());
        contexts.spec(spec -> spec.allowNonRestoredState(true));
        assertThat(start.decide(contexts.build())).isInstanceOf(Decision.StartJob.class);
        contexts.job(job -> job.savepointGeneration(1));
        assertThat(start.decide(contexts.build()))
                .as("a job that has savepoints is not started anew")
                .isEqualTo(new Decision.Nothing());
    }
}
