package io.savepoint.policy;

import static io.savepoint.policy.Contexts.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.JobObservation;
import io.savepoint.model.JobState;
import io.savepoint.model.TriggerReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class GenerationTriggeredPolicyTest {
    private final GenerationTriggeredPolicy policy = GenerationTriggeredPolicy.create();

    private static Contexts wanted(long generation, long recorded) {
        return Contexts.running()
                .spec(spec -> spec.savepointGeneration(generation))
                .job(job -> job.savepointGeneration(recorded));
    }

    private static Decision take(String token) {
        return new Decision.TakeSavepoint(token, TriggerReason.USER_REQUESTED, 5);
    }

    @ParameterizedTest(name = "spec {0}, recorded {1}, served {2}, accepted {3}: {4}")
    @CsvSource({
        "0,0,,,nothing",
        "1,0,,,accept",
        "3,2,,,accept",
        "3,3,,,nothing",
        "2,3,,,nothing",
        "10,3,10,,nothing",
        "11,3,10,,accept",
        "9,3,10,,nothing",
        "3,2,,3,take",
        "5,2,,3,accept",
        "3,3,,3,take",
        "1,5,,3,take",
        "1,0,not-a-number,,accept"
    })
    void asksOncePerEdit(long wanted, long recorded, String served, String accepted, String expected) {
        Contexts contexts = wanted(wanted, recorded).log("generation", log -> {
            if (served != null) {
                log.served(served);
            }
            if (accepted != null) {
                log.accepted(accepted).acceptedAt(NOW);
            }
        });
        Decision decision = policy.decide(contexts.build());
        switch (expected) {
            case "nothing" -> assertThat(decision).isEqualTo(new Decision.Nothing());
            case "accept" ->
                assertThat(decision)
                        .isEqualTo(new Decision.AcceptRequest(
                                Long.toString(wanted), "savepointGeneration " + wanted + " asks for a savepoint"));
            default -> assertThat(decision).isEqualTo(take(accepted));
        }
    }

    @ParameterizedTest(name = "{0} failures, the last {1} s ago: due in {2} s")
    @CsvSource({"1,9,1", "1,10,0", "2,19,1", "3,20,20", "4,80,0"})
    void retriesWithBackOff(int failures, int ago, int dueIn) {
        Contexts contexts = wanted(1, 0)
                .log(
                        "generation",
                        log -> log.accepted("1")
                                .acceptedAt(NOW)
                                .failures(failures)
                                .lastFailure(NOW.minusSeconds(ago)));
        assertThat(policy.decide(contexts.build()))
                .isEqualTo(dueIn == 0 ? take("1") : new Decision.Wait(NOW.plusSeconds(dueIn)));
    }

    private static Contexts accepted() {
        return wanted(1, 0).log("generation", log -> log.accepted("1").acceptedAt(NOW));
    }

    @Test
    void isRefusedWithoutADirectory() {
        assertThat(policy.decide(accepted().noDirectory().build()))
                .isEqualTo(new Decision.RefuseRequest(
                        "1",
                        "savepointGeneration 1 needs savepointsDir, which is not set; set it and raise"
                                + " savepointGeneration again"));
    }

    @ParameterizedTest
    @EnumSource(names = {"SUCCEEDED", "CANCELLED", "FAILED", "LOST"})
    void isRefusedWhenNoRunWillFollow(JobState state) {
        Contexts contexts = accepted().state(state).bookkeeping(book -> book.message("the job stays as it is"));
        assertThat(policy.decide(contexts.build())).isInstanceOf(Decision.RefuseRequest.class);
    }

    @Test
    void isRefusedOnlyWhenNothingIsInFlightWhoseResultWouldHideThat() {
        Contexts noDirectory = accepted().noDirectory().inFlight();
        assertThat(policy.decide(noDirectory.build())).isEqualTo(new Decision.Nothing());
        Contexts over = accepted().state(JobState.CANCELLED).inFlight();
        assertThat(policy.decide(over.build())).isEqualTo(new Decision.Nothing());
    }

    @Test
    void isNotRefusedForAnOldExplanationWhileFlinkCannotBeAsked() {
        Contexts contexts = accepted()
                .state(JobState.FAILED)
                .seen(new JobObservation.Unreachable("connection refused"))
                .bookkeeping(book -> book.message("the job stays as it is"));
        assertThat(policy.decide(contexts.build())).isEqualTo(new Decision.Nothing());
    }

    @ParameterizedTest
    @EnumSource(names = {"PENDING", "DEPLOYING", "UPDATING"})
    void waitsForTheJobToRun(JobState state) {
        assertThat(policy.decide(accepted().state(state).build())).isEqualTo(new Decision.Nothing());
    }

    @ParameterizedTest
    @EnumSource(names = {"FAILED", "LOST"})
    void waitsForARestart(JobState state) {
        assertThat(policy.decide(accepted().state(state).build())).isEqualTo(new Decision.Nothing());
    }

    @Test
    void isRefusedWhenTheJobWillNotBeStarted() {
        Contexts contexts = accepted().state(JobState.PENDING).spec(spec -> spec.cancelRequested(true));
        assertThat(policy.decide(contexts.build())).isInstanceOf(Decision.RefuseRequest.class);
    }

    @ParameterizedTest(name = "accepted {0} s ago, failed {1} s ago, running for {2} s")
    @CsvSource({
        "0,,1000,true",
        "59,,1000,true",
        "60,,1000,false",
        "1000,59,1000,true",
        "1000,60,1000,false",
        "60,,59,true"
    })
    void waitsForTheTasksForAMinuteAndThenLetsFlinkSayWhyNot(int accepted, Integer failed, int running, boolean waits) {
        Contexts contexts = wanted(1, 0)
                .notReady()
                .bookkeeping(book -> book.runningSince(NOW.minusSeconds(running)))
                .log("generation", log -> {
                    log.accepted("1").acceptedAt(NOW.minusSeconds(accepted));
                    if (failed != null) {
                        log.failures(1).lastFailure(NOW.minusSeconds(failed));
                    }
                });
        assertThat(policy.decide(contexts.build()))
                .isEqualTo(waits ? new Decision.Wait(NOW.plusSeconds(1)) : take("1"));
    }
}
