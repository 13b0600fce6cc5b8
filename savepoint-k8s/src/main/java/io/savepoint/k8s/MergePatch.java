package io.savepoint.k8s;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON merge patches, <a href="https://www.rfc-editor.org/rfc/rfc7396">RFC 7396</a>, of objects as plain maps. */
final class MergePatch {
    private MergePatch() {}

    /**
     * Tells what turns one object into another: only what differs, with null for what is to be removed.
     *
     * @param before the object as it is; a null in it is the same as an absent field
     * @param after what it shall become; a null in it is the same as an absent field
     * @return the patch, empty if nothing differs
     */
    static Map<String, @Nullable Object> between(
            Map<String, ? extends @Nullable Object> before, Map<String, ? extends @Nullable Object> after) {
        Map<String, @Nullable Object> patch = new LinkedHashMap<>();
        before.forEach((key, old) -> {
            // A null that somebody keeps there is not ours to remove.
            if (old != null && after.get(key) == null) {
                patch.put(key, null);
            }
        });
        after.forEach((key, value) -> {
            Object old = before.get(key);
            if (value == null || isSame(old, value)) {
                return;
            }
            if (old instanceof Map && value instanceof Map) {
                Map<String, @Nullable Object> nested = between(object(old), object(value));
                if (!nested.isEmpty()) {
                    patch.put(key, nested);
                }
            } else {
                patch.put(key, value);
            }
        });
        return patch;
    }

    /** JSON does not tell which Java type a number has: a parser takes the smallest one. */
    private static boolean isSame(@Nullable Object old, Object value) {
        if (old instanceof Number was && value instanceof Number is && isWhole(was) && isWhole(is)) {
            return was.longValue() == is.longValue();
        }
        return value.equals(old);
    }

    private static boolean isWhole(Number number) {
        return number instanceof Integer || number instanceof Long;
    }

    /** A JSON object has no keys but strings. */
    @SuppressWarnings("unchecked")
    private static Map<String, @Nullable Object> object(Object value) {
        return (Map<String, @Nullable Object>) value;
    }
}
