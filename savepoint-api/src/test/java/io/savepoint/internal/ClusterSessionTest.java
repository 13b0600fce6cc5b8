package io.savepoint.internal;

import static io.savepoint.internal.Situation.NEXT_JOB;
import static io.savepoint.internal.Situation.NOW;
import static io.savepoint.internal.Situation.ORDERS;
import static io.savepoint.internal.Situation.OTHER_TRIGGER;
import static io.savepoint.internal.Situation.found;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobObservation;
import io.savepoint.model.Operation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.Reconciliation;
import io.savepoint.testing.ManualScheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterSessionTest {
    private static final JobObservation RUNNING = found(FlinkJobState.RUNNING);
    private static final JobObservation MISSING = new JobObservation.NotFound();
    private static final JobObservation UNREACHABLE = new JobObservation.Unreachable("connection refused");

    private final ManualScheduler time = new ManualScheduler();
    private final ClusterSession session = new ClusterSession(
            new Outages(ORDERS, time.clock()),
            new DirectCalls(ORDERS, IllegalStateException::new),
            time,
            Situation.TIMINGS);
    private Instant now = NOW;

    private Hints see(JobObservation job) {
        return session.see(Situation.running().recorded(), Observation.of(job), now);
    }

    private Duration sameForAfter(long millis, JobObservation job) {
        now = now.plusMillis(millis);
        return see(job).sameFor();
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }

    @Test
    void theTimeForWhichTheSameIsSeenAddsUp() {
        assertThat(sameForAfter(0, MISSING)).isZero();
        assertThat(sameForAfter(3000, MISSING)).isEqualTo(millis(3000));
        assertThat(sameForAfter(0, MISSING)).isEqualTo(millis(3000));
        assertThat(sameForAfter(4000, MISSING)).isEqualTo(millis(7000));
        assertThat(sameForAfter(6000, MISSING))
                .as("no more than between two looks that come when told to")
                .isEqualTo(millis(11000));
        assertThat(sameForAfter(1000, RUNNING)).isZero();
        assertThat(sameForAfter(1000, RUNNING)).isEqualTo(millis(1000));
        assertThat(sameForAfter(1000, found(FlinkJobState.FAILING))).isZero();
    }

    @ParameterizedTest(name = "after {0} ms")
    @CsvSource({"8000,4000", "8001,0"})
    void afterAPauseNothingIsKnownOfTheTimeBefore(long pause, long same) {
        see(MISSING);
        assertThat(sameForAfter(pause, MISSING)).isEqualTo(millis(same));
    }

    @Test
    void looksThatAlwaysComeSeldomAddUpToo() {
        see(MISSING);
        assertThat(sameForAfter(60_000, MISSING)).isZero();
        assertThat(sameForAfter(60_000, MISSING)).isEqualTo(millis(4000));
        assertThat(sameForAfter(120_000, MISSING)).isEqualTo(millis(8000));
        assertThat(sameForAfter(240_001, MISSING)).isZero();
    }

    @Test
    void aClockThatIsSetBackCountsForNothing() {
        see(MISSING);
        assertThat(sameForAfter(2000, MISSING)).isEqualTo(millis(2000));
        assertThat(sameForAfter(-1, MISSING)).isZero();
    }

    @Test
    void whatCannotBeSeenIsNotTheSame() {
        see(UNREACHABLE);
        assertThat(sameForAfter(1000, UNREACHABLE)).isZero();
        assertThat(sameForAfter(1000, new JobObservation.NotAsked())).isZero();
        assertThat(sameForAfter(1000, new JobObservation.NotAsked())).isZero();
    }

    @Test
    void anotherJobIsNotTheSame() {
        see(RUNNING);
        now = now.plusSeconds(1);
        Hints hints =
                session.see(Situation.running().job(job -> job.id(NEXT_JOB)).recorded(), Observation.of(RUNNING), now);
        assertThat(hints.sameFor()).isZero();
    }

    @Test
    void failuresToReachFlinkAreCountedInARow() {
        assertThat(see(UNREACHABLE).unreachableInARow()).isZero();
        assertThat(see(UNREACHABLE).unreachableInARow()).isEqualTo(1);
        assertThat(see(RUNNING).unreachableInARow()).isEqualTo(2);
        assertThat(see(RUNNING).unreachableInARow()).isZero();
    }

    private Optional<Duration> inProgress(Situation situation, OperationObservation heard) {
        return session.see(situation.recorded(), Observation.of(new JobObservation.NotAsked(), heard), now)
                .lastInProgress();
    }

    @Test
    void theLastTimeAnOperationWasSeenInProgressIsKept() {
        OperationObservation progress = new OperationObservation.InProgress();
        OperationObservation done = new OperationObservation.Completed(Situation.LOCATION);
        Situation saving = Situation.running().inFlight(Operation.Kind.SAVEPOINT);
        assertThat(inProgress(saving, done)).isEmpty();
        assertThat(inProgress(saving, progress)).contains(millis(1000));
        now = now.plusMillis(300);
        assertThat(inProgress(saving, progress)).contains(millis(1300));
        now = now.plusMillis(300);
        assertThat(inProgress(saving, done)).contains(millis(1300));
        Situation next =
                Situation.running().inFlight(Operation.Kind.SAVEPOINT, operation -> operation.triggerId(OTHER_TRIGGER));
        assertThat(inProgress(next, done)).isEmpty();
    }

    @Test
    void whatIsKeptOfAnOperationGoesWithIt() {
        Situation saving = Situation.running().inFlight(Operation.Kind.SAVEPOINT);
        assertThat(inProgress(saving, new OperationObservation.InProgress())).isPresent();
        assertThat(see(RUNNING).lastInProgress()).isEmpty();
        assertThat(inProgress(saving, new OperationObservation.Unknown())).isEmpty();
    }

    @Test
    void theNoteOfTheLastActionIsKept() {
        assertThat(see(RUNNING).lastNote()).isEmpty();
        session.acted(Optional.of("connection reset"));
        assertThat(see(RUNNING).lastNote()).contains("connection reset");
        session.acted(Optional.empty());
        assertThat(see(RUNNING).lastNote()).isEmpty();
    }

    @Test
    void conflictsAndFailuresAreCountedUntilATickSucceeds() {
        assertThat(List.of(session.conflicted(), session.conflicted())).containsExactly(0, 1);
        assertThat(List.of(session.storeFailed(), session.storeFailed())).containsExactly(1, 2);
        session.succeeded();
        assertThat(session.conflicted()).isZero();
        assertThat(session.storeFailed()).isEqualTo(1);
    }

    private static Reconciliation done(String message) {
        return new Reconciliation(ORDERS, Reconciliation.Outcome.UNCHANGED, Optional.empty(), List.of(), message);
    }

    @Test
    void ticksFollowEachOtherAndTheWaitingOnesAreOne() {
        List<CompletableFuture<Reconciliation>> begun = new ArrayList<>();
        CompletableFuture<Reconciliation> first = session.tick(() -> begin(begun));
        CompletableFuture<Reconciliation> second = session.tick(() -> begin(begun));
        CompletableFuture<Reconciliation> third = session.tick(() -> begin(begun));
        assertThat(second).isSameAs(third).isNotSameAs(first);
        assertThat(begun).hasSize(1);

        CompletableFuture<Void> idle = session.idle();
        begun.get(0).complete(done("first"));
        assertThat(first).isCompletedWithValue(done("first"));
        assertThat(idle).isCompleted();
        assertThat(begun).as("the next one begins by way of the scheduler").hasSize(1);
        time.runDue();
        assertThat(begun).hasSize(2);
        assertThat(session.idle()).isNotDone();
        begun.get(1).completeExceptionally(new IllegalStateException("a bug"));
        assertThatThrownBy(second::join).cause().hasMessage("a bug");
        assertThat(session.idle()).isCompleted();
        assertThat(time.taskCount()).isZero();
    }

    private static CompletableFuture<Reconciliation> begin(List<CompletableFuture<Reconciliation>> begun) {
        begun.add(new CompletableFuture<>());
        return begun.get(begun.size() - 1);
    }

    @Test
    void aTickThatWaitsCanBeAbandoned() {
        session.abandon(new IllegalStateException("there is none"));
        List<CompletableFuture<Reconciliation>> begun = new ArrayList<>();
        CompletableFuture<Reconciliation> first = session.tick(() -> begin(begun));
        CompletableFuture<Reconciliation> second = session.tick(() -> begin(begun));
        session.abandon(new IllegalStateException("closed"));
        assertThatThrownBy(second::join).cause().hasMessage("closed");
        begun.get(0).complete(done("first"));
        time.runDue();
        assertThat(first).isCompleted();
        assertThat(begun).hasSize(1);
    }
}
