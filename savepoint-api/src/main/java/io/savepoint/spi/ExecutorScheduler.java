package io.savepoint.spi;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A scheduler on the system's UTC clock and a few daemon threads of its own.
 *
 * <p>Safe for use by any number of threads.
 */
public final class ExecutorScheduler implements Scheduler, AutoCloseable {
    private final Clock clock = Clock.systemUTC();
    private final ScheduledThreadPoolExecutor executor;

    private ExecutorScheduler(ScheduledThreadPoolExecutor executor) {
        this.executor = executor;
    }

    /**
     * Starts a scheduler.
     *
     * @param threads how many threads it has; at least 1
     * @return the scheduler; close it to end its threads
     */
    public static ExecutorScheduler create(int threads) {
        AtomicInteger number = new AtomicInteger();
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(threads, task -> {
            Thread thread = new Thread(task, "savepoint-scheduler-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return new ExecutorScheduler(executor);
    }

    @Override
    public Clock clock() {
        return clock;
    }

    /**
     * {@inheritDoc}
     *
     * <p>After {@link #close()} tasks are dropped.
     */
    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        if (executor.isShutdown()) {
            return () -> {};
        }
        ScheduledFuture<?> future = executor.schedule(task, Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    /** Ends the threads; tasks that wait are dropped, one under way is finished. */
    @Override
    public void close() {
        executor.shutdown();
    }
}
