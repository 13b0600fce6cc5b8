package io.savepoint.flink.rest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** A map of bounded size that forgets what was not asked for the longest. Safe for use by any number of threads. */
final class RecentMap<K, V> {
    private final Map<K, V> entries;

    RecentMap(int most) {
        entries = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > most;
            }
        };
    }

    synchronized Optional<V> get(K key) {
        return Optional.ofNullable(entries.get(key));
    }

    synchronized void put(K key, V value) {
        entries.put(key, value);
    }

    /** Gives what there is, or puts there what {@code absent} makes; that must not take long. */
    synchronized V getOrPut(K key, Supplier<V> absent) {
        return entries.computeIfAbsent(key, unused -> absent.get());
    }

    synchronized void remove(K key) {
        entries.remove(key);
    }

    synchronized void remove(K key, V value) {
        entries.remove(key, value);
    }

    /** Removes what the condition holds for, and gives it; the condition must not take long. */
    synchronized List<V> removeAll(Predicate<K> condition) {
        List<V> removed = new ArrayList<>();
        entries.entrySet().removeIf(entry -> condition.test(entry.getKey()) && removed.add(entry.getValue()));
        return removed;
    }
}
