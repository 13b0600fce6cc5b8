package io.savepoint.simulation;

import io.savepoint.spi.Scheduler;
import io.savepoint.testing.ManualScheduler;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A process that a manager lives in: it has a clock of its own, can stand still, and can die. */
final class Host implements Scheduler {
    private final ManualScheduler time;
    private final String name;
    private final Clock clock = new HostClock(ZoneOffset.UTC);
    private Duration clockError = Duration.ZERO;
    private Instant standsStillUntil = Instant.MIN;
    private boolean dead;

    Host(ManualScheduler time, String name) {
        this.time = time;
        this.name = name;
    }

    String name() {
        return name;
    }

    boolean isDead() {
        return dead;
    }

    void die() {
        dead = true;
    }

    void standStill(Duration duration) {
        Instant until = time.now().plus(duration);
        standsStillUntil = until.isAfter(standsStillUntil) ? until : standsStillUntil;
    }

    boolean standsStill() {
        return time.now().isBefore(standsStillUntil);
    }

    void jump(Duration forward) {
        clockError = clockError.plus(forward);
    }

    void setClock() {
        clockError = Duration.ZERO;
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        Task guarded = new Task(task);
        time.schedule(delay, guarded);
        return guarded;
    }

    /** Does something in this process, now or when it goes on; never if it is dead. */
    void run(Runnable task) {
        new Task(task).run();
    }

    /** Cancelled by a mark: it may have been put off, and then no handle of the scheduler's leads to it. */
    private final class Task implements Runnable, Cancellable {
        private final Runnable task;
        private boolean cancelled;

        Task(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            if (dead || cancelled) {
                return;
            }
            if (standsStill()) {
                time.schedule(Duration.between(time.now(), standsStillUntil), this);
            } else {
                task.run();
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    private final class HostClock extends Clock {
        private final ZoneId zone;

        HostClock(ZoneId zone) {
            this.zone = zone;
        }

        @Override
        public ZoneId getZone() {
            return zone;
        }

        @Override
        public Clock withZone(ZoneId other) {
            return new HostClock(other);
        }

        @Override
        public Instant instant() {
            return time.now().plus(clockError);
        }
    }
}
