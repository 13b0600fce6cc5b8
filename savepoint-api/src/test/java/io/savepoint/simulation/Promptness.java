package io.savepoint.simulation;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.JobState;
import io.savepoint.model.Operation;
import io.savepoint.model.TriggerReason;
import io.savepoint.testing.FakeFlink;
import io.savepoint.testing.FlinkLedger;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Whether things happen when they are due: not before, and, where nothing goes wrong, not long after. */
final class Promptness {
    private final Setup setup;
    private final Violations violations;
    private final Supplier<Instant> now;
    private final boolean clocksAreRight;
    private Instant mended = Instant.MAX;

    Promptness(Setup setup, Violations violations, Supplier<Instant> now, boolean clocksAreRight) {
        this.setup = setup;
        this.violations = violations;
        this.now = now;
        this.clocksAreRight = clocksAreRight;
    }

    /** Whether every process has the right time all along. */
    boolean clocksAreRight() {
        return clocksAreRight;
    }

    /** A periodic savepoint keeps its distance from the one before and from the start of its run. */
    void begun(ClusterState state, Operation operation) {
        OptionalLong period = state.spec().autoSavepointSeconds();
        if (operation.reason() != TriggerReason.SCHEDULED || !clocksAreRight) {
            return;
        }
        violations.require(period.isPresent(), "I10 bounded", () -> operation + " is on no schedule");
        var kept = state.status().bookkeeping();
        boolean failed = kept.requestsOf(operation.policy()).lastFailure().isPresent();
        Duration distance = Duration.ofSeconds(failed ? Math.min(10, period.orElse(0)) : period.orElse(0));
        Instant base = kept.lastTriggerTime()
                .filter(last -> last.isAfter(kept.runningSince().orElse(Instant.MIN)))
                .or(kept::runningSince)
                .orElse(Instant.MIN);
        violations.require(
                !operation.triggerTime().isBefore(base.plus(distance)),
                "I10 bounded",
                () -> operation + " comes less than " + distance + " after " + base);
    }

    /** What the checkpoint history has shown for a while is no loss. */
    void lost(ClusterId cluster, Operation operation, FakeFlink flink) {
        Instant longAgo = now.get().minus(Duration.ofMinutes(1));
        Optional<FlinkLedger.Savepoint> taken = flink.ledger().savepoints().stream()
                .filter(savepoint -> savepoint.cluster().equals(cluster)
                        && savepoint.trigger().equals(operation.triggerId())
                        && savepoint.ended().orElse(Instant.MAX).isBefore(longAgo))
                .findFirst();
        taken.filter(savepoint -> clocksAreRight)
                .ifPresent(savepoint -> violations.require(
                        !isInHistory(flink, savepoint),
                        "I3 exactly-once",
                        () -> savepoint + " is in the job's history, and recorded as failed"));
    }

    private static boolean isInHistory(FakeFlink flink, FlinkLedger.Savepoint savepoint) {
        return flink.savepointHistory(savepoint.cluster(), savepoint.job())
                .toCompletableFuture()
                .handle((history, failure) -> failure == null
                        && history.stream()
                                .anyMatch(record -> savepoint.location().equals(Optional.of(record.location()))))
                .join();
    }

    /** What Flink has completed is soon recorded. */
    void recorded(FlinkLedger.Savepoint savepoint) {
        if (!setup.calm() || !setup.clientIds() || !savepoint.begun().isBefore(mended)) {
            return;
        }
        Duration late = Duration.between(savepoint.ended().orElseThrow(), now.get());
        Duration took = Duration.between(savepoint.begun(), savepoint.ended().get());
        Duration allowed =
                Duration.ofMillis(250).plus(setup.latency().multipliedBy(8)).plus(took.dividedBy(2));
        violations.require(
                late.compareTo(allowed) <= 0,
                "I10 bounded",
                () -> savepoint + " was recorded " + late + " after it was completed, allowed are " + allowed);
    }

    /** From now on savepoints take another time than before. */
    void mended() {
        mended = now.get();
    }

    /** Where nothing goes wrong, no period passes without a savepoint. */
    void checkPeriod(ClusterState state) {
        boolean due = setup.calm()
                && state.spec().autoSavepointSeconds().isPresent()
                && state.spec().savepointsDir().isPresent()
                && state.status().bookkeeping().operation().isEmpty()
                && state.status().bookkeeping().launch().isEmpty()
                && state.status()
                        .job()
                        .filter(job -> job.state() == JobState.RUNNING)
                        .isPresent();
        if (!due) {
            return;
        }
        // One of the policies adds a jitter of up to 0.3.
        long period = state.spec().autoSavepointSeconds().getAsLong() * 13 / 10;
        Duration most = Duration.ofSeconds(period)
                .plus(setup.observeInterval().multipliedBy(2))
                .plus(Duration.ofSeconds(10));
        Instant since = Stream.of(
                        state.status().bookkeeping().lastTriggerTime(),
                        state.status().bookkeeping().runningSince())
                .flatMap(Optional::stream)
                .max(Comparator.naturalOrder())
                .orElse(now.get());
        violations.require(
                !now.get().isAfter(since.plus(most)),
                "I10 bounded",
                () -> "no periodic savepoint since " + since + " of "
                        + state.spec().autoSavepointSeconds());
    }
}
