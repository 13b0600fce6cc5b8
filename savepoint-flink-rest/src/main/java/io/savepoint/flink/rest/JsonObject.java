package io.savepoint.flink.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A JSON object whose fields are asked for by type. A field that is {@code null} is absent; one of another type is a
 * {@link WrongShapeException}.
 */
record JsonObject(Map<String, Object> fields) {
    private static final int LONGEST_TEXT = 8192;

    Optional<String> text(String name) {
        return value(name, String.class, "a string");
    }

    Optional<JsonObject> object(String name) {
        return value(name, JsonObject.class, "an object");
    }

    JsonObject requiredObject(String name) {
        return object(name).orElseThrow(() -> missing(name));
    }

    OptionalLong integer(String name) {
        return value(name, Long.class, "an integer").map(OptionalLong::of).orElseGet(OptionalLong::empty);
    }

    boolean flag(String name) {
        return value(name, Boolean.class, "a boolean").orElse(false);
    }

    <T> List<T> requiredList(String name, Class<T> type, String typeName) {
        List<T> items = new ArrayList<>();
        for (Object item : value(name, List.class, "an array").orElseThrow(() -> missing(name))) {
            items.add(cast(name, item, type, "an array of " + typeName));
        }
        return items;
    }

    /** A text that is kept, sent and told to users: readable, and of a length that no path or name exceeds. */
    String requiredText(String name) {
        String text = text(name).filter(it -> !it.isEmpty()).orElseThrow(() -> missing(name));
        if (!Trace.shorten(text, LONGEST_TEXT).equals(text)) {
            throw new WrongShapeException("its field '" + name + "' is longer than " + LONGEST_TEXT
                    + " characters, or has characters that cannot be read");
        }
        return text;
    }

    long requiredInteger(String name) {
        return integer(name).orElseThrow(() -> missing(name));
    }

    private <T> Optional<T> value(String name, Class<T> type, String typeName) {
        return Optional.ofNullable(fields.get(name)).map(value -> cast(name, value, type, typeName));
    }

    private static <T> T cast(String name, Object value, Class<T> type, String typeName) {
        if (!type.isInstance(value)) {
            throw new WrongShapeException("its field '" + name + "' is not " + typeName);
        }
        return type.cast(value);
    }

    private static WrongShapeException missing(String name) {
        return new WrongShapeException("its field '" + name + "' is missing");
    }
}
