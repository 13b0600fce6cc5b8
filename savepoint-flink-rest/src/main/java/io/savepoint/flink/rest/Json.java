package io.savepoint.flink.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the wanted fields of an answer, passing over all others without keeping them, and writes requests. */
final class Json {
    private static final int DEEPEST = 64;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
            .build();

    private Json() {}

    static JsonParser parser(byte[] body) throws IOException {
        return FACTORY.createParser(body);
    }

    /**
     * Reads a document that is one object.
     *
     * @param wanted the names of the fields to keep, at whatever depth
     */
    static JsonObject read(byte[] body, Set<String> wanted) throws IOException {
        try (JsonParser parser = parser(body)) {
            requireObject(parser.nextToken());
            JsonObject object = object(parser, wanted);
            requireEnd(parser);
            return object;
        }
    }

    static void requireObject(@Nullable JsonToken token) {
        if (token != JsonToken.START_OBJECT) {
            throw new WrongShapeException(token == null ? "it is empty" : "it is not a JSON object");
        }
    }

    static void requireEnd(JsonParser parser) throws IOException {
        if (parser.nextToken() != null) {
            throw new WrongShapeException("something follows the JSON object");
        }
    }

    /** Reads the object that the parser is at the beginning of. */
    static JsonObject object(JsonParser parser, Set<String> wanted) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken token = parser.nextToken();
            if (wanted.contains(name)) {
                Object value = value(parser, token, wanted);
                if (value != null) {
                    fields.put(name, value);
                }
            } else {
                parser.skipChildren();
            }
        }
        return new JsonObject(fields);
    }

    private static @Nullable Object value(JsonParser parser, @Nullable JsonToken token, Set<String> wanted)
            throws IOException {
        if (token == null) {
            throw new WrongShapeException("it ends in the middle");
        }
        return switch (token) {
            case START_OBJECT -> object(parser, wanted);
            case START_ARRAY -> array(parser, wanted);
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            default -> null;
        };
    }

    private static List<Object> array(JsonParser parser, Set<String> wanted) throws IOException {
        List<Object> values = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            Object value = value(parser, token, wanted);
            if (value != null) {
                values.add(value);
            }
        }
        return values;
    }

    /** Writes an object of strings, numbers, booleans and lists of strings. */
    static byte[] write(Map<String, Object> fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator generator = FACTORY.createGenerator(out)) {
            generator.writeStartObject();
            for (Map.Entry<String, Object> field : fields.entrySet()) {
                generator.writeFieldName(field.getKey());
                writeValue(generator, field.getValue());
            }
            generator.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    private static void writeValue(JsonGenerator generator, Object value) throws IOException {
        if (value instanceof List<?> list) {
            generator.writeStartArray();
            for (Object item : list) {
                generator.writeString(item.toString());
            }
            generator.writeEndArray();
        } else if (value instanceof Boolean bool) {
            generator.writeBoolean(bool);
        } else if (value instanceof Integer number) {
            generator.writeNumber(number);
        } else {
            generator.writeString(value.toString());
        }
    }
}
