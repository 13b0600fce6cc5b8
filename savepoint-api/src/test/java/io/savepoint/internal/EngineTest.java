package io.savepoint.internal;

import static io.savepoint.internal.Situation.ORDERS;
import static io.savepoint.internal.Situation.OTHER_TRIGGER;
import static io.savepoint.internal.Situation.found;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.model.ClusterState;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobObservation;
import io.savepoint.model.Operation;
import io.savepoint.model.Reconciliation;
import io.savepoint.model.Reconciliation.Outcome;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointState;
import io.savepoint.model.SavepointStatus;
import io.savepoint.spi.StoreException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a tick answers, and when it says to come again. */
class EngineTest extends EngineFixture {
    @Test
    void whereNothingIsToBeDoneNothingIsWritten() {
        String version = memory.state(ORDERS).version();
        Reconciliation done = tick();
        assertThat(done.outcome()).isEqualTo(Outcome.UNCHANGED);
        assertThat(done.message()).isEqualTo("nothing to do");
        assertThat(delay(done)).isEqualTo(Duration.ofSeconds(5));
        assertThat(memory.state(ORDERS).version()).isEqualTo(version);
        flink.seen = new JobObservation.Unreachable("connection refused");
        assertThat(tick().message()).isEqualTo("connection refused");
    }

    @Test
    void aChangeWithoutAnEventIsToldInWords() {
        flink.seen = new JobObservation.NotFound();
        Reconciliation done = tick();
        assertThat(done.outcome()).isEqualTo(Outcome.RECORDED);
        assertThat(done.message()).isEqualTo("the status was brought up to date");
        assertThat(memory.state(ORDERS).status().lastUpdateTime()).contains(Situation.NOW);
    }

    @Test
    void conflictsAreFollowedEverLaterUntilATickSucceeds() {
        flink.seen = new JobObservation.NotFound();
        store.conflicts = true;
        for (int conflict = 0; conflict <= 10; conflict++) {
            Reconciliation done = tick();
            assertThat(done.outcome()).isEqualTo(Outcome.CONFLICT);
            assertThat(done.message()).isEqualTo("somebody else wrote in between");
            assertThat(delay(done)).isEqualTo(Duration.ofMillis(5L << Math.min(conflict, 8)));
        }
        store.conflicts = false;
        tick();
        store.conflicts = true;
        flink.seen = found(FlinkJobState.RUNNING);
        assertThat(delay(tick())).isEqualTo(Duration.ofMillis(5));
    }

    @Test
    void failuresOfTheStoreAreFollowedEverLater() {
        store.failure = Optional.of(new StoreException("no answer"));
        for (int seconds : new int[] {1, 2, 4, 8, 16, 30, 30}) {
            Reconciliation done = tick();
            assertThat(done.outcome()).isEqualTo(Outcome.STORE_FAILED);
            assertThat(done.message()).isEqualTo("no answer");
            assertThat(delay(done)).isEqualTo(Duration.ofSeconds(seconds));
        }
        store.failure = Optional.empty();
        tick();
        store.failure = Optional.of(new StoreException("no answer"));
        assertThat(delay(tick())).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aBugIsNoFailureOfTheStore() {
        store.failure = Optional.of(new IllegalStateException("a bug"));
        assertThatThrownBy(this::tick).cause().hasMessage("a bug");
    }

    @Test
    void whatElseIsDueDoesNotWaitForTheStore() {
        memory.requestControl(ORDERS, "savepoint");
        record(Situation.running()
                .books(book -> book.controlToAcknowledge("savepoint"))
                .recorded()
                .status());
        store.removalFailure = Optional.of(new StoreException("not allowed"));
        for (int seconds : new int[] {1, 2, 4, 5, 5}) {
            Reconciliation done = tick();
            assertThat(done.outcome()).isEqualTo(Outcome.STORE_FAILED);
            assertThat(delay(done)).isEqualTo(Duration.ofSeconds(seconds));
        }
        store.removalFailure = Optional.empty();
        Reconciliation removed = tick();
        assertThat(removed.outcome()).isEqualTo(Outcome.UNCHANGED);
        assertThat(delay(removed)).isZero();
        assertThat(memory.state(ORDERS).control()).isEmpty();
    }

    @ParameterizedTest(name = "the write takes {0} ms")
    @CsvSource({"10000,true", "10001,false"})
    void aRequestIsNotSentWhenSomebodyElseMayHaveSentItSince(long millis, boolean sent) {
        askForASavepoint();
        store.afterWrite = () -> time.advance(Duration.ofMillis(millis));
        Reconciliation done = tick();
        assertThat(done.outcome()).isEqualTo(Outcome.RECORDED);
        assertThat(inFlight()).isPresent();
        assertThat(flink.asked).hasSize(sent ? 1 : 0);
        assertThat(done.message())
                .isEqualTo(sent ? "connection reset" : "too late to act on the decision; looking again");
    }

    @Test
    void anotherIdThatFlinkGoesByIsRecorded() {
        askForASavepoint();
        flink.answer = () -> CompletableFuture.completedFuture(OTHER_TRIGGER);
        assertThat(tick().outcome()).isEqualTo(Outcome.RECORDED);
        assertThat(inFlight().map(Operation::triggerId)).contains(OTHER_TRIGGER);
        assertThat(flink.asked).hasSize(1).doesNotContain(OTHER_TRIGGER);
    }

    @Test
    void aRefusalIsRecordedAndToldAtOnce() {
        askForASavepoint();
        refuse(() -> {});
        Reconciliation done = tick();
        assertThat(done.message()).isEqualTo("403 by a proxy");
        assertThat(inFlight()).isEmpty();
        assertThat(memory.state(ORDERS).status().savepoint().map(SavepointStatus::state))
                .contains(SavepointState.TRIGGER_FAILED);
        assertThat(tick().outcome()).as("its own write is no conflict").isEqualTo(Outcome.UNCHANGED);
    }

    @Test
    void aRefusalIsToldAfterTheRequestThatWasRefused() {
        askForASavepoint();
        refuse(() -> {});
        tick();
        assertThat(events)
                .extracting(SavepointEvent::type)
                .containsExactly(
                        SavepointEvent.Type.SAVEPOINT_REQUESTED,
                        SavepointEvent.Type.SAVEPOINT_TRIGGERED,
                        SavepointEvent.Type.SAVEPOINT_FAILED);
    }

    @Test
    void aRefusalThatCannotBeRecordedIsHeardAgain() {
        askForASavepoint();
        refuse(() -> store.conflicts = true);
        assertThat(tick().outcome()).isEqualTo(Outcome.RECORDED);
        assertThat(inFlight()).isPresent();
        assertThat(events).extracting(SavepointEvent::type).doesNotContain(SavepointEvent.Type.SAVEPOINT_FAILED);
    }

    @Test
    void aRefusalOfWhatEndedMeanwhileIsForgotten() {
        askForASavepoint();
        refuse(() -> record(Situation.running().recorded().status()));
        assertThat(tick().outcome()).isEqualTo(Outcome.RECORDED);
        assertThat(inFlight()).isEmpty();
        assertThat(memory.state(ORDERS).status().savepoint()).isEmpty();
        assertThat(events).extracting(SavepointEvent::type).doesNotContain(SavepointEvent.Type.SAVEPOINT_FAILED);
    }

    @Test
    void aClusterThatGoesWhileFlinkRefusesIsGone() {
        askForASavepoint();
        refuse(() -> memory.remove(ORDERS));
        assertThat(tick().outcome()).isEqualTo(Outcome.RECORDED);
        Reconciliation gone = tick();
        assertThat(gone.outcome()).isEqualTo(Outcome.GONE);
        assertThat(gone.nextDue()).isEmpty();
    }

    @Test
    void whatWasThereBeforeARecordedRefusalIsAnOldCopy() {
        askForASavepoint();
        refuse(() -> store.oldCopy = Optional.of(memory.state(ORDERS)));
        assertThat(tick().outcome()).isEqualTo(Outcome.RECORDED);
        ClusterState before = store.oldCopy.orElseThrow();
        assertThat(before.version()).isNotEqualTo(memory.state(ORDERS).version());
        Reconciliation old = tick();
        assertThat(old.outcome()).isEqualTo(Outcome.CONFLICT);
        assertThat(old.message()).isEqualTo("the store gave an old copy");
    }

    @Test
    void listenersAreToldWhenFlinkCannotBeReached() {
        flink.seen = new JobObservation.Unreachable("connection refused");
        tick();
        tick();
        assertThat(events).isEmpty();
        tick();
        assertThat(events).extracting(SavepointEvent::type).containsExactly(SavepointEvent.Type.FLINK_UNREACHABLE);
    }
}
