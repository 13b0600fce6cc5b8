package io.savepoint.flink.rest.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server sends for a request.
 *
 * @param bytes what comes first
 * @param body the reply's body, whatever became of it on its way into the bytes
 * @param ending what follows
 * @param framing what HTTP makes of it
 */
record Sent(byte[] bytes, byte[] body, Ending ending, Framing framing) {
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");

    enum Framing {
        /** A whole answer, and all of it is the reply's: body, type and status are what the client gets. */
        SOUND,
        /** It ends in the middle, or never: whoever takes it for an answer is wrong. */
        INCOMPLETE,
        /** That is open. */
        ODD
    }

    /** What a server does after its bytes. */
    interface Ending {
        /** The connection waits for the next request. */
        Ending KEEP = (connection, in, out) -> true;
        /** The connection is closed in order. */
        Ending CLOSE = (connection, in, out) -> false;
        /** The connection is reset: what the client has not read is lost. */
        Ending RESET = (connection, in, out) -> {
            connection.setSoLinger(true, 0);
            return false;
        };

        /** Goes on; tells whether the connection is still good. */
        boolean after(Socket connection, InputStream in, OutputStream out) throws IOException, InterruptedException;
    }

    /** The status, behind those that only inform, if the answer begins with a line that has one. */
    OptionalInt status() {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        Matcher line = STATUS_LINE.matcher(text);
        int at = 0;
        while (line.find(at) && line.start() == at) {
            int status = Integer.parseInt(line.group(1));
            int end = text.indexOf("\r\n\r\n", at);
            if (status >= 200 || end < 0) {
                return OptionalInt.of(status);
            }
            at = end + 4;
        }
        return OptionalInt.empty();
    }

    static Sent sound(Reply reply) {
        return new Sent(reply.bytes(), reply.body(), Ending.KEEP, Framing.SOUND);
    }

    static Sent odd(Reply reply) {
        return odd(reply, reply.bytes());
    }

    static Sent odd(Reply reply, byte[] bytes) {
        return new Sent(bytes, reply.body(), Ending.CLOSE, Framing.ODD);
    }

    static Sent incomplete(Reply reply, byte[] bytes, Ending ending) {
        return new Sent(bytes, reply.body(), ending, Framing.INCOMPLETE);
    }
}
