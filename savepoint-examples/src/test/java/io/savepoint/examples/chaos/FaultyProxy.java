package io.savepoint.examples.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands between the managers and Flink's REST port, on a port that stays the same, and breaks a connection when it is
 * told to. It knows which ids Flink was asked to act under.
 */
final class FaultyProxy implements AutoCloseable {
    private static final int BUFFER = 64 * 1024;
    private static final Pattern ID = Pattern.compile("\"(?:triggerId|jobId)\"\\s*:\\s*\"([0-9a-f]{32})\"");

    /** What becomes of a request. */
    enum Fault {
        /** Flink never sees it. */
        CUT_BEFORE,
        /** Flink has done it, and its answer is lost. */
        CUT_AFTER,
        /** The answer comes late. */
        DELAY,
        /** The connection ends within the answer. */
        HALF_ANSWER
    }

    private record Armed(Fault fault, boolean changesOnly, long delayMillis) {}

    private final InetSocketAddress target;
    private final Set<String> askedIds = ConcurrentHashMap.newKeySet();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Armed> armed = new AtomicReference<>();
    private final AtomicInteger broken = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final int port;
    private volatile ServerSocket listener;

    FaultyProxy(URI flink) throws IOException {
        target = new InetSocketAddress(flink.getHost(), flink.getPort());
        listener = listen(0);
        port = listener.getLocalPort();
        accept(listener);
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    /** How many faults have struck. */
    int broken() {
        return broken.get();
    }

    /** The trigger ids and job ids of all requests that were let through. */
    Set<String> askedIds() {
        return askedIds;
    }

    /**
     * Strikes the next request.
     *
     * @param changesOnly whether requests that only ask are spared
     */
    void arm(Fault fault, boolean changesOnly, long delayMillis) {
        armed.set(new Armed(fault, changesOnly, delayMillis));
    }

    /** Refuses connections, and ends those that there are. */
    void refuse() throws IOException {
        broken.incrementAndGet();
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    boolean isRefusing() {
        return listener.isClosed();
    }

    /** Ends all faults. */
    void heal() throws IOException {
        armed.set(null);
        if (listener.isClosed()) {
            listener = listen(port);
            accept(listener);
        }
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private static ServerSocket listen(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
        return socket;
    }

    private void accept(ServerSocket from) {
        run(() -> {
            while (true) {
                Connection connection = new Connection(from.accept());
                run(connection::serve);
            }
        });
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void run(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException ended) {
                        // The other side finds its connection ended, which is all that this is about.
                    }
                },
                "faulty-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private final class Connection {
        private final Socket client;
        private final Socket server = new Socket();
        private final AtomicReference<Armed> onAnswer = new AtomicReference<>();

        Connection(Socket client) {
            this.client = client;
            sockets.add(client);
            sockets.add(server);
        }

        void serve() throws IOException {
            try {
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                server.connect(target);
                run(this::answers);
                requests();
            } finally {
                end();
            }
        }

        private void requests() throws IOException {
            byte[] buffer = new byte[BUFFER];
            InputStream in = client.getInputStream();
            OutputStream out = server.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                String text = new String(buffer, 0, read, StandardCharsets.ISO_8859_1);
                Armed fault = strike(text);
                if (fault != null && fault.fault() == Fault.CUT_BEFORE) {
                    return;
                }
                if (fault != null) {
                    onAnswer.set(fault);
                }
                Matcher ids = ID.matcher(text);
                while (ids.find()) {
                    askedIds.add(ids.group(1));
                }
                out.write(buffer, 0, read);
            }
        }

        private void answers() throws IOException {
            try {
                byte[] buffer = new byte[BUFFER];
                InputStream in = server.getInputStream();
                OutputStream out = client.getOutputStream();
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    Armed fault = onAnswer.getAndSet(null);
                    if (fault == null) {
                        out.write(buffer, 0, read);
                    } else if (fault.fault() == Fault.DELAY) {
                        await(fault.delayMillis());
                        out.write(buffer, 0, read);
                    } else {
                        out.write(buffer, 0, fault.fault() == Fault.HALF_ANSWER ? read / 2 : 0);
                        return;
                    }
                }
            } finally {
                end();
            }
        }

        private void end() throws IOException {
            sockets.remove(client);
            sockets.remove(server);
            client.close();
            server.close();
        }
    }

    private Armed strike(String request) {
        Armed fault = armed.get();
        boolean meant = fault != null && (request.startsWith("POST ") || !fault.changesOnly());
        if (!meant || !armed.compareAndSet(fault, null)) {
            return null;
        }
        broken.incrementAndGet();
        return fault;
    }

    private void await(long millis) {
        try {
            boolean ignored = closed.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new UncheckedIOException(new IOException("interrupted", e));
        }
    }
}
