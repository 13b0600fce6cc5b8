package io.savepoint.k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A way to a local server that a test can shut: the connections break then, and new ones are ended at once. Safe for use by
 * any number of threads.
 */
final class Gate implements AutoCloseable {
    private final ServerSocket front;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean shut;

    private Gate(int target) throws IOException {
        this.front = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.target = target;
    }

    /** @param port of the server behind it, on the loopback interface */
    static Gate to(int port) throws IOException {
        Gate gate = new Gate(port);
        start("gate", gate::accept);
        return gate;
    }

    int port() {
        return front.getLocalPort();
    }

    void shut() {
        shut = true;
        sockets.forEach(Gate::end);
    }

    void open() {
        shut = false;
    }

    @Override
    public void close() throws IOException {
        front.close();
        shut();
    }

    private void accept() {
        while (!front.isClosed()) {
            try {
                Socket client = front.accept();
                Socket server = shut ? null : connect(client);
                if (server == null) {
                    end(client);
                }
            } catch (IOException e) {
                if (!front.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    /** @return null if there is nobody */
    private Socket connect(Socket client) {
        Socket server;
        try {
            server = new Socket(InetAddress.getLoopbackAddress(), target);
        } catch (IOException nobodyThere) {
            return null;
        }
        sockets.add(client);
        sockets.add(server);
        if (shut) { // since it was looked at
            sockets.forEach(Gate::end);
        }
        start("gate-to-server", () -> pump(client, server));
        start("gate-to-client", () -> pump(server, client));
        return server;
    }

    private void pump(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException broken) {
            // Whoever broke it: the other one gets to know by the end of its socket.
        } finally {
            end(from);
            end(to);
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }
}
