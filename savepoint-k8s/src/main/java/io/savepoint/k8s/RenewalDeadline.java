package io.savepoint.k8s;

import io.savepoint.spi.Scheduler;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Tells when a lease has not been renewed for too long. That is counted from before the last renewal was asked for, as
 * other candidates do, and told by a clock of its own: a request that never returns keeps nobody from being told. Safe
 * for use by any number of threads.
 */
final class RenewalDeadline {
    private final Scheduler scheduler;
    private final Duration length;
    private final Runnable missed;
    private Scheduler.@Nullable Cancellable ofAttempt;
    private Scheduler.@Nullable Cancellable ofRenewal;
    private boolean stopped;

    RenewalDeadline(Scheduler scheduler, Duration length, Runnable missed) {
        this.scheduler = scheduler;
        this.length = length;
        this.missed = missed;
    }

    /** A renewal is about to be asked for; whatever came of the one before it is known. */
    synchronized void attempted() {
        cancel(ofAttempt);
        ofAttempt = stopped ? null : scheduler.schedule(length, missed);
    }

    /** The renewal that was attempted last succeeded. */
    synchronized void renewed() {
        cancel(ofRenewal);
        ofRenewal = ofAttempt;
        ofAttempt = null;
    }

    synchronized void stop() {
        stopped = true;
        cancel(ofAttempt);
        cancel(ofRenewal);
    }

    private static void cancel(Scheduler.@Nullable Cancellable timer) {
        if (timer != null) {
            timer.cancel();
        }
    }
}
