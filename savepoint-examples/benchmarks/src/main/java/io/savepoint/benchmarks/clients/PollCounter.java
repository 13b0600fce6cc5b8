package io.savepoint.benchmarks.clients;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between a client and a JobManager and counts what the client asks. */
final class PollCounter implements AutoCloseable {
    private static final int BACKLOG = 50;
    private static final String LENGTH = "content-length:";

    private final URI target;
    private final ServerSocket server = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    private final AtomicInteger polls = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();

    PollCounter(URI target) throws IOException {
        this.target = target;
        start(this::accept);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** How often the state of a savepoint was asked for. */
    int polls() {
        return polls.get();
    }

    int requests() {
        return requests.get();
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException closed) {
                        // By either end.
                    }
                },
                "poll-counter");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = server.accept();
            Socket flink = new Socket(target.getHost(), target.getPort());
            client.setTcpNoDelay(true);
            flink.setTcpNoDelay(true);
            start(() -> {
                try (client;
                        flink) {
                    forwardRequests(client.getInputStream(), flink.getOutputStream());
                }
            });
            start(() -> {
                try (client;
                        flink) {
                    flink.getInputStream().transferTo(client.getOutputStream());
                }
            });
        }
    }

    private void forwardRequests(InputStream from, OutputStream to) throws IOException {
        BufferedInputStream in = new BufferedInputStream(from);
        while (true) {
            ByteArrayOutputStream request = new ByteArrayOutputStream();
            String line = readLine(in, request);
            requests.incrementAndGet();
            polls.addAndGet(line.matches("GET \\S*/savepoints/\\S+ .*") ? 1 : 0);
            int length = 0;
            while (!line.isEmpty()) {
                line = readLine(in, request);
                if (line.toLowerCase(Locale.ROOT).startsWith(LENGTH)) {
                    length = Integer.parseInt(line.substring(LENGTH.length()).strip());
                }
            }
            request.write(in.readNBytes(length));
            to.write(request.toByteArray());
        }
    }

    private static String readLine(InputStream in, ByteArrayOutputStream copy) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("closed");
            }
            line.write(next);
        }
        line.write('\n');
        copy.write(line.toByteArray());
        return line.toString(StandardCharsets.US_ASCII).strip();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
