package io.savepoint.k8s;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;

/** One Event object: what happened, how often, and when first and last. Safe for use by any number of threads. */
final class EventTally {
    private static final int LONGEST_NAME = 253;
    private static final int HASH_CHARS = 16;

    private final ObjectReference cluster;
    private final EventReason reason;
    private final Instant first;
    private final String name;
    private String message;
    private Instant last;
    private int count = 1;
    private boolean stored;

    /** @param message what is said, already bounded */
    EventTally(ObjectReference cluster, EventReason reason, String message, Instant time) {
        this.cluster = cluster;
        this.reason = reason;
        this.first = time;
        this.name = name(cluster, reason + message + time);
        this.message = message;
        this.last = time;
    }

    synchronized void raise(String newest, Instant time) {
        message = newest;
        // Events of one cluster may be told by several threads, and the clock may be set back.
        last = time.isAfter(last) ? time : last;
        count++;
    }

    synchronized Instant last() {
        return last;
    }

    synchronized int count() {
        return count;
    }

    synchronized String message() {
        return message;
    }

    /** Whether the API server has it, as far as is known here. */
    synchronized boolean isStored() {
        return stored;
    }

    synchronized void stored(boolean value) {
        stored = value;
    }

    String namespace() {
        return cluster.getNamespace();
    }

    String name() {
        return name;
    }

    synchronized Event toEvent(String component) {
        return new EventBuilder()
                .withNewMetadata()
                .withNamespace(namespace())
                .withName(name)
                .endMetadata()
                .withInvolvedObject(cluster)
                .withReason(reason.text())
                .withType(reason.type())
                .withMessage(message)
                .withCount(count)
                .withFirstTimestamp(seconds(first))
                .withLastTimestamp(seconds(last))
                // The old and the new way to say who tells; kubectl prefers either, by its version.
                .withNewSource()
                .withComponent(component)
                .endSource()
                .withReportingComponent(component)
                .build();
    }

    /** A merge patch that gives the same result however often and after whatever it is applied. */
    synchronized Map<String, Object> toPatch() {
        return Map.of("message", message, "count", count, "lastTimestamp", seconds(last));
    }

    @Override
    public String toString() {
        return "Event " + reason.text() + " of " + cluster.getNamespace() + "/" + cluster.getName();
    }

    /** Times of core/v1 Events are in whole seconds. */
    private static String seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** The same name for the same tally, so that a repeated request whose first answer was lost makes no second Event. */
    private static String name(ObjectReference cluster, String content) {
        byte[] whole = (cluster.getUid() + content).getBytes(StandardCharsets.UTF_8);
        String hash = UUID.nameUUIDFromBytes(whole).toString().replace("-", "").substring(0, HASH_CHARS);
        String of = cluster.getName();
        int longest = LONGEST_NAME - HASH_CHARS - 1;
        if (of.length() > longest) {
            // Neither a dot nor a dash may stand before the dot.
            of = of.substring(0, longest).replaceFirst("[.-]+$", "");
        }
        return of + "." + hash;
    }
}
