package io.savepoint.policy;

import java.time.Duration;

/**
 * How long to wait after failures in a row: the first delay doubles with each further failure up to a cap.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param first the delay after one failure; positive
 * @param cap the longest delay; positive, it wins over {@code first}
 */
public record Backoff(Duration first, Duration cap) {
    private static final int MOST_DOUBLINGS = 30;

    /**
     * Checks both.
     *
     * @param first the delay after one failure; positive
     * @param cap the longest delay; positive, it wins over {@code first}
     * @throws IllegalArgumentException if a duration is not positive
     */
    public Backoff {
        requirePositive("first", first);
        requirePositive("cap", cap);
    }

    private static void requirePositive(String field, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException("back-off " + field + " must be > 0, was " + value);
        }
    }

    /**
     * The delay after a number of failures in a row.
     *
     * @param failures how many; zero or less gives no delay
     * @return the delay, at most the cap
     */
    public Duration delay(int failures) {
        if (failures <= 0) {
            return Duration.ZERO;
        }
        Duration delay = first.multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS));
        return delay.compareTo(cap) < 0 ? delay : cap;
    }
}
