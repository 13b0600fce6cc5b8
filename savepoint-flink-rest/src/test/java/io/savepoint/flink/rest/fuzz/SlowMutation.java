package io.savepoint.flink.rest.fuzz;

import static io.savepoint.flink.rest.fuzz.Reply.join;
import static io.savepoint.flink.rest.fuzz.Reply.latin;

import io.savepoint.flink.rest.fuzz.Sent.Ending;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Answers that have no end, or of which that is open: only the client can make one. */
enum SlowMutation implements Mutation {
    SILENT {
        @Override
        public Sent send(Reply reply, RandomGenerator random) {
            return Sent.incomplete(reply, new byte[0], SlowMutation::untilGivenUp);
        }
    },
    HALF_OPEN {
        @Override
        public Sent send(Reply reply, RandomGenerator random) {
            byte[] whole = reply.bytes();
            byte[] part = Arrays.copyOf(whole, random.nextInt(whole.length));
            return Sent.incomplete(reply, part, SlowMutation::untilGivenUp);
        }
    },
    ONE_BYTE_A_SECOND {
        @Override
        public Sent send(Reply reply, RandomGenerator random) {
            // It takes longer than anybody waits.
            byte[] whole =
                    reply.withBody(join(reply.body(), latin(" ".repeat(100)))).bytes();
            int at = random.nextInt(whole.length - 100);
            byte[] rest = Arrays.copyOfRange(whole, at, whole.length);
            return Sent.incomplete(reply, Arrays.copyOf(whole, at), (connection, in, out) -> drip(rest, out));
        }
    },
    ENDLESS_BODY {
        @Override
        public Sent send(Reply reply, RandomGenerator random) {
            Reply endless = reply.without("content-length");
            return Sent.incomplete(reply, endless.bytes(), repeat(latin(" ".repeat(8192))));
        }
    },
    ENDLESS_CHUNKS {
        @Override
        public Sent send(Reply reply, RandomGenerator random) {
            Reply endless = reply.without("content-length").with("transfer-encoding: chunked");
            return Sent.incomplete(
                    reply, endless.head(), repeat(latin(("1000\r\n" + " ".repeat(0x1000) + "\r\n").repeat(2))));
        }
    },
    ENDLESS_SMALL_CHUNKS {
        @Override
        public Sent send(Reply reply, RandomGenerator random) {
            Reply endless = reply.without("content-length").with("transfer-encoding: chunked");
            String extension = random.nextBoolean() ? "" : ";" + "e".repeat(random.nextInt(2000));
            return Sent.incomplete(reply, endless.head(), repeat(latin(("1" + extension + "\r\n \r\n").repeat(1000))));
        }
    },
    ENDLESS_HEADERS {
        @Override
        public Sent send(Reply reply, RandomGenerator random) {
            return Sent.incomplete(
                    reply, latin(reply.statusLine() + "\r\n"), repeat(latin("x-endless: true\r\n".repeat(500))));
        }
    },
    ENDLESS_STATUS_LINE {
        @Override
        public Sent send(Reply reply, RandomGenerator random) {
            return Sent.incomplete(reply, latin("HTTP/1.1 200 "), repeat(latin("O".repeat(8192))));
        }
    },
    /** An odd answer, behind which the connection is not closed. */
    LEFT_OPEN {
        @Override
        public Sent send(Reply reply, RandomGenerator random) {
            Sent sent = BodyMutation.any(ODD, random).send(reply, random);
            return sent.ending() == Ending.KEEP
                    ? sent
                    : new Sent(sent.bytes(), sent.body(), SlowMutation::untilGivenUp, sent.framing());
        }
    },
    ENDLESS_INFORMATION {
        @Override
        public Sent send(Reply reply, RandomGenerator random) {
            String status = "HTTP/1.1 " + (random.nextBoolean() ? 100 : 103) + " Wait\r\n\r\n";
            return Sent.incomplete(reply, new byte[0], repeat(latin(status.repeat(300))));
        }
    };

    /** Leaves the connection open; if another request comes, it is good. */
    private static boolean untilGivenUp(Socket connection, InputStream in, OutputStream out) throws IOException {
        in.mark(1);
        boolean asksAgain = in.read() >= 0;
        if (asksAgain) {
            in.reset();
        }
        return asksAgain;
    }

    /** Of which the oracle knows what they may be taken for, by what was sent alone. */
    private static final List<WireMutation> ODD = Stream.of(WireMutation.values())
            .filter(mutation -> mutation != WireMutation.BAD_CHUNKS)
            .toList();

    private static boolean drip(byte[] bytes, OutputStream out) throws IOException, InterruptedException {
        for (byte b : bytes) {
            out.write(b);
            out.flush();
            TimeUnit.SECONDS.sleep(1);
        }
        return false;
    }

    private static Ending repeat(byte[] bytes) {
        return (connection, in, out) -> {
            while (true) {
                out.write(bytes);
                out.flush();
            }
        };
    }
}
