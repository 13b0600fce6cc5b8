package io.savepoint.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * What Flink does by itself as time passes. It is caught up with whenever somebody looks, so that a fake needs no tasks
 * of its own in the scheduler that a test counts and steps through.
 *
 * <p>Not safe for use by several threads: the fake's lock protects it.
 */
final class FakeTimeline {
    private final Clock clock;
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparing(Event::due).thenComparingLong(Event::number));
    private Instant now;
    private long submitted;

    FakeTimeline(Clock clock) {
        this.clock = clock;
        this.now = clock.instant();
    }

    /** The present; while an event happens, the time at which it was due. */
    Instant now() {
        return now;
    }

    void after(Duration delay, Runnable action) {
        events.add(new Event(now.plus(delay), submitted++, action));
    }

    /** Lets everything happen that is due by now. */
    void catchUp() {
        Instant present = clock.instant();
        for (Event next = events.peek(); next != null && !next.due().isAfter(present); next = events.peek()) {
            events.remove();
            moveTo(next.due());
            next.action().run();
        }
        moveTo(present);
    }

    private void moveTo(Instant time) {
        if (time.isAfter(now)) {
            now = time;
        }
    }

    private record Event(Instant due, long number, Runnable action) {}
}
