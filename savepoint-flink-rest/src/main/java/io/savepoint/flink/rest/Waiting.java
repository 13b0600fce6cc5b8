package io.savepoint.flink.rest;

import io.savepoint.policy.PollSchedule;
import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Waits for the end of one operation without a thread: asks when the end may be expected, and bears outages for the
 * tolerated time. Its steps follow each other, so the fields of a subclass are of one thread at a time.
 */
abstract class Waiting<T> {
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final Scheduler scheduler;
    private final Duration tolerance;
    private final Instant begun;
    private volatile Instant answered;

    Waiting(FlinkRestConfig config) {
        this.scheduler = config.scheduler();
        this.tolerance = config.outageTolerance();
        this.begun = scheduler.clock().instant();
        this.answered = begun;
    }

    /** Asks Flink once; what comes back leads to one of the methods below. */
    abstract void ask();

    /** How long the operation is expected to take, if there is something to go by. */
    Optional<Duration> expectation() {
        return Optional.empty();
    }

    /** The time by which the next poll is planned. */
    Duration timeForNextPoll() {
        return elapsed();
    }

    final CompletableFuture<T> result() {
        return result;
    }

    /** Asks again when the time has come, unless nobody waits any more. */
    final void askLater() {
        if (result.isDone()) {
            return;
        }
        try {
            scheduler.schedule(PollSchedule.nextPoll(timeForNextPoll(), expectation()), () -> {
                if (!result.isDone()) {
                    ask();
                }
            });
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /** Flink answered, so an outage that comes now may take the whole tolerated time. */
    final void answered() {
        answered = scheduler.clock().instant();
    }

    /** No usable answer came: asks again, or gives up if that does not pass or has lasted too long. */
    final void missed(Throwable thrown) {
        boolean passing = thrown instanceof FlinkUnreachableException || thrown instanceof FlinkAnswerException;
        if (passing) {
            askLaterOrFail(thrown);
        } else {
            fail(thrown);
        }
    }

    /** Asks again, or gives up if there has been no answer that counts for the tolerated time. */
    final void askLaterOrFail(Throwable thrown) {
        if (Duration.between(answered, scheduler.clock().instant()).compareTo(tolerance) < 0) {
            askLater();
        } else {
            fail(thrown);
        }
    }

    final void complete(T value) {
        result.complete(value);
    }

    final void fail(Throwable thrown) {
        result.completeExceptionally(thrown);
    }

    final Duration elapsed() {
        Duration elapsed = Duration.between(begun, scheduler.clock().instant());
        return elapsed.isNegative() ? Duration.ZERO : elapsed;
    }
}
