package io.savepoint.flink.rest.fuzz;

import static io.savepoint.flink.rest.fuzz.BodyMutation.any;
import static io.savepoint.flink.rest.fuzz.Reply.join;
import static io.savepoint.flink.rest.fuzz.Reply.latin;

import io.savepoint.flink.rest.fuzz.Sent.Ending;
import io.savepoint.flink.rest.fuzz.Sent.Framing;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Breaks what HTTP adds to a body. The connection is closed behind it, so that nobody waits for more. */
enum WireMutation implements Mutation {
    RECHUNKED((reply, random) -> new Sent(
            join(chunked(reply).head(), chunks(reply.body(), random)), reply.body(), Ending.KEEP, Framing.SOUND)),
    BAD_CHUNKS((reply, random) -> {
        byte[] chunks = chunks(reply.body(), random);
        byte[] bad = switch (random.nextInt(4)) {
            case 0 -> BodyMutation.BYTES_CHANGED.change(chunks, random);
            case 1 -> Arrays.copyOf(chunks, random.nextInt(chunks.length));
            case 2 -> BodyMutation.CHUNK_DELETED.change(chunks, random);
            default ->
                join(
                        latin(any(
                                List.of(
                                        "ffffffff",
                                        "7fffffff",
                                        "fffffffff",
                                        "100000000",
                                        "-1",
                                        "",
                                        "zz",
                                        " 5",
                                        "0x5",
                                        "00000000000000000005",
                                        "5;" + "x".repeat(random.nextInt(5000))),
                                random)),
                        latin("\r\n"),
                        chunks);
        };
        return Sent.odd(reply, join(chunked(reply).head(), spins(bad) ? chunks : bad));
    }),
    STATUS((reply, random) -> Sent.odd(reply.withStatusLine("HTTP/1.1 "
                    + any(
                            List.of(
                                    100, 101, 102, 103, 199, 200, 201, 202, 203, 204, 205, 206, 226, 300, 301, 302, 303,
                                    304, 305, 307, 308, 400, 401, 403, 404, 405, 406, 407, 408, 409, 410, 411, 413, 414,
                                    421, 429, 431, 500, 501, 502, 503, 504, 505, 511, 599, 600, 999),
                            random)
                    + " Mutated")
            .with("location: /elsewhere"))),
    STATUS_LINE((reply, random) -> Sent.odd(reply.withStatusLine(any(
            List.of(
                    "HTTP/1.1 2000 OK",
                    "HTTP/1.1 20 OK",
                    "HTTP/1.1 -20 OK",
                    "HTTP/1.1 099 x",
                    "HTTP/1.1 200",
                    "HTTP/1.1",
                    "HTTP/1.0 200 OK",
                    "HTTP/2 200 OK",
                    "HTTP/1.1  200 OK",
                    "http/1.1 200 OK",
                    "ICY 200 OK",
                    "HTTP/1.1 2x0 OK",
                    "",
                    "HTTP/1.1 200 " + "x".repeat(random.nextInt(500_000))),
            random)))),
    LENGTH((reply, random) -> {
        int length = reply.body().length;
        List<String> wrong = List.of(
                "-1",
                "abc",
                "",
                "1e3",
                "0x10",
                "99999999999",
                "9223372036854775808",
                length + ", " + length,
                "+" + length,
                " 0" + length,
                "0");
        int more = 1 + random.nextInt(1000);
        if (random.nextInt(3) == 0) {
            return Sent.incomplete(
                    reply,
                    join(
                            reply.without("content-length")
                                    .with("content-length: " + (length + more))
                                    .head(),
                            reply.body()),
                    Ending.CLOSE);
        }
        String said = random.nextBoolean() ? any(wrong, random) : "" + random.nextInt(length + 1);
        return Sent.odd(
                reply,
                join(
                        reply.without("content-length")
                                .with("content-length: " + said)
                                .head(),
                        reply.body()));
    }),
    NO_LENGTH((reply, random) -> Sent.odd(reply.without("content-length"))),
    CONFLICTING_LENGTHS((reply, random) -> {
        Reply both = random.nextBoolean()
                ? reply.with("content-length: " + random.nextInt(2000))
                : reply.with("transfer-encoding: chunked");
        return Sent.odd(reply, join(both.head(), random.nextBoolean() ? reply.body() : chunks(reply.body(), random)));
    }),
    CONTENT_TYPE((reply, random) -> Sent.odd(reply.without("content-type")
            .with("content-type: "
                    + any(
                            List.of(
                                    "text/html",
                                    "text/plain; charset=utf-8",
                                    "application/octet-stream",
                                    "",
                                    ";",
                                    "application/xml",
                                    "APPLICATION/JSON",
                                    "application/json; charset=UTF-16",
                                    "image/png",
                                    "é",
                                    "application/" + "x".repeat(9000)),
                            random)))),
    CLAIMS_AN_ENCODING((reply, random) -> Sent.odd(reply.with(any(
            List.of(
                    "content-encoding: gzip",
                    "content-encoding: br",
                    "transfer-encoding: gzip",
                    "transfer-encoding: gzip, chunked"),
            random)))),
    HUGE_HEADER((reply, random) -> Sent.odd(reply.with("x-padding: " + "p".repeat(random.nextInt(600_000))))),
    MANY_HEADERS((reply, random) -> {
        StringBuilder many = new StringBuilder("x-first: 1");
        for (int i = random.nextInt(20_000); i > 0; i--) {
            many.append("\r\nx-").append(i).append(": ").append(i);
        }
        return Sent.odd(reply.with(many.toString()));
    }),
    BAD_HEADER((reply, random) -> Sent.odd(reply.with(any(
            List.of(
                    "no colon",
                    ": no name",
                    "white space : x",
                    "x-nul: \0",
                    "x-bell: \007",
                    " folded",
                    "x\0y: z",
                    "ü: ü",
                    "x-cr: \rx",
                    "connection: close",
                    "connection: upgrade",
                    "upgrade: h2c",
                    "keep-alive: timeout=-1",
                    "trailer: x",
                    "www-authenticate: Basic",
                    "proxy-authenticate: Negotiate",
                    "set-cookie: ;;;=",
                    "content-type: text/html"),
            random)))),
    INFORMATIONAL((reply, random) -> Sent.odd(
            reply,
            join(
                    latin(("HTTP/1.1 " + any(List.of(100, 102, 103, 199, 101), random) + " Wait\r\nlink: </x>\r\n\r\n")
                            .repeat(1 + random.nextInt(random.nextInt(10) == 0 ? 1000 : 3))),
                    reply.bytes()))),
    GARBAGE_BEFORE((reply, random) -> Sent.odd(
            reply,
            join(
                    any(
                            List.of(
                                    latin("\r\n"),
                                    latin("\n\n\n"),
                                    latin("SSH-2.0-OpenSSH_9.0\r\n"),
                                    new byte[] {0x15, 3, 1, 0, 2, 2, 70},
                                    latin(" "),
                                    latin("\0\0\0"),
                                    random(random)),
                            random),
                    reply.bytes()))),
    ONLY_GARBAGE((reply, random) -> Sent.odd(reply, random(random))),
    WIRE_BITS_FLIPPED((reply, random) -> {
        byte[] head = reply.head();
        head[random.nextInt(head.length)] ^= (byte) (1 << random.nextInt(8));
        return Sent.odd(reply, join(head, reply.body()));
    }),
    DROPPED((reply, random) -> {
        byte[] whole = reply.bytes();
        return Sent.incomplete(reply, Arrays.copyOf(whole, random.nextInt(whole.length)), Ending.CLOSE);
    }),
    RESET((reply, random) -> {
        byte[] whole = reply.bytes();
        return Sent.incomplete(reply, Arrays.copyOf(whole, random.nextInt(whole.length)), Ending.RESET);
    }),
    TWO_ANSWERS((reply, random) -> {
        Reply foreign = reply.withBody(
                latin("{\"jobs\":[],\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"location\":\"smuggled\"},"
                        + "\"request-id\":\"" + "0".repeat(32)
                        + "\",\"flink-version\":\"smuggled\",\"filename\":\"/smuggled\","
                        + "\"history\":[]}"));
        return new Sent(join(reply.bytes(), foreign.bytes()), reply.body(), Ending.KEEP, Framing.ODD);
    });

    private static final Pattern SIZE = Pattern.compile("(\\p{XDigit}+)[^\\r]*\r\n");

    /** Makes what is sent. */
    private interface Change {
        Sent change(Reply reply, RandomGenerator random);
    }

    private final Change change;

    WireMutation(Change change) {
        this.change = change;
    }

    @Override
    public Sent send(Reply reply, RandomGenerator random) {
        return change.change(reply, random);
    }

    /**
     * Whether there is a chunk that the JDK's client (of 17 as of 25) never ends to read: its size, cut to an int, is
     * negative, and the thread that finds it so looks at it for ever. Nobody who uses that client can prevent it. This
     * reads the sizes as it does: it skips two bytes behind a chunk, whatever they are, and refuses a size of -1.
     */
    private static boolean spins(byte[] chunks) {
        String text = new String(chunks, StandardCharsets.ISO_8859_1);
        Matcher size = SIZE.matcher(text);
        for (int at = 0; at < text.length() && size.find(at) && size.start() == at; ) {
            int length = 0;
            for (char digit : size.group(1).toCharArray()) {
                length = length * 16 + Character.digit(digit, 16);
            }
            if (length <= 0) {
                return length < -1;
            }
            at = (int) Math.min(text.length(), 2L + size.end() + length);
        }
        return false;
    }

    private static Reply chunked(Reply reply) {
        return reply.without("content-length").with("transfer-encoding: chunked");
    }

    private static byte[] chunks(byte[] body, RandomGenerator random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int longest = 1 + random.nextInt(Math.max(1, body.length));
        String extension = random.nextInt(4) == 0 ? ";ext=" + "e".repeat(random.nextInt(20)) : "";
        for (int at = 0; at < body.length; ) {
            int length = Math.min(1 + random.nextInt(longest), body.length - at);
            out.writeBytes(latin(Integer.toHexString(length) + extension + "\r\n"));
            out.write(body, at, length);
            out.writeBytes(latin("\r\n"));
            at += length;
        }
        out.writeBytes(latin("0\r\n\r\n"));
        return out.toByteArray();
    }

    private static byte[] random(RandomGenerator random) {
        byte[] bytes = new byte[random.nextInt(5000)];
        random.nextBytes(bytes);
        return bytes;
    }
}
