package io.savepoint.testing;

import io.savepoint.spi.Scheduler;
import java.time.Clock;
import java.time.Duration;

/** A scheduler that runs nothing any more once its process is dead. */
final class MortalScheduler implements Scheduler {
    private final Scheduler delegate;
    private final Faults faults;

    MortalScheduler(Scheduler delegate, Faults faults) {
        this.delegate = delegate;
        this.faults = faults;
    }

    @Override
    public Clock clock() {
        return delegate.clock();
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        if (faults.crashed()) {
            return () -> {};
        }
        return delegate.schedule(delay, () -> {
            if (!faults.crashed()) {
                task.run();
            }
        });
    }
}
