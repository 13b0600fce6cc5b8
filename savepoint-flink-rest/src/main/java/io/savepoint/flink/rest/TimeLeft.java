package io.savepoint.flink.rest;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** What is left of a time within which several steps have to be done. */
final class TimeLeft {
    private TimeLeft() {}

    static Duration of(Duration whole, Instant begun, Clock clock) {
        Duration passed = Duration.between(begun, clock.instant());
        if (passed.isNegative()) { // the clock was set, and is no measure
            return whole;
        }
        return passed.compareTo(whole) < 0 ? whole.minus(passed) : Duration.ofMillis(1);
    }
}
