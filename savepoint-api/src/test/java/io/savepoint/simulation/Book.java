package io.savepoint.simulation;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.Launch;
import io.savepoint.model.Operation;
import io.savepoint.model.TriggerId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the managers ever recorded of their intents and of what became of them, for all clusters of a run. */
final class Book {
    private final Map<TriggerId, Intent> intents = new LinkedHashMap<>();
    private final Map<JobId, LaunchIntent> launches = new LinkedHashMap<>();
    private final Map<ClusterId, List<Instant>> losses = new HashMap<>();
    private final Map<Long, Instant> deleted = new HashMap<>();
    private final Map<Long, String> restarts = new HashMap<>();
    private final Set<String> recorded = new HashSet<>();

    /** An operation from the write that intended it to the one that told its end. */
    static final class Intent {
        final ClusterId cluster;
        final long uid;
        final Operation operation;
        final String request;
        final Instant recorded;
        int writes = 1;
        boolean succeeded;
        Optional<String> failure = Optional.empty();
        Optional<Instant> ended = Optional.empty();

        Intent(ClusterId cluster, long uid, Operation operation, String request, Instant recorded) {
            this.cluster = cluster;
            this.uid = uid;
            this.operation = operation;
            this.request = request;
            this.recorded = recorded;
        }
    }

    /**
     * A submission that was intended.
     *
     * @param cluster the cluster
     * @param uid which resource of that name
     * @param launch what was recorded
     */
    record LaunchIntent(ClusterId cluster, long uid, Launch launch) {}

    void intended(Intent intent) {
        intents.put(intent.operation.triggerId(), intent);
    }

    void renamed(TriggerId from, TriggerId to) {
        Intent intent = intents.get(from);
        intent.writes++;
        intents.put(to, intent);
    }

    Optional<Intent> intent(TriggerId trigger) {
        return Optional.ofNullable(intents.get(trigger));
    }

    Collection<Intent> intents() {
        return intents.values();
    }

    void intended(LaunchIntent launch) {
        launches.putIfAbsent(launch.launch().jobId(), launch);
    }

    Optional<LaunchIntent> launch(JobId job) {
        return Optional.ofNullable(launches.get(job));
    }

    Collection<LaunchIntent> launches() {
        return launches.values();
    }

    /** Whether a location is recorded for the first time; the next restart is from there. */
    boolean recordedOnce(long uid, String location) {
        restarts.put(uid, location);
        return recorded.add(uid + " " + location);
    }

    boolean isRecorded(String location) {
        return recorded.stream().anyMatch(known -> known.endsWith(" " + location));
    }

    void restoreFromNowOn(long uid, String location) {
        restarts.put(uid, location);
    }

    /** Where the next restart has to begin, as far as managers of ours have decided. */
    Optional<String> restoreFrom(long uid) {
        return Optional.ofNullable(restarts.get(uid));
    }

    /** A JobManager forgot what it knew. */
    void memoryLost(ClusterId cluster, Instant when) {
        losses.computeIfAbsent(cluster, absent -> new ArrayList<>()).add(when);
    }

    int memoryLosses(ClusterId cluster) {
        return losses.getOrDefault(cluster, List.of()).size();
    }

    boolean memoryLostBetween(ClusterId cluster, Instant from, Instant to) {
        return losses.getOrDefault(cluster, List.of()).stream()
                .anyMatch(when -> !when.isBefore(from) && !when.isAfter(to));
    }

    void deleted(long uid, Instant when) {
        deleted.put(uid, when);
    }

    boolean anyDeleted() {
        return !deleted.isEmpty();
    }

    boolean isDeleted(long uid) {
        return deleted.containsKey(uid);
    }
}
