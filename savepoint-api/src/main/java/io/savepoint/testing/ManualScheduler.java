package io.savepoint.testing;

import io.savepoint.spi.Scheduler;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/**
 * Virtual time: nothing happens until a test moves the clock, and then everything that is due happens on the test's
 * thread, in order of due time and, at the same time, of submission.
 *
 * <p>A task sees the clock at its own due time. Tasks that it schedules run within the same call if they are due by
 * then. An exception of a task is thrown out of the call that ran it; the tasks behind it stay.
 *
 * <p>Any thread may schedule, cancel and read the clock; only one at a time may move it, which is checked.
 */
public final class ManualScheduler implements Scheduler {
    private static final Instant DEFAULT_START = Instant.parse("2026-01-01T00:00:00Z");
    private static final int MAX_TASKS_PER_INSTANT = 100_000;

    private final Object lock = new Object();
    private final TreeSet<Task> tasks =
            new TreeSet<>(Comparator.comparing(Task::due).thenComparingLong(Task::number));
    private final Clock clock = new VirtualClock(this, ZoneOffset.UTC);
    private Instant now;
    private long submitted;
    private boolean moving;

    /** Starts at midnight UTC of 1 January 2026. */
    public ManualScheduler() {
        this(DEFAULT_START);
    }

    /**
     * Starts at a given time.
     *
     * @param start what the clock shows at first
     */
    public ManualScheduler(Instant start) {
        this.now = start;
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        synchronized (lock) {
            Instant due = delay.isNegative() ? now : now.plus(delay);
            Task entry = new Task(due, submitted++, task);
            tasks.add(entry);
            return () -> {
                synchronized (lock) {
                    tasks.remove(entry);
                }
            };
        }
    }

    /**
     * What the clock shows.
     *
     * @return the virtual time
     */
    public Instant now() {
        synchronized (lock) {
            return now;
        }
    }

    /**
     * Moves the clock on and runs what becomes due.
     *
     * @param duration how far; zero runs what is due now
     * @return how many tasks ran
     * @throws IllegalArgumentException if the duration is negative
     * @throws IllegalStateException if tasks keep scheduling tasks for the same instant without end, or if called from
     *     within a task
     */
    public int advance(Duration duration) {
        return advanceTo(now().plus(duration));
    }

    /**
     * Moves the clock to a time and runs what becomes due.
     *
     * @param time where to; not before {@link #now()}
     * @return how many tasks ran
     * @throws IllegalArgumentException if the time is in the virtual past
     * @throws IllegalStateException as for {@link #advance}
     */
    public int advanceTo(Instant time) {
        return move(time, () -> false);
    }

    /**
     * Runs what is due now, without moving the clock.
     *
     * @return how many tasks ran
     * @throws IllegalStateException as for {@link #advance}
     */
    public int runDue() {
        return advanceTo(now());
    }

    /**
     * Moves the clock from task to task until a condition holds, at most by {@code limit}. The condition is looked at
     * first, after every task and at the end.
     *
     * @param condition what to wait for
     * @param limit how far to move the clock at most
     * @return whether the condition holds; if not, the clock stands at the limit
     * @throws IllegalStateException as for {@link #advance}
     */
    public boolean runUntil(BooleanSupplier condition, Duration limit) {
        if (condition.getAsBoolean()) {
            return true;
        }
        Condition seen = new Condition(condition);
        move(now().plus(limit), seen);
        return seen.held || condition.getAsBoolean();
    }

    /**
     * When the next task is due.
     *
     * @return its time, or empty if no task waits
     */
    public Optional<Instant> nextDue() {
        synchronized (lock) {
            return tasks.isEmpty()
                    ? Optional.empty()
                    : Optional.of(tasks.first().due());
        }
    }

    /**
     * How many tasks wait.
     *
     * @return the number of tasks that neither ran nor were cancelled
     */
    public int taskCount() {
        synchronized (lock) {
            return tasks.size();
        }
    }

    private int move(Instant target, BooleanSupplier enough) {
        begin(target);
        try {
            int ran = 0;
            int ranAtThisInstant = 0;
            Instant instant = now();
            for (Optional<Task> next = takeDue(target); next.isPresent(); next = takeDue(target)) {
                Task task = next.get();
                ranAtThisInstant = task.due().isAfter(instant) ? 1 : ranAtThisInstant + 1;
                instant = now();
                if (ranAtThisInstant > MAX_TASKS_PER_INSTANT) {
                    throw new IllegalStateException("more than " + MAX_TASKS_PER_INSTANT + " tasks ran at " + instant
                            + ", the last one was " + task.action() + ": do tasks keep scheduling without a delay?");
                }
                task.action().run();
                ran++;
                if (enough.getAsBoolean()) {
                    return ran;
                }
            }
            synchronized (lock) {
                now = target;
            }
            return ran;
        } finally {
            synchronized (lock) {
                moving = false;
            }
        }
    }

    private void begin(Instant target) {
        synchronized (lock) {
            if (moving) {
                throw new IllegalStateException("the clock is being moved already, by another thread or by this"
                        + " one's caller; a task must not move it");
            }
            if (target.isBefore(now)) {
                throw new IllegalArgumentException("cannot move the clock from " + now + " back to " + target);
            }
            moving = true;
        }
    }

    private Optional<Task> takeDue(Instant target) {
        synchronized (lock) {
            if (tasks.isEmpty() || tasks.first().due().isAfter(target)) {
                return Optional.empty();
            }
            Task task = tasks.first();
            tasks.remove(task);
            if (task.due().isAfter(now)) {
                now = task.due();
            }
            return Optional.of(task);
        }
    }

    private record Task(Instant due, long number, Runnable action) {}

    /** Remembers that a condition held, since it may not hold any more when it is asked again. */
    private static final class Condition implements BooleanSupplier {
        private final BooleanSupplier condition;
        private boolean held;

        Condition(BooleanSupplier condition) {
            this.condition = condition;
        }

        @Override
        public boolean getAsBoolean() {
            held = condition.getAsBoolean();
            return held;
        }
    }

    private static final class VirtualClock extends Clock {
        private final ManualScheduler scheduler;
        private final ZoneId zone;

        VirtualClock(ManualScheduler scheduler, ZoneId zone) {
            this.scheduler = scheduler;
            this.zone = zone;
        }

        @Override
        public ZoneId getZone() {
            return zone;
        }

        @Override
        public Clock withZone(ZoneId other) {
            return new VirtualClock(scheduler, other);
        }

        @Override
        public Instant instant() {
            return scheduler.now();
        }
    }
}
