package io.savepoint.flink.rest;

import io.savepoint.spi.Scheduler;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Runs every task at once, on a clock that then stands at the time for which it was meant. */
final class SteppingScheduler implements Scheduler {
    final List<Duration> delays = new CopyOnWriteArrayList<>();
    volatile Duration now = Duration.ZERO;
    volatile Duration shortest = Duration.ZERO;

    @Override
    public Clock clock() {
        return Clock.fixed(Instant.EPOCH.plus(now), ZoneOffset.UTC);
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        delays.add(delay);
        now = now.plus(delay.compareTo(shortest) < 0 ? shortest : delay);
        task.run();
        return () -> {};
    }
}
