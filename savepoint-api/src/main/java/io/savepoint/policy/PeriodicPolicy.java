package io.savepoint.policy;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.JobState;
import io.savepoint.model.RequestLog;
import io.savepoint.model.TriggerReason;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Takes a savepoint every {@code autoSavepointSeconds}, counted from the later of the job's start and the last trigger,
 * so that the time a savepoint takes does not shift the next one. After a failure it tries again with a back-off that
 * is never longer than the period.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
public final class PeriodicPolicy implements SavepointPolicy {
    private static final String TOKEN = "schedule";
    private static final Duration FIRST_RETRY = Duration.ofSeconds(10);

    private final double jitter;

    private PeriodicPolicy(double jitter) {
        this.jitter = jitter;
    }

    /**
     * The policy without jitter.
     *
     * @return the policy
     */
    public static PeriodicPolicy create() {
        return new PeriodicPolicy(0);
    }

    /**
     * The same policy with every period made longer by a part that differs from cluster to cluster, so that a fleet
     * started at once does not take its savepoints at once.
     *
     * @param fraction the largest part of the period to add, from 0 to 1
     * @return the policy
     * @throws IllegalArgumentException if the fraction is out of range
     */
    public PeriodicPolicy withJitter(double fraction) {
        if (!(fraction >= 0 && fraction <= 1)) {
            throw new IllegalArgumentException("jitter must be from 0 to 1, was " + fraction);
        }
        return new PeriodicPolicy(fraction);
    }

    @Override
    public String name() {
        return "periodic";
    }

    @Override
    public Precedence precedence() {
        return Precedence.PERIODIC;
    }

    @Override
    public Decision decide(PolicyContext context) {
        boolean wanted = context.spec().autoSavepointSeconds().isPresent()
                && context.spec().savepointsDir().isPresent();
        if (!wanted || context.jobState() != JobState.RUNNING) {
            return new Decision.Nothing();
        }
        Bookkeeping bookkeeping = context.bookkeeping();
        if (bookkeeping.runningSince().isEmpty()) {
            return new Decision.Nothing();
        }
        Duration period =
                Duration.ofSeconds(context.spec().autoSavepointSeconds().getAsLong());
        Instant due = due(context, period, bookkeeping.runningSince().get());
        if (context.now().isBefore(due)) {
            return new Decision.Wait(due);
        }
        // Nobody waits for this one: later it is enough to look whenever the job is looked at.
        return Readiness.whenReady(
                context, due, new Decision.TakeSavepoint(TOKEN, TriggerReason.SCHEDULED, 0), new Decision.Nothing());
    }

    private Instant due(PolicyContext context, Duration period, Instant runningSince) {
        Instant lastTrigger = context.bookkeeping().lastTriggerTime().orElse(Instant.MIN);
        RequestLog log = context.log(this);
        // One that Flink refuses at once fails in the millisecond of its trigger.
        Optional<Instant> failedLast = log.lastFailure()
                .filter(failed -> log.failures() > 0 && !failed.isBefore(lastTrigger) && failed.isAfter(runningSince));
        if (failedLast.isPresent()) {
            return failedLast.get().plus(new Backoff(FIRST_RETRY, period).delay(log.failures()));
        }
        Instant base = lastTrigger.isAfter(runningSince) ? lastTrigger : runningSince;
        return base.plus(period).plus(jitterOf(context, period));
    }

    private Duration jitterOf(PolicyContext context, Duration period) {
        // The high bits of a multiplied hash spread names that differ in one digit only.
        long spread = (context.cluster().hashCode() * 0x9E3779B97F4A7C15L) >>> 11;
        double part = jitter * spread / (double) (1L << 53);
        return Duration.ofMillis((long) (period.toMillis() * part));
    }
}
