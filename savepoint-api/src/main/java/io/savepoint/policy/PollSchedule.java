package io.savepoint.policy;

import java.time.Duration;
import java.util.Optional;

/**
 * When to ask next whether a savepoint is complete: seldom while it can hardly be, closely around the time it is
 * expected, and ever less often when it is late. A savepoint that takes about as long as the one before is known within
 * a few percent of that time. A quicker one is known within half its own time or a sixteenth of the expected, a slower
 * one within two fifths of its delay, the first one within 35 %, and each at the latest after the longest delay. The
 * number of polls grows with the logarithm of the time until the longest delay is reached.
 *
 * <p>A pure function, safe for use by any number of threads.
 */
public final class PollSchedule {
    private static final double SHORTEST_MILLIS = 5;
    private static final double LEAST_MILLIS = 4;
    private static final double LONGEST_MILLIS = 10_000;
    /** How much an unexpected savepoint may be overshot, relative to the time it took so far. */
    private static final double GROWTH = 0.35;
    /** The same for one that is expected later, and the least part of the expected time between such polls. */
    private static final double EARLY_GROWTH = 0.5;

    private static final double EARLY_STEP = 1.0 / 16;
    /** How much a late one may be overshot, relative to the time it is late so far. */
    private static final double LATE_GROWTH = 0.4;
    /** The step around the expected time, relative to it. */
    private static final double CLOSE_STEP = 0.025;
    /** The part of the expected time after which polls get close, and the part until which they stay so. */
    private static final double CLOSE_FROM = 0.97;

    private static final double CLOSE_UNTIL = 1.03;

    private PollSchedule() {}

    /**
     * Tells how long to wait before the next poll.
     *
     * @param elapsed the time since Flink was asked for the savepoint
     * @param expected how long the savepoint is expected to take, best the longest time after which the last one of the
     *     job was still seen in progress; empty if nothing is known
     * @return the delay, from 4 milliseconds to 10 seconds
     */
    public static Duration nextPoll(Duration elapsed, Optional<Duration> expected) {
        double sofar = Math.max(0, millis(elapsed));
        double delay = expected.map(duration -> expectedDelay(sofar, millis(duration)))
                .orElseGet(() -> Math.max(SHORTEST_MILLIS, sofar * GROWTH));
        return Duration.ofNanos((long) (Math.min(delay, LONGEST_MILLIS) * 1e6));
    }

    private static double expectedDelay(double sofar, double expected) {
        double closeFrom = Math.max(0, expected * CLOSE_FROM - SHORTEST_MILLIS / 2);
        if (sofar < closeFrom) {
            double early = Math.max(SHORTEST_MILLIS, Math.max(expected * EARLY_STEP, sofar * EARLY_GROWTH));
            return Math.max(LEAST_MILLIS, Math.min(early, closeFrom - sofar));
        }
        double closeStep = Math.max(SHORTEST_MILLIS, expected * CLOSE_STEP);
        double late = sofar - expected * CLOSE_UNTIL;
        return Math.max(closeStep, late * LATE_GROWTH);
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }
}
