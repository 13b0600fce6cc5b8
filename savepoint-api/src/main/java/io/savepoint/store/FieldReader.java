package io.savepoint.store;

import io.savepoint.model.JobId;
import io.savepoint.model.Labeled;
import io.savepoint.model.SpecProblem;
import io.savepoint.model.TriggerId;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the fields of one JSON object; what is malformed is noted as a problem and taken as absent. */
final class FieldReader {
    private static final String HEX = "32 hexadecimal digits";
    private static final int SHOWN_CHARS = 80;
    private static final int LONG_DIGITS = 19;

    private final Map<?, ?> fields;
    private final String prefix;
    private final List<SpecProblem> problems;

    private FieldReader(Map<?, ?> fields, String prefix, List<SpecProblem> problems) {
        this.fields = fields;
        this.prefix = prefix;
        this.problems = problems;
    }

    /** @param path how messages name the object; empty names the fields alone */
    static FieldReader of(Map<?, ?> fields, String path, List<SpecProblem> problems) {
        return new FieldReader(fields, path.isEmpty() ? "" : path + ".", problems);
    }

    Optional<String> text(String key) {
        return parsed(key, () -> "a string", value -> value);
    }

    Optional<Instant> time(String key) {
        return parsed(key, () -> "an RFC 3339 time such as 2019-11-20T01:50:39Z", Times::parse);
    }

    Optional<JobId> jobId(String key) {
        return parsed(key, () -> HEX, JobId::of);
    }

    Optional<TriggerId> triggerId(String key) {
        return parsed(key, () -> HEX, TriggerId::of);
    }

    <E extends Enum<E> & Labeled> Optional<E> label(String key, Class<E> type) {
        return label(key, type, Map.of());
    }

    /** @param otherNames labels that were written in the past, and what they are called now */
    <E extends Enum<E> & Labeled> Optional<E> label(String key, Class<E> type, Map<String, String> otherNames) {
        return parsed(
                key,
                () -> oneOf(Arrays.stream(type.getEnumConstants()).map(Labeled::label)),
                value -> Labeled.find(type, otherNames.getOrDefault(value, value))
                        .orElseThrow(IllegalArgumentException::new));
    }

    <E extends Enum<E>> Optional<E> constant(String key, Class<E> type) {
        return parsed(
                key,
                () -> oneOf(Arrays.stream(type.getEnumConstants()).map(Enum::name)),
                value -> Enum.valueOf(type, value));
    }

    Optional<Boolean> bool(String key) {
        Object value = fields.get(key);
        if (value == null || value instanceof Boolean) {
            return Optional.ofNullable((Boolean) value);
        }
        malformed(key, "true or false", value);
        return Optional.empty();
    }

    OptionalLong whole(String key, long minimum) {
        return whole(key, minimum, Long.MAX_VALUE);
    }

    OptionalInt integer(String key, int minimum) {
        OptionalLong value = whole(key, minimum, Integer.MAX_VALUE);
        return value.isPresent() ? OptionalInt.of((int) value.getAsLong()) : OptionalInt.empty();
    }

    Optional<List<String>> texts(String key) {
        Object value = fields.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof List<?> items)) {
            malformed(key, "a list of strings", value);
            return Optional.empty();
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof String text) {
                texts.add(text);
            } else {
                malformed(key, key + "[" + i + "]", "a string", items.get(i));
                return Optional.empty();
            }
        }
        return Optional.of(texts);
    }

    Optional<FieldReader> object(String key) {
        Object value = fields.get(key);
        if (value instanceof Map<?, ?> object) {
            return Optional.of(new FieldReader(object, prefix + key + ".", problems));
        }
        if (value != null) {
            malformed(key, "an object", value);
        }
        return Optional.empty();
    }

    /** The objects of a list; what is no object is left out, and noted. */
    List<FieldReader> objects(String key) {
        Object value = fields.get(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> items)) {
            malformed(key, "a list of objects", value);
            return List.of();
        }
        List<FieldReader> objects = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            String place = key + "[" + i + "]";
            if (items.get(i) instanceof Map<?, ?> object) {
                objects.add(new FieldReader(object, prefix + place + ".", problems));
            } else {
                malformed(key, place, "an object", items.get(i));
            }
        }
        return objects;
    }

    /** The keys of the object that are strings, whatever is under them. */
    List<String> keys() {
        return fields.keySet().stream()
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .toList();
    }

    boolean hasAnyOf(Set<String> keys) {
        return keys.stream().anyMatch(key -> fields.get(key) != null);
    }

    /** Builds a model value; empty if a required field was missing, which is noted, or malformed, which was noted. */
    <T> Optional<T> build(Supplier<T> builder, String... required) {
        for (String key : required) {
            if (fields.get(key) == null) {
                problems.add(new SpecProblem(prefix + key, prefix + key + " is missing"));
            }
        }
        try {
            return Optional.of(builder.get());
        } catch (IllegalStateException e) { // Immutables: a required attribute is not set
            return Optional.empty();
        }
    }

    private OptionalLong whole(String key, long minimum, long maximum) {
        Object value = fields.get(key);
        if (value == null) {
            return OptionalLong.empty();
        }
        if (value instanceof Number number) {
            Optional<Long> exact = exact(number);
            if (exact.isPresent() && exact.get() >= minimum && exact.get() <= maximum) {
                return OptionalLong.of(exact.get());
            }
        }
        malformed(key, "a whole number from " + minimum + " to " + maximum, value);
        return OptionalLong.empty();
    }

    private static Optional<Long> exact(Number number) {
        try {
            BigDecimal decimal = new BigDecimal(number.toString());
            // A short text such as 1e999999999 would otherwise be expanded to all its digits.
            if ((long) decimal.precision() - decimal.scale() > LONG_DIGITS) {
                return Optional.empty();
            }
            return Optional.of(decimal.longValueExact());
        } catch (ArithmeticException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private <T> Optional<T> parsed(String key, Supplier<String> allowed, Function<String, T> parser) {
        Object value = fields.get(key);
        if (value instanceof String text) {
            try {
                return Optional.of(parser.apply(text));
            } catch (IllegalArgumentException | DateTimeException e) {
                malformed(key, allowed.get(), value);
            }
        } else if (value != null) {
            malformed(key, allowed.get(), value);
        }
        return Optional.empty();
    }

    private void malformed(String key, String allowed, @Nullable Object found) {
        malformed(key, key, allowed, found);
    }

    private void malformed(String key, String place, String allowed, @Nullable Object found) {
        String message = prefix + place + " must be " + allowed + ", was " + shown(found);
        problems.add(new SpecProblem(prefix + key, message));
    }

    private static String shown(@Nullable Object value) {
        if (value instanceof Map) {
            return "an object";
        }
        if (value instanceof List) {
            return "a list";
        }
        String text = String.valueOf(value);
        String cut = text.length() > SHOWN_CHARS ? text.substring(0, SHOWN_CHARS) + "..." : text;
        return value instanceof String ? "'" + cut + "'" : cut;
    }

    private static String oneOf(Stream<String> labels) {
        return labels.collect(Collectors.joining(", ", "one of ", ""));
    }
}
