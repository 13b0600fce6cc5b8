package io.savepoint.flink.rest.fuzz;

import io.savepoint.flink.rest.Recording;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** An HTTP answer in its parts: the status line, the headers, each with its name, and the body. */
record Reply(String statusLine, List<String> headers, byte[] body) {
    static Reply of(Recording.Exchange recorded) {
        return new Reply(
                "HTTP/1.1 " + recorded.status() + " Recorded",
                List.of(
                        "content-type: " + recorded.contentType(),
                        "access-control-allow-origin: *",
                        "connection: keep-alive",
                        "content-length: " + recorded.body().getBytes(StandardCharsets.UTF_8).length),
                recorded.body().getBytes(StandardCharsets.UTF_8));
    }

    Reply withStatusLine(String next) {
        return new Reply(next, headers, body);
    }

    /** With this body and its length. */
    Reply withBody(byte[] next) {
        return new Reply(statusLine, headers, next).without("content-length").with("content-length: " + next.length);
    }

    Reply with(String header) {
        List<String> more = new ArrayList<>(headers);
        more.add(header);
        return new Reply(statusLine, more, body);
    }

    Reply without(String name) {
        return new Reply(
                statusLine,
                headers.stream().filter(it -> !it.startsWith(name + ":")).toList(),
                body);
    }

    byte[] head() {
        return (statusLine + "\r\n" + String.join("\r\n", headers) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    byte[] bytes() {
        return join(head(), body);
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
