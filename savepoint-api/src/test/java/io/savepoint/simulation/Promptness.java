package io.savepoint.simulation;

import io.savepoint.model.ClusterState;
import io.savepoint.model.JobState;
import io.savepoint.model.Operation;
import io.savepoint.model.TriggerReason;
import io.savepoint.testing.FlinkLedger;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

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

    /** What Flink has completed is soon recorded. */
    void recorded(FlinkLedger.Savepoint savepoint) {
        if (!setup.calm() || !savepoint.begun().isBefore(mended)) {
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
        Duration most = Duration.ofSeconds(state.spec().autoSavepointSeconds().getAsLong())
                .plus(setup.observeInterval().multipliedBy(2))
                .plus(Duration.ofSeconds(10));
        Optional<Instant> base = state.status().bookkeeping().lastTriggerTime();
        Instant since =
                base.or(() -> state.status().bookkeeping().runningSince()).orElse(now.get());
        violations.require(
                !now.get().isAfter(since.plus(most)),
                "I10 bounded",
                () -> "no periodic savepoint since " + since + " of "
                        + state.spec().autoSavepointSeconds());
    }
}
