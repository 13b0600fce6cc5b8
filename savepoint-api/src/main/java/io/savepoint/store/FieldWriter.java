package io.savepoint.store;

import io.savepoint.model.Labeled;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the fields of one JSON object, in order; what is empty is not written. */
final class FieldWriter {
    private final Map<String, Object> fields = new LinkedHashMap<>();
    private final ChronoUnit precision;

    /** @param precision what times are cut to */
    FieldWriter(ChronoUnit precision) {
        this.precision = precision;
    }

    FieldWriter put(String key, Object value) {
        Object plain = plain(value);
        if (plain != null) {
            fields.put(key, plain);
        }
        return this;
    }

    Map<String, Object> done() {
        return fields;
    }

    /**
     * Puts our fields into an object that others keep fields in, too.
     *
     * @param existing the object as it is; not changed
     * @param ours the fields that are to be set
     * @param owned our fields: those not in {@code ours} are removed; all others stay
     * @return a new object
     */
    static Map<String, @Nullable Object> merge(
            Map<?, ?> existing, Map<String, ? extends @Nullable Object> ours, Owned owned) {
        Map<String, @Nullable Object> result = new LinkedHashMap<>();
        existing.forEach((key, value) -> result.put(String.valueOf(key), value));
        owned.keys().forEach((key, nested) -> {
            Object value = nested.isValue() ? ours.get(key) : mergeNested(result.get(key), ours.get(key), nested);
            if (value == null) {
                result.remove(key);
            } else {
                result.put(key, value);
            }
        });
        return result;
    }

    private static @Nullable Object mergeNested(@Nullable Object existing, @Nullable Object ours, Owned owned) {
        Map<?, ?> base = existing instanceof Map<?, ?> object ? object : Map.of();
        Map<String, Object> mine = new LinkedHashMap<>();
        if (ours instanceof Map<?, ?> object) {
            object.forEach((key, value) -> mine.put(String.valueOf(key), value));
        }
        Map<String, @Nullable Object> merged = merge(base, mine, owned);
        return merged.isEmpty() ? null : merged;
    }

    private @Nullable Object plain(Object value) {
        if (value instanceof Optional<?> optional) {
            return optional.isPresent() ? plain(optional.get()) : null;
        }
        if (value instanceof OptionalLong optional) {
            return optional.isPresent() ? optional.getAsLong() : null;
        }
        if (value instanceof OptionalInt optional) {
            return optional.isPresent() ? optional.getAsInt() : null;
        }
        if (value instanceof Collection<?> items) {
            return items.isEmpty() ? null : items;
        }
        if (value instanceof Map<?, ?> object) {
            return object.isEmpty() ? null : object;
        }
        if (value instanceof Instant time) {
            return time.truncatedTo(precision).toString();
        }
        if (value instanceof Labeled constant) {
            return constant.label();
        }
        return value instanceof Number || value instanceof Boolean ? value : value.toString();
    }

    /**
     * Which fields of an object are ours.
     *
     * @param keys our fields, with those of ours inside each; a field with none inside is ours whole
     */
    record Owned(Map<String, Owned> keys) {
        static Owned values(String... keys) {
            Map<String, Owned> owned = new LinkedHashMap<>();
            for (String key : keys) {
                owned.put(key, new Owned(Map.of()));
            }
            return new Owned(owned);
        }

        Owned with(String key, Owned nested) {
            Map<String, Owned> owned = new LinkedHashMap<>(keys);
            owned.put(key, nested);
            return new Owned(owned);
        }

        boolean isValue() {
            return keys.isEmpty();
        }

        Set<String> names() {
            return keys.keySet();
        }
    }
}
