package io.savepoint.internal;

import static io.savepoint.internal.Situation.JOB;
import static io.savepoint.internal.Situation.LOCATION;
import static io.savepoint.internal.Situation.NOW;
import static io.savepoint.internal.Situation.OTHER_TRIGGER;
import static io.savepoint.internal.Situation.TRIGGER;
import static io.savepoint.internal.Situation.books;
import static io.savepoint.internal.Situation.delay;
import static io.savepoint.internal.Situation.told;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.DisposalObservation;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.HistoryEntry;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobState;
import io.savepoint.model.Launch;
import io.savepoint.model.Operation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.TriggerId;
import io.savepoint.model.TriggerReason;
import io.savepoint.policy.Decision;
import io.savepoint.policy.Precedence;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private static final Situation.Wants DISPOSE =
            new Situation.Wants(Precedence.RETENTION, new Decision.DisposeSavepoint(TRIGGER));
    private static final DisposalObservation DONE = new DisposalObservation.Done();

    private static HistoryEntry entry(TriggerId trigger, Consumer<HistoryEntry.Builder> change) {
        HistoryEntry.Builder entry = HistoryEntry.builder()
                .triggerId(trigger)
                .jobId(JOB)
                .location(LOCATION)
                .reason(TriggerReason.SCHEDULED)
                .format(SavepointFormat.CANONICAL)
                .time(NOW.minusSeconds(600));
        change.accept(entry);
        return entry.build();
    }

    private static final HistoryEntry KEPT = entry(TRIGGER, entry -> {});
    private static final HistoryEntry GOING = entry(TRIGGER, entry -> entry.disposingSince(NOW.minusSeconds(8)));

    private static Situation with(HistoryEntry... entries) {
        return Situation.running().policies(DISPOSE).books(books -> books.addSavepointHistory(entries));
    }

    private static Hints hints(boolean callsWait, Optional<Hints.Measured> measured) {
        return new Hints(
                0, Optional.empty(), Duration.ofHours(1), Duration.ofHours(1), Optional.empty(), callsWait, measured);
    }

    @Test
    void aRecordedSavepointIsListed() {
        Step step = Situation.running()
                .books(books -> books.addSavepointHistory(entry(OTHER_TRIGGER, entry -> {})))
                .inFlight(Operation.Kind.SAVEPOINT)
                .hear(new OperationObservation.Completed("file:/savepoints/savepoint-2"))
                .plan();
        assertThat(books(step).savepointHistory())
                .containsExactly(
                        entry(OTHER_TRIGGER, entry -> {}),
                        entry(
                                TRIGGER,
                                entry -> entry.location("file:/savepoints/savepoint-2")
                                        .reason(TriggerReason.USER_REQUESTED)
                                        .time(NOW)));
    }

    @Test
    void theListIsBounded() {
        Situation situation = Situation.running();
        for (int i = 0; i < 12; i++) {
            TriggerId trigger = TriggerId.of(String.format("%032x", i));
            situation.books(books -> books.addSavepointHistory(
                    entry(trigger, entry -> entry.disposalFailures(trigger.hex().endsWith("1") ? 1 : 0))));
        }
        Step step = situation.plan();
        assertThat(books(step).savepointHistory()).hasSize(10);
        assertThat(books(step).savepointHistory().get(0).triggerId().hex()).endsWith("2");
        assertThat(told(step, SavepointEvent.Type.SAVEPOINT_DISPOSAL_FAILED))
                .singleElement()
                .asString()
                .startsWith("savepoint " + LOCATION + " is left where it is and not tried again");
    }

    @Test
    void aDisposalIsRecordedBeforeFlinkIsAsked() {
        Step step = with(KEPT).plan();
        HistoryEntry disposing = entry(TRIGGER, entry -> entry.disposingSince(NOW));
        assertThat(books(step).savepointHistory()).containsExactly(disposing);
        assertThat(step.action()).isEqualTo(new Action.Dispose(disposing));
    }

    @Test
    void itDoesNotWaitForASavepointButForEverythingElse() {
        assertThat(with(KEPT)
                        .inFlight(Operation.Kind.SAVEPOINT)
                        .hear(new OperationObservation.InProgress())
                        .plan()
                        .action())
                .isInstanceOf(Action.Dispose.class);
        assertThat(with(KEPT)
                        .launching(Launch.Kind.RESTART, launch -> {})
                        .see(new JobObservation.NotFound())
                        .plan()
                        .action())
                .isNotInstanceOf(Action.Dispose.class);
        assertThat(with(KEPT).hints(hints(true, Optional.empty())).plan().action())
                .isEqualTo(new Action.None());
        assertThat(with(KEPT)
                        .see(new JobObservation.Unreachable("refused"))
                        .plan()
                        .action())
                .isEqualTo(new Action.None());
        Step takes = with(KEPT)
                .policies(
                        DISPOSE,
                        new Situation.Wants(
                                Precedence.PERIODIC, new Decision.TakeSavepoint("wanted", TriggerReason.SCHEDULED, 0)))
                .plan();
        assertThat(takes.action()).isInstanceOf(Action.Send.class);
        assertThat(books(takes).savepointHistory()).containsExactly(KEPT);
    }

    @Test
    void whatIsGoneIsForgotten() {
        Step done = with(GOING).disposal(DONE).plan();
        assertThat(books(done).savepointHistory()).isEmpty();
        assertThat(told(done, SavepointEvent.Type.SAVEPOINT_DISPOSED))
                .containsExactly("savepoint " + LOCATION + " was disposed of");
        Step missing =
                with(GOING).disposal(new DisposalObservation.Missing("no file")).plan();
        assertThat(books(missing).savepointHistory()).isEmpty();
        assertThat(told(missing, SavepointEvent.Type.SAVEPOINT_DISPOSED))
                .containsExactly("savepoint " + LOCATION + " was to be disposed of, and is gone already");
    }

    @Test
    void whatFailedStays() {
        Step step = with(GOING)
                .policies()
                .disposal(new DisposalObservation.Failed("denied"))
                .plan();
        assertThat(books(step).savepointHistory())
                .containsExactly(entry(
                        TRIGGER,
                        entry -> entry.disposalFailures(1)
                                .lastDisposalFailure(NOW)
                                .disposalMessage("denied")));
        assertThat(told(step, SavepointEvent.Type.SAVEPOINT_DISPOSAL_FAILED))
                .containsExactly("savepoint " + LOCATION + " could not be disposed of, which is tried again: denied");
    }

    @Test
    void aRefusalIsAFailure() {
        Situation situation = with(GOING);
        Step step = situation.planner().planRefusal(situation.recorded(), new Action.Dispose(GOING), "no", NOW);
        assertThat(books(step).savepointHistory().get(0).disposalMessage()).contains("no");
        Situation other = with(KEPT);
        assertThat(other.planner()
                        .planRefusal(other.recorded(), new Action.Dispose(GOING), "no", NOW)
                        .status())
                .isEqualTo(other.recorded().status());
    }

    @Test
    void whatNobodyKnowsIsAskedForAgain() {
        assertThat(with(GOING).plan().action()).isEqualTo(new Action.Dispose(GOING));
        assertThat(with(GOING)
                        .disposal(new DisposalObservation.Unknown())
                        .plan()
                        .action())
                .isEqualTo(new Action.Dispose(GOING));
        Step silent = with(GOING).see(new JobObservation.Unreachable("refused")).plan();
        assertThat(silent.action()).isEqualTo(new Action.None());
        assertThat(silent.status()).isEqualTo(with(GOING).recorded().status());
    }

    @Test
    void whatTakesLongIsLookedAtEverLater() {
        DisposalObservation inProgress = new DisposalObservation.InProgress();
        Step step = with(GOING).disposal(inProgress).plan();
        assertThat(step.action()).isEqualTo(new Action.None());
        assertThat(delay(step)).isEqualTo(Duration.ofSeconds(2));
        HistoryEntry old = entry(TRIGGER, entry -> entry.disposingSince(NOW.minusSeconds(500)));
        assertThat(delay(with(old).disposal(inProgress).plan())).isEqualTo(Duration.ofSeconds(5));
        Step over = with(old)
                .state(JobState.CANCELLED)
                .see(new JobObservation.NotAsked())
                .disposal(inProgress)
                .plan();
        assertThat(delay(over)).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void noJobIsRestoredFromWhatIsGoing() {
        Planner.Plan refused =
                with(GOING).called(DirectRequest.Kind.RESTORE, NOW).planned();
        assertThat(refused.directRefusal())
                .contains("savepoint " + LOCATION + " is being disposed of, as the retention dropped it; restore from"
                        + " one that it keeps");
        assertThat(refused.step().action()).isNotInstanceOf(Action.Submit.class);
        assertThat(with(KEPT).called(DirectRequest.Kind.RESTORE, NOW).planned().directRefusal())
                .isEmpty();
    }

    @Test
    void aSizeIsNotWorthAWrite() {
        Optional<Hints.Measured> measured = Optional.of(new Hints.Measured(TRIGGER, 1781));
        Situation idle = with(KEPT).policies().hints(hints(false, measured));
        assertThat(idle.plan().status()).isEqualTo(idle.recorded().status());
        Step step = with(KEPT)
                .policies()
                .hints(hints(false, measured))
                .see(Situation.found(FlinkJobState.FINISHED))
                .plan();
        assertThat(books(step).savepointHistory()).containsExactly(entry(TRIGGER, entry -> entry.sizeBytes(1781)));
    }

    @Test
    void whyTheJobFailedIsRecordedAndTold() {
        Step step = Situation.running()
                .see(Situation.found(FlinkJobState.FAILED))
                .failureCause("JobException <- StateMigrationException: new type")
                .plan();
        String message = "Flink reports the job FAILED: JobException <- StateMigrationException: new type";
        assertThat(books(step).failureReason()).contains(message);
        assertThat(told(step, SavepointEvent.Type.JOB_FAILED)).containsExactly(message);
    }
}
