package io.savepoint.k8s;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** JSON merge patches, <a href="https://www.rfc-editor.org/rfc/rfc7396">RFC 7396</a>, of objects as plain maps. */
final class MergePatch {
    private MergePatch() {}

    /**
     * Tells what turns one object into another: only what differs, with null for what is to be removed.
     *
     * @param before the object as it is
     * @param after what it shall become; a null in it is the same as an absent field
     * @return the patch, empty if nothing differs
     */
    static Map<String, @Nullable Object> between(
            Map<String, ? extends @Nullable Object> before, Map<String, ? extends @Nullable Object> after) {
        Map<String, @Nullable Object> patch = new LinkedHashMap<>();
        before.keySet().stream().filter(key -> after.get(key) == null).forEach(key -> patch.put(key, null));
        after.forEach((key, value) -> {
            Object old = before.get(key);
            if (value == null || Objects.equals(old, value)) {
                return;
            }
            boolean bothObjects = old instanceof Map && value instanceof Map;
            patch.put(key, bothObjects ? between(object(old), object(value)) : value);
        });
        return patch;
    }

    /** A JSON object has no keys but strings. */
    @SuppressWarnings("unchecked")
    private static Map<String, @Nullable Object> object(@Nullable Object value) {
        return (Map<String, @Nullable Object>) Objects.requireNonNull(value);
    }
}
