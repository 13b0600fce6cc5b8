package io.savepoint.spi;

import java.time.Clock;
import java.time.Duration;

/**
 * The manager's only source of time and of delayed work, so that tests and simulations can bring their own.
 *
 * <p>Implementations are safe for use by any number of threads.
 */
public interface Scheduler {
    /**
     * The clock that all recorded times are read from.
     *
     * @return a clock, the same for every call
     */
    Clock clock();

    /**
     * Runs a task once, later, on a thread of the scheduler's. Tasks are short and do not block.
     *
     * @param delay how long to wait; zero or less runs it as soon as a thread is free
     * @param task what to run
     * @return cancels the task if it has not begun; cancelling it again does nothing
     */
    Cancellable schedule(Duration delay, Runnable task);

    /** A task that may still be cancelled. */
    @FunctionalInterface
    interface Cancellable {
        /** Cancels the task if it has not begun. */
        void cancel();
    }
}
