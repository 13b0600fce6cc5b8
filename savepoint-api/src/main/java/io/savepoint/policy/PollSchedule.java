package io.savepoint.policy;

import java.time.Duration;
import java.util.Optional;

/**
 * When to ask next whether a savepoint is complete: hardly while it cannot be, closely from the time at which it is
 * expected, and ever less often when it is late. A savepoint that takes about as long as the ones before is known
 * within a few percent of that time, for three or four polls. A quicker one is known late by at most half the expected
 * time or 36 ms, a slower one within two fifths of its delay, the first one within 35 %, and each at the latest after
 * the longest delay. The number of polls grows with the logarithm of the time until the longest delay is reached.
 *
 * <p>Pure functions, safe for use by any number of threads.
 */
public final class PollSchedule {
    private static final double LEAST_MILLIS = 4;
    private static final double LONGEST_MILLIS = 10_000;
    /** The first delay where nothing is known. */
    private static final double FIRST_MILLIS = 10;
    /** How much an unexpected savepoint may be overshot, relative to the time it took so far. */
    private static final double GROWTH = 0.35;
    /** How long a savepoint is given at least before a look whether it was quicker than expected. */
    private static final double EARLY_MILLIS = 25;
    /** After which part of the expected time that look is taken. */
    private static final double EARLY_PART = 0.5;
    /** Which part of the time that is left is enough to wait for all of it. */
    private static final double ALMOST_ALL = 0.7;
    /** The step from the expected time on, at least and relative to it, and the part until which it stays so. */
    private static final double CLOSE_MILLIS = 5;

    private static final double CLOSE_STEP = 0.025;
    private static final double CLOSE_UNTIL = 1.03;
    /** How much a late one may be overshot, relative to the time it is late so far. */
    private static final double LATE_GROWTH = 0.4;

    /** From which part of the time until it was complete a savepoint that was in progress tells its end well. */
    private static final double CLOSE_BEFORE_END = 0.7;
    /** How far a longer time is followed at once, and how far if it is of the same order, as they differ by chance. */
    private static final double MUCH_LONGER = 1.5;

    private static final double FOLLOWED = 0.25;
    /** What is taken off where the end was not seen coming, so that it is the next time: more than a poll takes. */
    private static final double TAKEN_OFF = 0.05;

    private static final double LEAST_MILLIS_TAKEN_OFF = 5;
    /** How much later than planned a look may be, as answers take their time, before it counts as one after an outage. */
    private static final double LATE_LOOK = 1.5;

    private static final double LATE_LOOK_MILLIS = 1000;

    private PollSchedule() {}

    /**
     * Tells how long to wait before the next poll.
     *
     * @param elapsed the time since Flink was asked for the savepoint
     * @param expected how long the savepoint is expected to take, by {@link #expectNext}; empty if nothing is known
     * @return the delay, from 4 milliseconds to 10 seconds
     */
    public static Duration nextPoll(Duration elapsed, Optional<Duration> expected) {
        double sofar = Math.max(0, millis(elapsed));
        double delay = expected.map(duration -> expectedDelay(sofar, millis(duration)))
                .orElseGet(() -> Math.max(FIRST_MILLIS, sofar * GROWTH));
        return ofMillis(Math.min(delay, LONGEST_MILLIS));
    }

    private static double expectedDelay(double sofar, double expected) {
        if (sofar < expected) {
            double left = expected - sofar;
            double early = Math.max(EARLY_MILLIS, Math.max(expected * EARLY_PART, sofar));
            return Math.max(LEAST_MILLIS, early < left * ALMOST_ALL ? early : left);
        }
        double closeStep = Math.max(CLOSE_MILLIS, expected * CLOSE_STEP);
        double late = sofar - expected * CLOSE_UNTIL;
        return Math.max(closeStep, late * LATE_GROWTH);
    }

    /**
     * Tells what to expect of a job's next savepoint: a time at which this one was just not complete. Of times that differ
     * by chance it is a short one, since a poll too many costs less than to be late.
     *
     * @param inProgress the longest time after which this savepoint was seen in progress; empty if it never was
     * @param complete the time after which it was seen complete
     * @param expected what was expected of this one; empty if nothing
     * @return what to expect, or empty if nothing is known
     */
    public static Optional<Duration> expectNext(
            Optional<Duration> inProgress, Duration complete, Optional<Duration> expected) {
        double seen = Math.max(0, inProgress.map(PollSchedule::millis).orElse(0.0));
        double end = millis(complete);
        double before = expected.map(PollSchedule::millis).orElse(0.0);
        double planned = millis(nextPoll(ofMillis(seen), expected));
        if (end - seen > planned * LATE_LOOK + LATE_LOOK_MILLIS) {
            // Nobody looked in between, as in an outage: it took longer than was seen, and how much longer is open.
            return seen > 0 ? Optional.of(ofMillis(Math.max(seen, before))) : expected;
        }
        if (seen > 0 && seen >= end * CLOSE_BEFORE_END) {
            boolean followed = seen < before || seen > before * MUCH_LONGER;
            return Optional.of(ofMillis(followed ? seen : before + (seen - before) * FOLLOWED));
        }
        // Whoever looks for the first time long after the end, as one that was away, learns nothing.
        boolean comesLate = seen <= 0 && (end <= 0 || end > before * MUCH_LONGER);
        double takenOff = Math.max(LEAST_MILLIS_TAKEN_OFF, end * TAKEN_OFF + 1);
        return comesLate ? expected : Optional.of(ofMillis(Math.max(1, end - takenOff)));
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }

    private static Duration ofMillis(double millis) {
        return Duration.ofNanos((long) (millis * 1e6));
    }
}
