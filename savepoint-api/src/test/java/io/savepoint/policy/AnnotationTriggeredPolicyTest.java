package io.savepoint.policy;

import static io.savepoint.policy.Contexts.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ControlState;
import io.savepoint.model.JobState;
import io.savepoint.model.TriggerReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnnotationTriggeredPolicyTest {
    private static final Decision TAKE = new Decision.TakeSavepoint("control", TriggerReason.USER_REQUESTED, 1);

    private final AnnotationTriggeredPolicy policy = AnnotationTriggeredPolicy.create();

    @ParameterizedTest
    @ValueSource(strings = {"savepoint", "job-cancel"})
    void acceptsWhatItKnows(String value) {
        assertThat(policy.decide(Contexts.running().annotated(value).build())).isEqualTo(new Decision.AcceptControl());
    }

    @Test
    void refusesWhatItDoesNotKnowAndNamesWhatIsAllowed() {
        assertThat(policy.decide(Contexts.running().annotated("savepont").build()))
                .isEqualTo(
                        new Decision.RefuseControl(
                                "user-control must be savepoint or job-cancel, was 'savepont'; annotate again with one of them"));
    }

    @Test
    void endsAControlThatSomethingElseAcceptedAndNobodyHereServes() {
        Contexts contexts = Contexts.running().control("job-restart", ControlState.REQUESTED, NOW);
        assertThat(policy.decide(contexts.build()))
                .isEqualTo(
                        new Decision.RefuseControl(
                                "user-control must be savepoint or job-cancel, was 'job-restart'; annotate again with one of them"));
    }

    @ParameterizedTest
    @CsvSource({"FAILED,there is nothing to cancel", "DEPLOYING,'annotate again when it runs, or set cancelRequested'"})
    void saysWhatToDoAboutACancelThatCannotBe(JobState state, String advice) {
        assertThat(policy.decide(
                        Contexts.running().state(state).annotated("job-cancel").build()))
                .isInstanceOfSatisfying(
                        Decision.RefuseControl.class,
                        refusal -> assertThat(refusal.message()).endsWith("; " + advice));
    }

    @Test
    void refusesASavepointWithoutADirectory() {
        assertThat(policy.decide(
                        Contexts.running().noDirectory().annotated("savepoint").build()))
                .isEqualTo(new Decision.RefuseControl("savepoint needs savepointsDir, which is not set; set"
                        + " spec.job.savepointsDir and annotate again"));
    }

    @Test
    void acceptsACancelWithoutADirectory() {
        assertThat(policy.decide(
                        Contexts.running().noDirectory().annotated("job-cancel").build()))
                .isEqualTo(new Decision.AcceptControl());
    }

    @ParameterizedTest
    @EnumSource(value = JobState.class, names = "RUNNING", mode = EnumSource.Mode.EXCLUDE)
    void refusesWhenTheJobDoesNotRun(JobState state) {
        for (String value : new String[] {"savepoint", "job-cancel"}) {
            Decision decision = policy.decide(
                    Contexts.running().state(state).annotated(value).build());
            assertThat(decision)
                    .isInstanceOfSatisfying(
                            Decision.RefuseControl.class,
                            refusal -> assertThat(refusal.message())
                                    .startsWith(value + " needs a running job; the job is " + state.label()));
        }
    }

    @Test
    void endsAControlThatSomethingElseBegan() {
        Contexts contexts = Contexts.running().control("savepoint", ControlState.IN_PROGRESS, NOW);
        assertThat(policy.decide(contexts.build())).isInstanceOf(Decision.RefuseControl.class);
    }

    @ParameterizedTest
    @EnumSource(names = "REQUESTED")
    void leavesANewControlWhileOneIsBeingServed(ControlState state) {
        Contexts contexts = Contexts.running().annotated("savepoint").control("job-cancel", state, NOW);
        assertThat(policy.decide(contexts.build())).isEqualTo(new Decision.Nothing());
    }

    @ParameterizedTest
    @EnumSource(names = {"SUCCEEDED", "FAILED"})
    void takesTheSameValueForANewRequestOnceTheOldOneEnded(ControlState state) {
        Contexts contexts = Contexts.running().annotated("savepoint").control("savepoint", state, NOW);
        assertThat(policy.decide(contexts.build())).isEqualTo(new Decision.AcceptControl());
    }

    @Test
    void servesWhatWasAccepted() {
        assertThat(policy.decide(Contexts.running()
                        .control("savepoint", ControlState.REQUESTED, NOW)
                        .build()))
                .isEqualTo(TAKE);
    }

    @ParameterizedTest(name = "{0} s after the acceptance")
    @CsvSource({"0,true", "59,true", "60,false"})
    void waitsForTheTasksForAMinuteAndThenLetsFlinkSayWhyNot(int seconds, boolean waits) {
        Contexts contexts =
                Contexts.running().notReady().control("savepoint", ControlState.REQUESTED, NOW.minusSeconds(seconds));
        assertThat(policy.decide(contexts.build())).isEqualTo(waits ? new Decision.Wait(NOW.plusSeconds(1)) : TAKE);
    }

    @Test
    void refusesAnAcceptedControlWhenTheJobEndedMeanwhile() {
        Contexts contexts = Contexts.failed().control("savepoint", ControlState.REQUESTED, NOW);
        assertThat(policy.decide(contexts.build())).isInstanceOf(Decision.RefuseControl.class);
    }
}
