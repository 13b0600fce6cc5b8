package io.savepoint.internal;

import static io.savepoint.internal.Situation.LOCATION;
import static io.savepoint.internal.Situation.NOW;
import static io.savepoint.internal.Situation.found;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ClusterId;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.Operation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointRecord;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.UnknownJobException;
import io.savepoint.testing.FakeFlink;
import io.savepoint.testing.ForwardingTransport;
import io.savepoint.testing.ManualScheduler;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What is asked of Flink when it does not know the operation that is in flight. */
class ObserverTest {
    private static final OperationObservation UNKNOWN = new OperationObservation.Unknown();
    private static final OperationObservation IN_PROGRESS = new OperationObservation.InProgress();

    private OperationObservation operation = UNKNOWN;
    private Optional<OperationObservation> next = Optional.empty();
    private JobObservation job = found(FlinkJobState.RUNNING);
    private CompletionStage<List<SavepointRecord>> history = CompletableFuture.completedFuture(List.of());
    private CompletionStage<List<Instant>> inProgress = CompletableFuture.completedFuture(List.of(NOW));
    private final Observer observer = new Observer(new ForwardingTransport(FakeFlink.create(new ManualScheduler())) {
        @Override
        public CompletionStage<JobObservation> observeJob(ClusterId cluster, JobId id) {
            return CompletableFuture.completedFuture(job);
        }

        @Override
        public CompletionStage<OperationObservation> observeOperation(ClusterId cluster, JobId id, TriggerId trigger) {
            OperationObservation told = operation;
            operation = next.orElse(told);
            return CompletableFuture.completedFuture(told);
        }

        @Override
        public CompletionStage<List<SavepointRecord>> savepointHistory(ClusterId cluster, JobId id) {
            return history;
        }

        @Override
        public CompletionStage<List<Instant>> savepointsInProgress(ClusterId cluster, JobId id) {
            return inProgress;
        }
    });

    private Observation observe() {
        return observe(NOW);
    }

    private Observation observe(Instant now) {
        return observer.observe(
                        Situation.running()
                                .inFlight(Operation.Kind.SAVEPOINT, operation -> operation.lastSentAt(NOW))
                                .recorded(),
                        Optional.empty(),
                        now)
                .join();
    }

    @Test
    void whatTakesLongCallsForALookAtItsJob() {
        operation = IN_PROGRESS;
        assertThat(observe(NOW.plusSeconds(10))).isEqualTo(Observation.of(new JobObservation.NotAsked(), IN_PROGRESS));
        assertThat(observe(NOW.plusSeconds(11))).isEqualTo(Observation.of(job, IN_PROGRESS));
    }

    @Test
    void whatEndsTogetherWithItsJobIsNotUnknown() {
        operation = IN_PROGRESS;
        next = Optional.of(new OperationObservation.Completed(LOCATION));
        job = found(FlinkJobState.FINISHED);
        assertThat(observe(NOW.plusSeconds(11))).isEqualTo(Observation.of(new JobObservation.NotAsked(), next.get()));
    }

    @Test
    void whatIsInProgressForAJobThatHasEndedIsUnknown() {
        operation = IN_PROGRESS;
        job = found(FlinkJobState.CANCELED);
        assertThat(observe(NOW.plusSeconds(11))).isEqualTo(Observation.of(job, UNKNOWN));
        assertThat(observe(NOW)).isEqualTo(Observation.of(new JobObservation.NotAsked(), IN_PROGRESS));
    }

    @Test
    void whyTheJobFailedIsAskedForAndNotInsistedOn() {
        operation = IN_PROGRESS;
        job = found(FlinkJobState.FAILED);
        assertThat(observe(NOW.plusSeconds(11)).failureCause())
                .hasValueSatisfying(cause -> assertThat(cause).startsWith("why is not known, as "));
        assertThat(observe(NOW.plusSeconds(11)).job()).isEqualTo(job);
    }

    @Test
    void theHistoryIsLookedAt() {
        SavepointRecord record = Situation.record(LOCATION, NOW, false);
        history = CompletableFuture.completedFuture(List.of(record));
        assertThat(observe()).isEqualTo(Observation.of(job, Optional.of(UNKNOWN), List.of(record), List.of()));
    }

    @Test
    void whatIsInProgressIsAskedForWhereTheOperationMayBeAmongIt() {
        operation = new OperationObservation.Unknown(true);
        assertThat(observe()).isEqualTo(Observation.of(job, Optional.of(operation), List.of(), List.of(NOW)));
        inProgress = CompletableFuture.failedFuture(new UnknownJobException("no such job"));
        assertThat(observe()).isEqualTo(Observation.of(job, operation));
        inProgress = CompletableFuture.failedFuture(new FlinkUnreachableException("connection refused"));
        assertThat(observe())
                .isEqualTo(Observation.of(new JobObservation.Unreachable("connection refused"), operation));
    }

    @Test
    void aJobThatIsGoneHasNoHistory() {
        history = CompletableFuture.failedFuture(new UnknownJobException("no such job"));
        assertThat(observe()).isEqualTo(Observation.of(job, UNKNOWN));
        job = new JobObservation.NotFound();
        assertThat(observe()).isEqualTo(Observation.of(job, UNKNOWN));
    }

    @Test
    void withoutAHistoryNothingIsKnown() {
        history = CompletableFuture.failedFuture(new FlinkUnreachableException("connection refused"));
        assertThat(observe()).isEqualTo(Observation.of(new JobObservation.Unreachable("connection refused"), UNKNOWN));
    }
}
