package io.savepoint.internal;

import static io.savepoint.internal.Situation.JOB;
import static io.savepoint.internal.Situation.LOCATION;
import static io.savepoint.internal.Situation.NOW;
import static io.savepoint.internal.Situation.OTHER_TRIGGER;
import static io.savepoint.internal.Situation.TRIGGER;
import static io.savepoint.internal.Situation.books;
import static io.savepoint.internal.Situation.delay;
import static io.savepoint.internal.Situation.job;
import static io.savepoint.internal.Situation.told;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.internal.Situation.Wants;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobState;
import io.savepoint.model.Launch;
import io.savepoint.model.Operation;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointState;
import io.savepoint.model.SavepointStatus;
import io.savepoint.model.SpecProblem;
import io.savepoint.model.TriggerId;
import io.savepoint.policy.Decision;
import io.savepoint.policy.GenerationTriggeredPolicy;
import io.savepoint.policy.Precedence;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PlannerTest {
    private static final Decision CANCEL = new Decision.CancelJob("wanted", 0);

    private static Optional<String> begun(Step step) {
        return books(step).operation().map(Operation::policy);
    }

    @Test
    void nothingIsPlannedWhereNothingIsDue() {
        Situation situation = Situation.running();
        Step step = situation.plan();
        assertThat(step.status()).isEqualTo(situation.recorded().status());
        assertThat(step.action()).isEqualTo(new Action.None());
        assertThat(step.events()).isEmpty();
        assertThat(delay(step)).isEqualTo(Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @EnumSource(names = {"SUCCEEDED", "CANCELLED"})
    void aJobThatIsOverIsLookedAtSeldom(JobState state) {
        assertThat(delay(Situation.over(state).plan())).isEqualTo(Duration.ofSeconds(60));
    }

    @ParameterizedTest(name = "not reached {0} times before")
    @CsvSource({"0,1", "1,2", "2,4", "9,30"})
    void aFlinkThatCannotBeReachedIsAskedEverMoreSeldom(int before, long seconds) {
        Step step = Situation.running()
                .see(new JobObservation.Unreachable("connection refused"))
                .hints(new Hints(
                        before,
                        Optional.empty(),
                        Duration.ZERO,
                        Duration.ZERO,
                        Optional.empty(),
                        false,
                        Optional.empty()))
                .plan();
        assertThat(delay(step)).isEqualTo(Duration.ofSeconds(seconds));
    }

    private static SpecProblem problem(String message) {
        return new SpecProblem("field", message);
    }

    @Test
    void aProblemOfTheSpecIsToldOnce() {
        Situation situation = Situation.running().problems(problem("old"), problem("new"));
        Step step = situation.books(book -> book.addProblems("old")).plan();
        assertThat(books(step).problems()).containsExactly("old", "new");
        assertThat(told(step, SavepointEvent.Type.SPEC_INVALID)).containsExactly("new");
        Step again = Situation.running()
                .problems(problem("old"))
                .books(book -> book.addProblems("old"))
                .plan();
        assertThat(again.events()).isEmpty();
        Step mended = Situation.running().books(book -> book.addProblems("old")).plan();
        assertThat(books(mended).problems()).isEmpty();
        assertThat(mended.events()).isEmpty();
    }

    @Test
    void twentyProblemsAreKept() {
        SpecProblem[] many = IntStream.range(0, 21)
                .mapToObj(number -> problem("problem " + number))
                .toArray(SpecProblem[]::new);
        assertThat(books(Situation.running().problems(many).plan()).problems())
                .hasSize(20)
                .endsWith("problem 19");
    }

    @Test
    void aCallGoesBeforeAGenerationAndAfterAnAnnotation() {
        Situation generation = Situation.running()
                .spec(spec -> spec.savepointGeneration(1))
                .log("generation", log -> log.accepted("1").acceptedAt(NOW));
        assertThat(begun(generation.called(DirectRequest.Kind.SAVEPOINT, NOW).plan()))
                .contains("direct");
        Situation annotation = Situation.running().accepted("savepoint", ControlState.REQUESTED, control -> {});
        assertThat(begun(annotation.called(DirectRequest.Kind.SAVEPOINT, NOW).plan()))
                .contains("annotation");
    }

    @Test
    void aPolicyOfTheSamePrecedenceGoesBeforeACall() {
        Step step = Situation.running()
                .policies(new Wants(Precedence.DIRECT, CANCEL))
                .called(DirectRequest.Kind.SAVEPOINT, NOW)
                .plan();
        assertThat(begun(step)).contains("wants-direct");
    }

    @Test
    void aCallIsServedWhereNoPolicyComesAfterIt() {
        Step step = Situation.running()
                .policies()
                .called(DirectRequest.Kind.SAVEPOINT, NOW)
                .plan();
        assertThat(begun(step)).contains("direct");
    }

    @ParameterizedTest
    @EnumSource(names = {"RESTART", "PERIODIC"})
    void aCallThatIsRefusedIsToldSoWhateverElseIsDue(Precedence precedence) {
        Decision nothing = new Decision.Nothing();
        Planner.Plan plan = Situation.running()
                .withoutLauncher()
                .policies(new Wants(precedence, precedence == Precedence.PERIODIC ? CANCEL : nothing))
                .called(DirectRequest.Kind.RESTORE, NOW)
                .planned();
        assertThat(plan.directRefusal())
                .contains("restoreFrom needs a JobLauncher, and the manager was built without one");
        assertThat(plan.step().action()).isEqualTo(new Action.None());
    }

    @ParameterizedTest(name = "its turn came {0} ms ago")
    @CsvSource({"0,true", "60000,true", "60001,false"})
    void aCallWaitsForTheTasksForAMinute(long millis, boolean waits) {
        Planner.Plan plan = Situation.running()
                .see(Situation.notReady())
                .called(DirectRequest.Kind.SAVEPOINT, NOW.minusMillis(millis))
                .planned();
        assertThat(plan.directRefusal().isEmpty()).isEqualTo(waits);
        assertThat(delay(plan.step())).isEqualTo(Duration.ofSeconds(waits ? 1 : 5));
    }

    @Test
    void aCallThatWaitsHoldsUpNoOther() {
        Step step = Situation.running()
                .see(Situation.notReady())
                .policies(new Wants(Precedence.PERIODIC, CANCEL))
                .called(DirectRequest.Kind.SAVEPOINT, NOW)
                .plan();
        assertThat(begun(step)).contains("wants-periodic");
    }

    @Test
    void whatCannotBeStartedIsExplainedOnceAndHoldsUpNothing() {
        String why = "the job is to be started, but the manager was built without a JobLauncher";
        Step fresh = Situation.fresh().withoutLauncher().plan();
        assertThat(books(fresh).message()).contains(why);
        assertThat(told(fresh, SavepointEvent.Type.REQUEST_REFUSED)).containsExactly(why);
        assertThat(fresh.action()).isEqualTo(new Action.None());

        Step known = Situation.running()
                .withoutLauncher()
                .policies(
                        new Wants(Precedence.RESTART, new Decision.RestartJob("wanted", LOCATION, 1)),
                        new Wants(Precedence.JOB_CANCEL, CANCEL))
                .books(book -> book.message(why))
                .plan();
        assertThat(told(known, SavepointEvent.Type.REQUEST_REFUSED)).isEmpty();
        assertThat(begun(known)).contains("wants-job_cancel");
    }

    @Test
    void whatCannotBeDoneToARunThatIsNotSeenHoldsUpNothing() {
        Step step = Situation.running()
                .see(new JobObservation.NotFound())
                .policies(
                        new Wants(Precedence.RESTART, CANCEL),
                        new Wants(Precedence.START, new Decision.StartJob("wanted", Optional.empty())))
                .plan();
        assertThat(step.action()).isInstanceOf(Action.Submit.class);
    }

    @Test
    void aRequestIsAcceptedBeforeTheStartThatIsDue() {
        Step step = Situation.fresh().spec(spec -> spec.savepointGeneration(1)).plan();
        assertThat(books(step).requestsOf("generation").accepted()).contains("1");
        assertThat(step.action()).isEqualTo(new Action.None());
    }

    @ParameterizedTest(name = "{0} was asked for, 3 is recorded")
    @CsvSource({"2,''", "3,''", "4,' and 4 was asked for before'"})
    void anEditThatAsksForNothingIsToldWithWhatWasAskedForBefore(long asked, String before) {
        Step step = Situation.running()
                .spec(spec -> spec.savepointGeneration(1))
                .job(job -> job.savepointGeneration(3))
                .books(book -> book.generationSeen(3))
                .log("generation", log -> log.served(Long.toString(asked)))
                .plan();
        assertThat(told(step, SavepointEvent.Type.REQUEST_REFUSED))
                .containsExactly("savepointGeneration 1 asks for nothing, as 3 is recorded" + before
                        + "; raise it above " + Math.max(3, asked) + " to ask for a savepoint");
        assertThat(books(step).generationSeen()).hasValue(1);
    }

    private static Situation unservable() {
        return Situation.over(JobState.FAILED)
                .see(Situation.found(FlinkJobState.FAILED))
                .books(book -> book.failedAt(NOW.minusSeconds(9)).message("it stays as it is"))
                .spec(spec -> spec.savepointGeneration(1))
                .log("generation", log -> log.accepted("1").acceptedAt(NOW));
    }

    @Test
    void aRequestIsRefusedUnlessARunFollows() {
        Wants wait = new Wants(Precedence.RESTART, new Decision.Wait(NOW.plusSeconds(2)));
        Wants restart = new Wants(Precedence.RESTART, new Decision.RestartJob("wanted", LOCATION, 1));
        GenerationTriggeredPolicy generation = GenerationTriggeredPolicy.create();

        Step delayed = unservable().policies(wait, generation).plan();
        assertThat(told(delayed, SavepointEvent.Type.REQUEST_REFUSED)).isEmpty();
        assertThat(delay(delayed)).isEqualTo(Duration.ofSeconds(2));
        assertThat(unservable().policies(restart, generation).plan().action()).isInstanceOf(Action.Submit.class);

        assertThat(told(
                        unservable()
                                .withoutLauncher()
                                .policies(restart, generation)
                                .plan(),
                        SavepointEvent.Type.REQUEST_REFUSED))
                .hasSize(1);
        assertThat(told(unservable().policies(generation).plan(), SavepointEvent.Type.REQUEST_REFUSED))
                .hasSize(1);
    }

    private static Step refused(Situation situation, Action action) {
        return situation.planner().planRefusal(situation.recorded(), action, "403 by a proxy", NOW);
    }

    @ParameterizedTest
    @EnumSource(Operation.Kind.class)
    void aRefusalEndsTheOperationThatItIsOf(Operation.Kind kind) {
        Situation situation = Situation.running().inFlight(kind);
        Operation recorded = Situation.operation(kind, operation -> {});
        Step step = refused(situation, new Action.Send(recorded));
        assertThat(books(step).operation()).isEmpty();
        assertThat(books(step).requestsOf("some").served()).contains("wanted");
        assertThat(delay(step)).isZero();
        if (kind == Operation.Kind.CANCEL) {
            assertThat(told(step, SavepointEvent.Type.REQUEST_REFUSED))
                    .containsExactly("cancel failed: 403 by a proxy");
        } else {
            assertThat(step.status().savepoint().map(SavepointStatus::state)).contains(SavepointState.TRIGGER_FAILED);
            assertThat(step.status().savepoint().flatMap(SavepointStatus::message))
                    .hasValueSatisfying(message ->
                            assertThat(message).startsWith("403 by a proxy").doesNotContain("attempts"));
        }
    }

    private static void assertNothingPlanned(ClusterState recorded, Step step) {
        assertThat(step.status()).isEqualTo(recorded.status());
        assertThat(step.events()).isEmpty();
    }

    @Test
    void aRefusalThatComesLateEndsNothingElse() {
        Situation sending = Situation.running().inFlight(Operation.Kind.SAVEPOINT);
        Operation another =
                Situation.operation(Operation.Kind.SAVEPOINT, operation -> operation.triggerId(OTHER_TRIGGER));
        assertNothingPlanned(sending.recorded(), refused(sending, new Action.Send(another)));

        Situation launching = Situation.over(JobState.DEPLOYING).launching(Launch.Kind.START, launch -> {});
        Launch other = Situation.launch(Launch.Kind.START, launch -> launch.jobId(JOB));
        assertNothingPlanned(launching.recorded(), refused(launching, new Action.Submit(other)));
        assertNothingPlanned(launching.recorded(), refused(launching, new Action.CancelRun(JOB)));
    }

    @Test
    void aRefusalEndsTheLaunchThatItIsOf() {
        Situation situation = Situation.over(JobState.DEPLOYING)
                .launching(Launch.Kind.RESTART, launch -> launch.fromSavepoint(LOCATION));
        Launch recorded = Situation.launch(Launch.Kind.RESTART, launch -> {});
        Step step = refused(situation, new Action.Submit(recorded));
        assertThat(books(step).launch()).isEmpty();
        assertThat(books(step).requestsOf("some").served()).contains("wanted");
        assertThat(job(step).state()).isEqualTo(JobState.FAILED);
        assertThat(books(step).failureReason())
                .contains("the job could not be started from " + LOCATION + ": 403 by a proxy");
        assertThat(books(step).failedAt()).contains(NOW);
    }

    private static Step renamed(Situation situation, Action action) {
        return situation.planner().planRename(situation.recorded(), action, OTHER_TRIGGER, NOW);
    }

    @ParameterizedTest(name = "asked for by an annotation: {0}")
    @CsvSource({"true", "false"})
    void anotherIdIsRecordedInEveryPlaceOfTheFirst(boolean byControl) {
        TriggerId ofControl = byControl ? TRIGGER : TriggerId.of("12".repeat(16));
        Situation situation = Situation.running()
                .inFlight(Operation.Kind.SAVEPOINT)
                .accepted("savepoint", ControlState.IN_PROGRESS, control -> control.savepointTriggerId(ofControl));
        Step step = renamed(situation, new Action.Send(Situation.operation(Operation.Kind.SAVEPOINT, operation -> {})));
        assertThat(books(step).operation().map(Operation::triggerId)).contains(OTHER_TRIGGER);
        assertThat(step.status().savepoint().flatMap(SavepointStatus::triggerId))
                .contains(OTHER_TRIGGER);
        assertThat(step.status().savepoint().map(SavepointStatus::state)).contains(SavepointState.IN_PROGRESS);
        assertThat(step.status().control().flatMap(ControlStatus::savepointTriggerId))
                .contains(byControl ? OTHER_TRIGGER : ofControl);
        assertThat(step.events()).isEmpty();
    }

    @Test
    void anotherIdOfWhatIsNotInFlightAnyMoreIsForgotten() {
        Situation idle = Situation.running();
        Operation gone = Situation.operation(Operation.Kind.SAVEPOINT, operation -> {});
        assertNothingPlanned(idle.recorded(), renamed(idle, new Action.Send(gone)));
        Situation another = Situation.running()
                .inFlight(Operation.Kind.SAVEPOINT, operation -> operation.triggerId(TriggerId.of("12".repeat(16))));
        assertNothingPlanned(another.recorded(), renamed(another, new Action.Send(gone)));
        assertNothingPlanned(another.recorded(), renamed(another, new Action.CancelRun(JOB)));
    }
}
