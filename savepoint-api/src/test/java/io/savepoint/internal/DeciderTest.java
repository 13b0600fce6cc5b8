package io.savepoint.internal;

import static io.savepoint.internal.Situation.JOB;
import static io.savepoint.internal.Situation.LOCATION;
import static io.savepoint.internal.Situation.NOW;
import static io.savepoint.internal.Situation.books;
import static io.savepoint.internal.Situation.delay;
import static io.savepoint.internal.Situation.job;
import static io.savepoint.internal.Situation.told;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.internal.Situation.Wants;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobState;
import io.savepoint.model.Operation;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointState;
import io.savepoint.model.SavepointStatus;
import io.savepoint.model.TriggerReason;
import io.savepoint.policy.Decision;
import io.savepoint.policy.Precedence;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DeciderTest {
    private static Operation begun(Step step) {
        Operation operation = books(step).operation().orElseThrow();
        assertThat(step.action()).isEqualTo(new Action.Send(operation));
        return operation;
    }

    @ParameterizedTest
    @CsvSource({"SAVEPOINT,USER_REQUESTED", "STOP,JOB_CANCEL"})
    void aCallIsRecordedWithItsReasonBeforeItIsCarriedOut(Operation.Kind kind, TriggerReason reason) {
        Step step = Situation.running()
                .called(DirectRequest.Kind.valueOf(kind.name()), NOW)
                .plan();
        Operation operation = begun(step);
        assertThat(operation.kind()).isEqualTo(kind);
        assertThat(operation.reason()).isEqualTo(reason);
        assertThat(operation.requestTime()).isEqualTo(NOW.minusSeconds(7));
        SavepointStatus savepoint = step.status().savepoint().orElseThrow();
        assertThat(savepoint.state()).isEqualTo(SavepointState.IN_PROGRESS);
        assertThat(savepoint.triggerId()).contains(operation.triggerId());
        assertThat(savepoint.triggerReason()).isEqualTo(reason);
        assertThat(books(step).lastTriggerTime()).contains(NOW);
        assertThat(told(step, SavepointEvent.Type.SAVEPOINT_TRIGGERED)).hasSize(1);
        assertThat(delay(step)).as("the first poll").isEqualTo(Duration.ofMillis(10));
    }

    @Test
    void aCancelLeavesTheRecordOfSavepointsAlone() {
        Step step = Situation.running()
                .policies(new Wants(Precedence.JOB_CANCEL, new Decision.CancelJob("wanted", 3)))
                .plan();
        Operation operation = begun(step);
        assertThat(operation.kind()).isEqualTo(Operation.Kind.CANCEL);
        assertThat(operation.maxAttempts()).isEqualTo(3);
        assertThat(step.status().savepoint()).isEmpty();
        assertThat(books(step).lastTriggerTime()).isEmpty();
        assertThat(step.events()).isEmpty();
        assertThat(delay(step)).isEqualTo(Timings.FOLLOW_UP);
    }

    @Test
    void aRequestWasMadeWhenItWasAccepted() {
        Step byControl = Situation.running()
                .accepted("savepoint", ControlState.REQUESTED, control -> control.updateTime(NOW.minusSeconds(30)))
                .plan();
        assertThat(begun(byControl).requestTime()).isEqualTo(NOW.minusSeconds(30));
        assertThat(byControl.status().control().map(ControlStatus::state)).contains(ControlState.IN_PROGRESS);
        assertThat(byControl.status().control().flatMap(ControlStatus::savepointTriggerId))
                .contains(begun(byControl).triggerId());

        Step byGeneration = Situation.running()
                .spec(spec -> spec.savepointGeneration(1))
                .accepted("savepoint", ControlState.SUCCEEDED, control -> control.updateTime(NOW.minusSeconds(99)))
                .log("generation", log -> log.accepted("1").acceptedAt(NOW.minusSeconds(40)))
                .plan();
        assertThat(begun(byGeneration).requestTime()).isEqualTo(NOW.minusSeconds(40));
        assertThat(byGeneration.status().control().map(ControlStatus::state)).contains(ControlState.SUCCEEDED);

        Step bySchedule = Situation.running()
                .policies(new Wants(
                        Precedence.PERIODIC, new Decision.TakeSavepoint("wanted", TriggerReason.SCHEDULED, 0)))
                .plan();
        assertThat(begun(bySchedule).requestTime()).isEqualTo(NOW);
    }

    static List<JobObservation> mayBeAlive() {
        return List.of(
                Situation.found(FlinkJobState.RESTARTING),
                Situation.found(FlinkJobState.FAILING),
                new JobObservation.Unreachable("connection refused"));
    }

    @ParameterizedTest
    @MethodSource("mayBeAlive")
    void aRestoreFirstEndsARunThatMayBeAlive(JobObservation seen) {
        assertEndsTheRunFirst(
                failed().see(seen).called(DirectRequest.Kind.RESTORE, NOW).plan());
    }

    private static Situation failed() {
        return Situation.over(JobState.FAILED).books(book -> book.failedAt(NOW.minusSeconds(9)));
    }

    private static void assertEndsTheRunFirst(Step step) {
        assertThat(step.action()).isEqualTo(new Action.CancelRun(JOB));
        assertThat(books(step).launch()).hasValueSatisfying(launch -> {
            assertThat(launch.cleared()).isFalse();
            assertThat(launch.replaces()).contains(JOB);
        });
        assertThat(job(step).id()).contains(JOB);
        assertThat(delay(step)).isEqualTo(Timings.FOLLOW_UP);
    }

    @Test
    void aRestoreFirstEndsARunThatIsRecordedAsAlive() {
        assertEndsTheRunFirst(
                Situation.running().called(DirectRequest.Kind.RESTORE, NOW).plan());
        assertEndsTheRunFirst(Situation.running()
                .see(new JobObservation.NotFound())
                .called(DirectRequest.Kind.RESTORE, NOW)
                .plan());
    }

    static List<JobObservation> over() {
        return List.of(
                Situation.found(FlinkJobState.FAILED), new JobObservation.NotFound(), new JobObservation.NotAsked());
    }

    @ParameterizedTest
    @MethodSource("over")
    void aRestoreOfARunThatIsOverSubmitsAtOnce(JobObservation seen) {
        Step step = failed().see(seen).called(DirectRequest.Kind.RESTORE, NOW).plan();
        assertThat(step.action()).isInstanceOf(Action.Submit.class);
        assertThat(books(step).launch()).hasValueSatisfying(launch -> {
            assertThat(launch.cleared()).isTrue();
            assertThat(launch.replaces()).isEmpty();
            assertThat(launch.fromSavepoint()).contains(LOCATION);
        });
        assertThat(job(step).state()).isEqualTo(JobState.DEPLOYING);
        assertThat(delay(step)).isEqualTo(Timings.FOLLOW_UP);
    }

    @Test
    void anAnswerToAnAnnotationIsFollowedAtOnce() {
        Step accepted = Situation.running().annotated("savepoint").plan();
        assertThat(accepted.action()).isInstanceOf(Action.Acknowledge.class);
        assertThat(told(accepted, SavepointEvent.Type.CONTROL_REQUESTED))
                .containsExactly("user-control savepoint was accepted");
        assertThat(books(accepted).controlToAcknowledge()).contains("savepoint");
        assertThat(delay(accepted)).isZero();

        Step refused = Situation.running().annotated("nonsense").plan();
        assertThat(refused.action()).isInstanceOf(Action.Acknowledge.class);
        assertThat(told(refused, SavepointEvent.Type.CONTROL_REQUESTED))
                .containsExactly("user-control nonsense was seen");
        assertThat(told(refused, SavepointEvent.Type.CONTROL_FAILED)).hasSize(1);
        assertThat(books(refused).controlToAcknowledge()).isEmpty();
        assertThat(delay(refused)).isZero();
    }

    @Test
    void anAcceptedAnnotationThatIsRefusedIsFollowedAtOnce() {
        Step step = Situation.running()
                .accepted("nonsense", ControlState.REQUESTED, control -> {})
                .plan();
        assertThat(step.status().control().map(ControlStatus::state)).contains(ControlState.FAILED);
        assertThat(step.status().control().map(ControlStatus::updateTime)).contains(NOW);
        assertThat(step.action()).isEqualTo(new Action.None());
        assertThat(delay(step)).isZero();
    }

    @Test
    void anAnswerToAGenerationIsFollowedAtOnce() {
        Step accepted =
                Situation.running().spec(spec -> spec.savepointGeneration(1)).plan();
        assertThat(books(accepted).requestsOf("generation").acceptedAt()).contains(NOW);
        assertThat(told(accepted, SavepointEvent.Type.SAVEPOINT_REQUESTED)).hasSize(1);
        assertThat(delay(accepted)).isZero();

        Step refused = Situation.running()
                .spec(spec -> spec.savepointGeneration(1).savepointsDir(Optional.empty()))
                .log("generation", log -> log.accepted("1").acceptedAt(NOW.minusSeconds(40)))
                .plan();
        assertThat(books(refused).requestsOf("generation").served()).contains("1");
        assertThat(books(refused).requestsOf("generation").accepted()).isEmpty();
        assertThat(refused.status().savepoint().flatMap(SavepointStatus::requestTime))
                .contains(NOW.minusSeconds(40));
        assertThat(refused.status().savepoint().map(SavepointStatus::state)).contains(SavepointState.TRIGGER_FAILED);
        assertThat(delay(refused)).isZero();
    }

    private static Situation notAcknowledged(String name, boolean directory) {
        return Situation.running()
                .spec(spec -> spec.savepointsDir(directory ? Optional.of("file:///savepoints") : Optional.empty()))
                .annotated(name)
                .accepted(name, ControlState.REQUESTED, control -> {})
                .books(book -> book.controlToAcknowledge(name));
    }

    @ParameterizedTest(name = "{0}, with a directory: {1}")
    @CsvSource({"savepoint,true", "job-cancel,true", "job-cancel,false"})
    void anAnnotationGoesBeforeItsWorkBegins(String name, boolean directory) {
        Step step = notAcknowledged(name, directory).plan();
        assertThat(step.action()).isEqualTo(new Action.Acknowledge(new ControlRequest(name)));
        assertThat(books(step).operation()).isEmpty();
    }

    @ParameterizedTest(name = "with a directory: {0}")
    @CsvSource({"true", "false"})
    void anAnnotationThatStaysHoldsUpNothingElse(boolean directory) {
        Step step = notAcknowledged("savepoint", directory)
                .accepted("savepoint", ControlState.SUCCEEDED, control -> {})
                .spec(spec -> spec.cancelRequested(true))
                .plan();
        assertThat(begun(step).kind()).isEqualTo(directory ? Operation.Kind.STOP : Operation.Kind.CANCEL);
    }
}
