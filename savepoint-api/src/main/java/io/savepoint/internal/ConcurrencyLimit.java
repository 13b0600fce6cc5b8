package io.savepoint.internal;

import io.savepoint.model.ClusterId;
import io.savepoint.model.Operation;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How many savepoints may be under way at once, as far as this process knows; further ones wait in line. Stops are not
 * held up and not counted. Safe for use by any number of threads.
 */
public final class ConcurrencyLimit {
    /** Who has not asked for so long does not wait any more. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final int most;
    private final int mostInDirectory;
    private final Map<ClusterId, String> underWay = new HashMap<>();
    private final Map<ClusterId, Waiting> line = new LinkedHashMap<>();

    private record Waiting(String directory, Instant asked) {}

    /**
     * Makes a limit.
     *
     * @param most how many at once in all
     * @param mostInDirectory how many at once into one directory
     */
    public ConcurrencyLimit(int most, int mostInDirectory) {
        this.most = most;
        this.mostInDirectory = mostInDirectory;
    }

    /** Takes note of what is recorded of a cluster, if anything. */
    synchronized void recorded(ClusterId cluster, Optional<Operation> operation) {
        Optional<Operation> counted = operation.filter(inFlight -> inFlight.kind() == Operation.Kind.SAVEPOINT);
        if (counted.isPresent()) {
            underWay.put(cluster, directory(counted.get()));
        } else {
            underWay.remove(cluster);
        }
    }

    /** Takes note that a cluster wants no savepoint now. */
    synchronized void leave(ClusterId cluster) {
        line.remove(cluster);
    }

    /**
     * Asks for a place for a savepoint that is about to be begun; without one the cluster waits in line.
     *
     * @return whether it has one
     */
    synchronized boolean enter(ClusterId cluster, Operation operation, Instant now) {
        line.values()
                .removeIf(
                        waiting -> Duration.between(waiting.asked(), now).abs().compareTo(PATIENCE) > 0);
        line.put(cluster, new Waiting(directory(operation), now));
        boolean entered = isItsTurn(cluster);
        if (entered) {
            line.remove(cluster);
            underWay.put(cluster, directory(operation));
        }
        return entered;
    }

    private boolean isItsTurn(ClusterId cluster) {
        int free = most - underWay.size();
        Map<String, Integer> inDirectory = new HashMap<>();
        underWay.values().forEach(directory -> inDirectory.merge(directory, 1, Integer::sum));
        for (Map.Entry<ClusterId, Waiting> place : line.entrySet()) {
            String directory = place.getValue().directory();
            boolean fits = free > 0 && inDirectory.getOrDefault(directory, 0) < mostInDirectory;
            if (free <= 0 || place.getKey().equals(cluster)) {
                return fits;
            }
            if (fits) {
                free--;
                inDirectory.merge(directory, 1, Integer::sum);
            }
        }
        return false;
    }

    private static String directory(Operation operation) {
        String target = operation.targetDirectory().orElse("");
        return operation.ownDirectory() ? target.substring(0, target.lastIndexOf('/')) : target;
    }
}
