package io.savepoint.k8s;

import io.fabric8.kubernetes.api.model.ObjectReference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the Event that an occurrence counts for, so that a flapping job makes few of them. An occurrence that equals one
 * of the last {@link #WINDOW} counts for the same Event. Of those that differ in their message only, {@link #MOST_ALIKE}
 * in that time have an Event each, and the others share one.
 *
 * <p>No I/O and no clock: time is what the occurrences say. Safe for use by any number of threads.
 */
final class EventAggregator {
    static final Duration WINDOW = Duration.ofMinutes(10);
    static final int MOST_ALIKE = 10;
    static final String COMBINED = "(combined from similar events): ";

    private final int mostTallies;
    /** In order of use, the eldest first. */
    private final Map<Key, Similar> groups = new LinkedHashMap<>(16, 0.75f, true);

    private int tallies;

    /** @param mostTallies how many Events are remembered at most, but for those of one cluster and reason */
    EventAggregator(int mostTallies) {
        this.mostTallies = mostTallies;
    }

    private record Key(String clusterUid, EventReason reason) {}

    /**
     * Counts an occurrence.
     *
     * @param cluster what it happened to
     * @return the Event to be written
     */
    synchronized EventTally count(ObjectReference cluster, EventReason reason, String message, Instant time) {
        Similar similar =
                groups.computeIfAbsent(new Key(cluster.getUid(), reason), key -> new Similar(cluster, reason));
        tallies -= similar.size();
        EventTally counted = similar.count(EventText.bounded(message), time);
        tallies += similar.size();
        forget(similar, time.minus(WINDOW));
        return counted;
    }

    synchronized int size() {
        return tallies;
    }

    /** Forgets what nothing can be counted for any more, and the longest unused if there is too much. */
    private void forget(Similar justUsed, Instant outside) {
        Iterator<Similar> eldestFirst = groups.values().iterator();
        while (eldestFirst.hasNext()) {
            Similar eldest = eldestFirst.next();
            if (eldest == justUsed || (tallies <= mostTallies && eldest.last.isAfter(outside))) {
                return;
            }
            tallies -= eldest.size();
            eldestFirst.remove();
        }
    }

    /** Events of one cluster and reason. */
    private static final class Similar {
        private final ObjectReference cluster;
        private final EventReason reason;
        private final Map<String, EventTally> byMessage = new LinkedHashMap<>();
        /** When the latest of those happened that have no Event of their own. */
        private final Deque<Instant> combinedTimes = new ArrayDeque<>();

        private @Nullable EventTally combined;
        private Instant last = Instant.MIN;

        Similar(ObjectReference cluster, EventReason reason) {
            this.cluster = cluster;
            this.reason = reason;
        }

        EventTally count(String message, Instant time) {
            last = time;
            forget(time.minus(WINDOW));
            EventTally equal = byMessage.get(message);
            if (equal != null) {
                equal.raise(message, time);
                return equal;
            }
            if (byMessage.size() + combinedTimes.size() < MOST_ALIKE) {
                EventTally own = new EventTally(cluster, reason, message, time);
                byMessage.put(message, own);
                return own;
            }
            return combine(EventText.bounded(COMBINED + message), time);
        }

        int size() {
            return byMessage.size() + (combined == null ? 0 : 1);
        }

        private EventTally combine(String message, Instant time) {
            combinedTimes.addLast(time);
            if (combinedTimes.size() > MOST_ALIKE) {
                combinedTimes.removeFirst();
            }
            EventTally shared = combined;
            if (shared == null) {
                shared = new EventTally(cluster, reason, message, time);
                combined = shared;
            } else {
                shared.raise(message, time);
            }
            return shared;
        }

        private void forget(Instant outside) {
            byMessage.values().removeIf(tally -> !tally.last().isAfter(outside));
            combinedTimes.removeIf(time -> !time.isAfter(outside));
            if (combined != null && !combined.last().isAfter(outside)) {
                combined = null;
            }
        }
    }
}
