package io.savepoint.k8s;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Decides when Events are written: at once, but never two writes of one Event at the same time, or one shortly after the
 * other. What is counted meanwhile is written together, later. Nor are there ever many writes at the same time, as when
 * all jobs are restarted. Safe for use by any number of threads.
 */
final class EventWriter {
    private final Function<EventTally, CompletableFuture<Void>> sender;
    private final BiConsumer<Duration, Runnable> later;
    private final Limits limits;

    /** Those with anything left to do; all fields are guarded by this. */
    private final Map<EventTally, Phase> busy = new HashMap<>();

    private final Queue<EventTally> queue = new ArrayDeque<>();
    private int writing;
    private boolean starting;

    /**
     * @param sender writes the newest of an Event; its future does not fail
     * @param later runs something after a while
     */
    EventWriter(
            Function<EventTally, CompletableFuture<Void>> sender, BiConsumer<Duration, Runnable> later, Limits limits) {
        this.sender = sender;
        this.later = later;
        this.limits = limits;
    }

    /**
     * The bounds.
     *
     * @param rest how long an Event is left alone after a write
     * @param mostAtOnce how many writes there are at the same time
     * @param mostBusy how many Events are written, rest or wait at the same time
     */
    record Limits(Duration rest, int mostAtOnce, int mostBusy) {}

    private enum Phase {
        QUEUED,
        /** Being written, or resting after that, and as it was then. */
        UNCHANGED,
        /** Being written, or resting after that, and counted for since. */
        CHANGED
    }

    /**
     * Has the present count written, now or soon.
     *
     * @return whether there is room for it
     */
    boolean write(EventTally tally) {
        synchronized (this) {
            Phase phase = busy.get(tally);
            if (phase != null) {
                if (phase == Phase.UNCHANGED) {
                    busy.put(tally, Phase.CHANGED);
                }
                return true;
            }
            if (busy.size() >= limits.mostBusy()) {
                return false;
            }
            enqueue(tally);
        }
        startWrites();
        return true;
    }

    private void enqueue(EventTally tally) {
        busy.put(tally, Phase.QUEUED);
        queue.add(tally);
    }

    /** One call at a time does it for all, so that writes that end at once do not pile up on the stack. */
    private void startWrites() {
        while (true) {
            EventTally next;
            synchronized (this) {
                if (starting) {
                    return;
                }
                if (queue.isEmpty() || writing >= limits.mostAtOnce()) {
                    return;
                }
                next = queue.remove();
                busy.put(next, Phase.UNCHANGED);
                writing++;
                starting = true;
            }
            CompletableFuture<Void> unused = sender.apply(next).whenComplete((done, thrown) -> written(next));
            synchronized (this) {
                starting = false;
            }
        }
    }

    private void written(EventTally tally) {
        synchronized (this) {
            writing--;
        }
        later.accept(limits.rest(), () -> rested(tally));
        startWrites();
    }

    private void rested(EventTally tally) {
        synchronized (this) {
            if (busy.get(tally) != Phase.CHANGED) {
                busy.remove(tally);
                return;
            }
            enqueue(tally);
        }
        startWrites();
    }
}
