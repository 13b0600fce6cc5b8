package io.savepoint.internal;

import static io.savepoint.internal.Situation.ORDERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.model.JobState;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.Reconciliation;
import io.savepoint.model.Reconciliation.Outcome;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What becomes of direct calls, and of ticks that wait for another one. */
class EngineCallsTest extends EngineFixture {
    @Test
    void aClusterThatIsGoneFailsItsCalls() {
        assertThat(engine.hasCalls(ORDERS)).isFalse();
        CompletableFuture<Object> call = call();
        assertThat(engine.hasCalls(ORDERS)).isTrue();
        memory.remove(ORDERS);
        assertThat(tick().outcome()).isEqualTo(Outcome.GONE);
        assertThat(engine.hasCalls(ORDERS)).isFalse();
        assertThatThrownBy(call::join).cause().hasMessage(ORDERS + ": the store does not know this cluster");
    }

    @Test
    void aCallThatIsRefusedLeavesNoTraceInTheRecord() {
        record(Situation.over(JobState.CANCELLED).recorded().status());
        String version = memory.state(ORDERS).version();
        CompletableFuture<Object> call = call();
        tick();
        assertThat(memory.state(ORDERS).version()).isEqualTo(version);
        assertThatThrownBy(call::join)
                .cause()
                .hasMessage(ORDERS + ": the job is Cancelled, and only a running job has a state to save");
    }

    @Test
    void anEngineThatIsClosedServesNothing() {
        CompletableFuture<Object> call = call();
        assertThat(engine.close()).isCompleted();
        assertThat(call).isCompletedExceptionally();
        assertThat(call()).isCompletedExceptionally();
        assertThatThrownBy(this::tick).cause().hasMessageStartingWith(ORDERS + ": the manager was closed");
        assertThat(flink.asked).isEmpty();
    }

    @Test
    void aCallIsRefusedInATickThatRecordsSomethingElse() {
        record(Situation.over(JobState.CANCELLED)
                .books(book -> book.controlToAcknowledge("savepoint"))
                .recorded()
                .status());
        CompletableFuture<Object> call = call();
        assertThat(tick().outcome()).isEqualTo(Outcome.RECORDED);
        assertThat(call).isCompletedExceptionally();
    }

    @Test
    void aCallHasItsResultInTheTickThatRecordsIt() {
        CompletableFuture<Object> call = call();
        tick();
        assertThat(flink.asked).hasSize(1);
        flink.result = new OperationObservation.Completed(Situation.LOCATION);
        assertThat(call).isNotDone();
        assertThat(tick().outcome()).isEqualTo(Outcome.RECORDED);
        assertThat(call).isCompleted();
    }

    @Test
    void aCallThatFlinkRefusesFailsInThatTick() {
        CompletableFuture<Object> call = call();
        refuse(() -> {});
        tick();
        assertThatThrownBy(call::join).cause().hasMessageContaining("failed: 403 by a proxy");
    }

    @Test
    void aTickThatWaitsIsRunAfterTheOneBeforeIt() {
        store.gate = new CompletableFuture<>();
        CompletableFuture<Reconciliation> first = engine.reconcile(ORDERS);
        CompletableFuture<Reconciliation> second = engine.reconcile(ORDERS);
        store.gate.complete(null);
        assertThat(first).isCompleted();
        assertThat(second).isNotDone();
        time.runDue();
        assertThat(second).isCompleted();
    }

    @Test
    void aTickThatWaitsWhenTheEngineIsClosedFailsAndTheOneUnderWayEnds() {
        store.gate = new CompletableFuture<>();
        CompletableFuture<Reconciliation> first = engine.reconcile(ORDERS);
        CompletableFuture<Reconciliation> second = engine.reconcile(ORDERS);
        CompletableFuture<Void> closed = engine.close();
        assertThat(second).isCompletedExceptionally();
        CompletableFuture<Reconciliation> third = engine.reconcile(ORDERS);
        assertThat(third).isCompletedExceptionally();
        assertThat(closed).isNotDone();
        store.gate.complete(null);
        assertThat(first).isCompleted();
        assertThat(closed).isCompleted();
    }
}
