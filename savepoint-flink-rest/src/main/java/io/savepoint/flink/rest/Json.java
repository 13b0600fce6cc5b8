package io.savepoint.flink.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** Reads the wanted fields of an answer, passing over all others without keeping them, and writes requests. */
final class Json {
    private static final int DEEPEST = 64;
    /** Enough for some 25,000 checkpoints in a history, which has 10 by default. */
    private static final int MOST_VALUES = 250_000;

    private static final int MOST_BUFFERS = 16;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            // Not by thread: those that read answers may be there for one each.
            .recyclerPool(JsonRecyclerPools.newBoundedPool(MOST_BUFFERS))
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
        return objectUnless(parser, wanted, (name, value) -> false).orElseThrow();
    }

    /** The same, but passes over the rest of an object as soon as one of the wanted fields tells that it is of no use. */
    static Optional<JsonObject> objectUnless(
            JsonParser parser, Set<String> wanted, BiPredicate<String, Object> isOfNoUse) throws IOException {
        return new Reader(parser, wanted).object(isOfNoUse);
    }

    /** Keeps what is wanted: a bounded number of values, as many small ones take much more memory than their text. */
    private static final class Reader {
        private final JsonParser parser;
        private final Set<String> wanted;
        private int kept;

        Reader(JsonParser parser, Set<String> wanted) {
            this.parser = parser;
            this.wanted = wanted;
        }

        Optional<JsonObject> object(BiPredicate<String, Object> isOfNoUse) throws IOException {
            Map<String, Object> fields = new LinkedHashMap<>();
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                JsonToken token = parser.nextToken();
                if (!wanted.contains(name)) {
                    parser.skipChildren();
                } else if (fields.containsKey(name)) {
                    throw twice(name);
                } else {
                    Object value = value(token);
                    if (value != null && isOfNoUse.test(name, value)) {
                        passOver();
                        return Optional.empty();
                    }
                    fields.put(name, value);
                }
            }
            return Optional.of(new JsonObject(fields));
        }

        private void passOver() throws IOException {
            while (parser.nextFieldName() != null) {
                parser.nextToken();
                parser.skipChildren();
            }
        }

        private @Nullable Object value(@Nullable JsonToken token) throws IOException {
            if (token == null) {
                throw new WrongShapeException("it ends in the middle");
            }
            if (++kept > MOST_VALUES) {
                throw new WrongShapeException("it has more than " + MOST_VALUES + " values");
            }
            return switch (token) {
                case START_OBJECT -> object((name, value) -> false).orElseThrow();
                case START_ARRAY -> array();
                case VALUE_STRING -> parser.getText();
                case VALUE_NUMBER_INT -> parser.getLongValue();
                case VALUE_TRUE -> true;
                case VALUE_FALSE -> false;
                case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
                default -> null;
            };
        }

        private List<Object> array() throws IOException {
            List<Object> values = new ArrayList<>();
            for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
                Object value = value(token);
                if (value != null) {
                    values.add(value);
                }
            }
            return values;
        }
    }

    /** Which of the two is meant is anybody's guess, and a wrong guess may be a savepoint that is none. */
    static WrongShapeException twice(String name) {
        return new WrongShapeException("its field '" + name + "' is there twice");
    }

    /** Writes an object of strings, numbers, booleans, lists of strings and objects of strings. */
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
        } else if (value instanceof Map<?, ?> map) {
            generator.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                generator.writeStringField(
                        entry.getKey().toString(), entry.getValue().toString());
            }
            generator.writeEndObject();
        } else if (value instanceof Boolean bool) {
            generator.writeBoolean(bool);
        } else if (value instanceof Integer number) {
            generator.writeNumber(number);
        } else {
            generator.writeString(value.toString());
        }
    }
}
