package io.savepoint.internal;

import io.savepoint.policy.Backoff;
import java.time.Duration;

/**
 * The times that the engine goes by.
 *
 * @param observeInterval how often a living job is looked at when nothing else is due
 * @param idleInterval how often a job that is over is looked at
 * @param lostGrace how long a JobManager that answers may not know a job before it counts as lost
 * @param resultStore how long Flink keeps the result of an operation ({@code rest.async.store-duration})
 * @param sendWindow how long after its decision a request may still be sent; later, somebody else may have acted on it
 * @param requestTimeout how long a request may be under way after it was sent
 * @param resend the delays between repetitions of a request under the same id
 * @param unreachable the delays between attempts to reach Flink or the store
 */
public record Timings(
        Duration observeInterval,
        Duration idleInterval,
        Duration lostGrace,
        Duration resultStore,
        Duration sendWindow,
        Duration requestTimeout,
        Backoff resend,
        Backoff unreachable) {
    /** Flink's checkpoint history may be {@code web.refresh-interval} old, 3 s by default. */
    static final Duration HISTORY_STALENESS = Duration.ofSeconds(4);

    /** How soon to look again whether an operation that is unknown has become known. */
    static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

    /** How soon to look at what Flink was just asked for. */
    static final Duration FOLLOW_UP = Duration.ofMillis(100);

    /**
     * How soon to look again at a job that the JobManager does not know: several times within the grace period, which
     * then is one of agreeing observations.
     */
    Duration missingInterval() {
        return lostGrace.dividedBy(4);
    }

    /**
     * How soon to look again at a job that is on its way into another state: ever later the longer that takes.
     *
     * @param waited how long it has taken so far; negative where a clock went back
     */
    Duration followUp(Duration waited) {
        return followUp(waited, false);
    }

    /**
     * How soon to look again at what Flink was asked to do.
     *
     * @param waited how long it has taken so far; negative where a clock went back
     * @param over whether the job is over, so that nothing else calls for a look
     */
    Duration followUp(Duration waited, boolean over) {
        Duration grown = waited.abs().dividedBy(4);
        Duration delay = grown.compareTo(FOLLOW_UP) > 0 ? grown : FOLLOW_UP;
        Duration longest = over ? idleInterval : observeInterval;
        return delay.compareTo(longest) < 0 ? delay : longest;
    }

    /**
     * How long an operation must be unknown before it counts as lost. By then a request has arrived that left its process
     * at the end of the window and was under way for as long as can be, and the history shows what became of it.
     */
    Duration untilLost() {
        return sendWindow.plus(requestTimeout).plus(HISTORY_STALENESS);
    }

    /**
     * How long after it was first sent an operation's id may still be repeated: well within the time that Flink keeps
     * the result, since after that the same id would begin a second operation.
     */
    Duration repeatWindow() {
        return resultStore.multipliedBy(4).dividedBy(5);
    }
}
