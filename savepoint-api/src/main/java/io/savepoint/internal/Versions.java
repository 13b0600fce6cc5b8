package io.savepoint.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Tells copies of a cluster's state that are known to be old, without knowing how versions are ordered: when a
 * compare-and-set succeeds, every version seen before it is one of the past. Not safe for use by several threads.
 */
final class Versions {
    private static final int MOST = 16;

    private final Deque<String> past = new ArrayDeque<>(1);
    private final Deque<String> seen = new ArrayDeque<>(1);
    private Optional<String> written = Optional.empty();

    /** Takes note of a loaded version and tells whether it is one of the past. */
    boolean isSuperseded(String loaded) {
        if (past.contains(loaded)) {
            return true;
        }
        if (!written.equals(Optional.of(loaded)) && !seen.contains(loaded)) {
            add(seen, loaded);
        }
        return false;
    }

    void wrote(String version) {
        written.ifPresent(before -> add(past, before));
        seen.forEach(before -> add(past, before));
        seen.clear();
        written = Optional.of(version);
    }

    private static void add(Deque<String> versions, String version) {
        versions.addLast(version);
        if (versions.size() > MOST) {
            versions.removeFirst();
        }
    }
}
