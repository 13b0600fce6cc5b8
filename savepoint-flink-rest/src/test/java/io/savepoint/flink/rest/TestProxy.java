package io.savepoint.flink.rest;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/** An HTTP proxy: it makes tunnels to the ports of this machine, and answers itself that there are no jobs to what comes in the clear. */
final class TestProxy implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final String refusal;
    private final Predicate<String> accepts;

    /** One that answers with this status line to each request whose head it does not accept. */
    TestProxy(String refusal, Predicate<String> accepts) throws IOException {
        this.refusal = refusal;
        this.accepts = accepts;
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
            String head = head(connection.getInputStream());
            heads.add(head);
            OutputStream out = connection.getOutputStream();
            if (!accepts.test(head)) {
                RawServer.write(out, "HTTP/1.1 " + refusal + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            } else if (head.startsWith("CONNECT ")) {
                int port = Integer.parseInt(head.replaceFirst("(?s)^CONNECT [^ ]*:(\\d+) .*", "$1"));
                try (Socket target = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    RawServer.write(out, "HTTP/1.1 200 OK\r\n\r\n");
                    threads.execute(() -> copy(target, connection));
                    copy(connection, target);
                }
            } else {
                RawServer.json("{\"jobs\":[]}").answer(connection, out);
            }
        } catch (Exception ended) {
            // By one of the two that it is between.
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException ended) {
            // As above.
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            head.append((char) next);
        }
        return head.toString();
    }

    /** The first lines and headers of all that came, as they came. */
    List<String> heads() {
        return heads;
    }

    int port() {
        return socket.getLocalPort();
    }

    static String headerOf(String name, String head) {
        return head.lines()
                .filter(line -> line.regionMatches(true, 0, name + ": ", 0, name.length() + 2))
                .map(line -> line.substring(name.length() + 2))
                .findFirst()
                .orElse("none");
    }

    @Override
    public void close() throws IOException {
        socket.close();
        threads.shutdownNow();
    }
}
