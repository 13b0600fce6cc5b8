package io.savepoint.flink.rest;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server that answers as no HTTP server would: what it sends is up to the test, byte by byte. */
final class RawServer implements AutoCloseable {
    /** What a connection gets for its request. */
    interface Behaviour {
        void answer(Socket connection, OutputStream out) throws Exception;
    }

    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)\r\n");

    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicReference<Behaviour> behaviour = new AtomicReference<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicReference<CountDownLatch> dropped = new AtomicReference<>(new CountDownLatch(1));

    RawServer() throws IOException {
        threads.execute(() -> {
            while (!socket.isClosed()) {
                try {
                    Socket connection = socket.accept();
                    threads.execute(() -> serve(connection));
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    private void serve(Socket connection) {
        try (connection) {
            while (readRequest(connection.getInputStream())) {
                requests.incrementAndGet();
                behaviour.get().answer(connection, connection.getOutputStream());
            }
        } catch (Exception e) {
            dropped.get().countDown();
        }
    }

    /** Reads a request to the end of its body; false at the end of the connection. */
    private static boolean readRequest(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        int last = 0;
        for (int b = in.read(); b >= 0; b = in.read()) {
            head.append((char) b);
            last = (last << 8) | b;
            if (last == 0x0d0a0d0a) {
                Matcher length = LENGTH.matcher(head);
                in.skipNBytes(length.find() ? Long.parseLong(length.group(1)) : 0);
                return true;
            }
        }
        return false;
    }

    RawServer behave(Behaviour next) {
        requests.set(0);
        dropped.set(new CountDownLatch(1));
        behaviour.set(next);
        return this;
    }

    /** A whole answer with this body. */
    static Behaviour json(String body) {
        return (connection, out) -> send(out, 200, "application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    static void send(OutputStream out, int status, String contentType, byte[] body) throws IOException {
        write(
                out,
                "HTTP/1.1 " + status + " x\r\nContent-Type: " + contentType + "\r\nContent-Length: " + body.length
                        + "\r\n\r\n");
        out.write(body);
        out.flush();
    }

    static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    /** Waits until the client has given up the connection that it was sent something on. */
    boolean awaitDropped() throws InterruptedException {
        return dropped.get().await(60, TimeUnit.SECONDS);
    }

    /** How many requests came since the server was told how to behave. */
    int requests() {
        return requests.get();
    }

    String url() {
        return "http://127.0.0.1:" + socket.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        threads.shutdownNow();
    }
}
