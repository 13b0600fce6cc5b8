package io.savepoint.flink.rest.fuzz;

import static io.savepoint.flink.rest.fuzz.Reply.join;
import static io.savepoint.flink.rest.fuzz.Reply.latin;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Breaks the body, in an HTTP answer that is as it should be. */
enum BodyMutation implements Mutation {
    BITS_FLIPPED((body, random) -> {
        byte[] flipped = body.clone();
        for (int i = 1 + random.nextInt(4); i > 0 && flipped.length > 0; i--) {
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }),
    BYTES_CHANGED((body, random) -> {
        byte[] changed = body.clone();
        for (int i = 1 + random.nextInt(4); i > 0 && changed.length > 0; i--) {
            changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
        }
        return changed;
    }),
    CUT((body, random) -> Arrays.copyOf(body, random.nextInt(body.length + 1))),
    CHUNK_DOUBLED((body, random) -> {
        int begin = random.nextInt(body.length + 1);
        int end = begin + random.nextInt(body.length - begin + 1);
        return join(Arrays.copyOf(body, end), Arrays.copyOfRange(body, begin, body.length));
    }),
    CHUNK_DELETED((body, random) -> {
        int begin = random.nextInt(body.length + 1);
        int end = begin + Math.min(random.nextInt(200), body.length - begin);
        return join(Arrays.copyOf(body, begin), Arrays.copyOfRange(body, end, body.length));
    }),
    CHUNKS_SWAPPED((body, random) -> {
        int[] at = random.ints(3, 0, body.length + 1).sorted().toArray();
        return join(
                Arrays.copyOf(body, at[0]),
                Arrays.copyOfRange(body, at[1], at[2]),
                Arrays.copyOfRange(body, at[0], at[1]),
                Arrays.copyOfRange(body, at[2], body.length));
    }),
    INVALID_UTF8((body, random) -> {
        List<byte[]> wrong = List.of(
                new byte[] {(byte) 0xff},
                new byte[] {(byte) 0xc0, (byte) 0x80},
                new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
                new byte[] {(byte) 0xf5, (byte) 0x80, (byte) 0x80, (byte) 0x80},
                new byte[] {(byte) 0xe2, (byte) 0x82},
                new byte[] {(byte) 0x80});
        return inserted(body, any(wrong, random), random);
    }),
    BYTE_ORDER_MARK((body, random) -> random.nextInt(4) == 0
            ? inserted(body, new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf}, random)
            : join(new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf}, body)),
    OTHER_ENCODING((body, random) -> new String(body, StandardCharsets.UTF_8)
            .getBytes(Charset.forName(
                    any(List.of("UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32LE", "UTF-32BE", "IBM1047"), random)))),
    HTML_PAGE((body, random) -> latin("<!DOCTYPE html><html><head><title>Sign in</title></head><body>"
            + "<form action=\"/login\"></form>".repeat(random.nextInt(200)) + "</body></html>")),
    EMPTY((body, random) -> new byte[0]),
    SPACES((body, random) ->
            join(latin(" ".repeat(random.nextInt(20_000))), body, latin("\n".repeat(random.nextInt(9))))),
    TWICE((body, random) -> join(body, body)),

    WRONG_TYPE(ofJson((json, random) -> value(
            json,
            any(
                    List.of("true", "7", "-1", "1.5", "\"text\"", "[]", "{}", "[7]", "[{}]", "{\"id\":\"x\"}", "\"\""),
                    random),
            random))),
    NULL(ofJson((json, random) -> value(json, "null", random))),
    EMPTIED(ofJson((json, random) -> value(json, any(List.of("[]", "{}", "\"\""), random), random))),
    HUGE_NUMBER(ofJson((json, random) -> value(
            json,
            any(
                    List.of(
                            "9223372036854775807",
                            "-9223372036854775808",
                            "9223372036854775808",
                            "1e400",
                            "-1e-400",
                            "0.1e1000000000",
                            "9".repeat(1 + random.nextInt(3000)),
                            "1." + "0".repeat(random.nextInt(3000)),
                            "-0"),
                    random),
            random))),
    NOT_A_NUMBER(ofJson((json, random) -> value(
            json,
            any(List.of("NaN", "Infinity", "-Infinity", "0x1f", "007", "+1", ".5", "1.", "undefined", "'x'"), random),
            random))),
    DEEP(ofJson((json, random) -> {
        int depth = 1 + random.nextInt(random.nextInt(5) == 0 ? 100_000 : 100);
        boolean arrays = random.nextBoolean();
        String closing = random.nextBoolean() ? (arrays ? "]" : "}").repeat(depth) : "";
        return value(json, (arrays ? "[" : "{\"status\":").repeat(depth) + (arrays ? "" : "1") + closing, random);
    })),
    DUPLICATE_KEY(ofJson((json, random) -> {
        if (json.members().isEmpty()) {
            return json.replace(new JsonText.Span(0, 0), " ");
        }
        JsonText.Span member = any(json.members(), random);
        JsonText.Span other = any(json.values(), random);
        String name = json.of(member).substring(0, json.of(member).indexOf(':') + 1);
        boolean same = random.nextInt(3) == 0;
        return json.replace(member, json.of(member) + "," + (same ? json.of(member) : name + json.of(other)));
    })),
    KEY_RENAMED(ofJson((json, random) -> json.keys().isEmpty()
            ? "{}"
            : json.replace(
                    any(json.keys(), random),
                    any(List.of("\"\"", "\"x\"", "\"location\"", "\"ID\"", "\"id\\u0000\""), random)))),
    MEMBER_DELETED(ofJson((json, random) ->
            json.members().isEmpty() ? "{}" : json.replace(any(json.members(), random), "\"gone\":1"))),
    OTHER_WORD(ofJson((json, random) -> value(
            json,
            "\""
                    + any(
                            List.of(
                                    "COMPLETED",
                                    "IN_PROGRESS",
                                    "FAILED",
                                    "RUNNING",
                                    "CANCELED",
                                    "..",
                                    "/",
                                    "\\\\",
                                    "a/",
                                    "?",
                                    "%00",
                                    "0"),
                            random)
                    + "\"",
            random))),
    SURROGATES(ofJson((json, random) ->
            inString(json, any(List.of("\\ud800", "\\udc00", "\\udc00\\ud800", "\\ud83d\\ude00"), random), random))),
    CONTROL_CHARACTERS(ofJson((json, random) -> inString(
            json,
            any(List.of("\\u0000", "\\n", "\\r\\n", "\\u001b[31m", "\\u007f", "\\u0085", "\n", "\0"), random),
            random))),
    LONG_STRING(ofJson((json, random) ->
            inString(json, any(List.of("x", "é", "\\u00e9", "/", " "), random).repeat(size(random) / 2), random))),
    MANY_VALUES(ofJson((json, random) -> {
        String item = any(
                List.of("{}", "[]", "0", "\"\"", "null", "[{}]", "{\"status\":{}}", "{\"is_savepoint\":true}"), random);
        int times = size(random) / (item.length() + 1);
        return value(json, "[" + (item + ",").repeat(times) + item + "]", random);
    })),
    MANY_NAMES(ofJson((json, random) -> {
        StringBuilder names = new StringBuilder("{");
        for (int i = size(random) / 8; i > 0; i--) {
            names.append("\"").append(Integer.toString(random.nextInt(), 36)).append("\":0,");
        }
        return value(json, names.append("\"id\":1}").toString(), random);
    }));

    /** Changes bytes, whatever they are. */
    private interface OfBytes {
        byte[] change(byte[] body, RandomGenerator random);
    }

    /** Changes JSON at a place that matters to JSON. */
    private interface OfJson {
        String change(JsonText json, RandomGenerator random);
    }

    private final OfBytes change;

    BodyMutation(OfBytes change) {
        this.change = change;
    }

    private static OfBytes ofJson(OfJson change) {
        return (body, random) -> JsonText.parse(new String(body, StandardCharsets.UTF_8))
                .map(json -> change.change(json, random).getBytes(StandardCharsets.UTF_8))
                .orElseGet(() -> inserted(body, new byte[] {(byte) random.nextInt(256)}, random));
    }

    byte[] change(byte[] body, RandomGenerator random) {
        return change.change(body, random);
    }

    @Override
    public Sent send(Reply reply, RandomGenerator random) {
        byte[] body = change(reply.body(), random);
        if (random.nextInt(4) == 0) {
            body = any(List.of(values()), random).change(body, random);
        }
        return Sent.sound(reply.withBody(body));
    }

    private static byte[] inserted(byte[] body, byte[] more, RandomGenerator random) {
        int at = random.nextInt(body.length + 1);
        return join(Arrays.copyOf(body, at), more, Arrays.copyOfRange(body, at, body.length));
    }

    private static String value(JsonText json, String by, RandomGenerator random) {
        return json.replace(any(json.values(), random), by);
    }

    private static String inString(JsonText json, String more, RandomGenerator random) {
        List<JsonText.Span> strings = json.values().stream()
                .filter(span -> json.of(span).startsWith("\""))
                .toList();
        if (strings.isEmpty()) {
            return value(json, "\"" + more + "\"", random);
        }
        JsonText.Span string = any(strings, random);
        // At the quotes, where no escape is torn apart.
        int at = random.nextBoolean() ? string.begin() + 1 : string.end() - 1;
        return json.replace(new JsonText.Span(at, at), more);
    }

    /** Mostly small, and now and then around what is read of an answer at most. */
    static int size(RandomGenerator random) {
        return random.nextInt(100) == 0 ? random.nextInt(3 * Fuzzer.MOST_BYTES / 2) : random.nextInt(20_000);
    }

    static <T> T any(List<T> items, RandomGenerator random) {
        return items.get(random.nextInt(items.size()));
    }
}
