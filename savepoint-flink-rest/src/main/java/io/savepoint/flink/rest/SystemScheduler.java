package io.savepoint.flink.rest;

import io.savepoint.spi.Scheduler;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** The system's clock and the JDK's own timer: nothing to start or to close. */
final class SystemScheduler implements Scheduler {
    static final SystemScheduler INSTANCE = new SystemScheduler();

    private final Clock clock = Clock.systemUTC();

    private SystemScheduler() {}

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        AtomicBoolean cancelled = new AtomicBoolean();
        CompletableFuture.delayedExecutor(Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS)
                .execute(() -> {
                    if (!cancelled.get()) {
                        task.run();
                    }
                });
        return () -> cancelled.set(true);
    }
}
