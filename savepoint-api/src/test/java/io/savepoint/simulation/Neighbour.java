package io.savepoint.simulation;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Another program that keeps fields of its own in the documents of a cluster, beside and among those of the manager. */
final class Neighbour {
    private static final String FIELD = "neighbour";

    private Neighbour() {}

    /** Writes into an object and every object in it. */
    static Map<String, Object> write(Map<String, Object> document, int value) {
        Map<String, Object> changed = new LinkedHashMap<>(document);
        changed.replaceAll((key, field) -> field instanceof Map<?, ?> object && !key.equals("savepointManager")
                ? write(asObject(object), value)
                : field);
        changed.put(FIELD + value % 3, Map.of("value", value));
        return changed;
    }

    /** All that the neighbour wrote, by path. */
    static Map<String, Object> fieldsOf(Map<String, Object> document) {
        Map<String, Object> found = new TreeMap<>();
        collect("", document, found);
        return found;
    }

    private static void collect(String path, Map<String, Object> object, Map<String, Object> found) {
        object.forEach((key, value) -> {
            if (key.startsWith(FIELD)) {
                found.put(path + key, value);
            } else if (value instanceof Map<?, ?> inner && !key.equals("savepointManager")) {
                collect(path + key + ".", asObject(inner), found);
            }
        });
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> asObject(Map<?, ?> object) {
        return (Map<String, Object>) object;
    }
}
