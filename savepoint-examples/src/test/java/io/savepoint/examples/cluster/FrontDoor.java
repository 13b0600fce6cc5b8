package io.savepoint.examples.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One address that stays the same in front of several servers, as a Service of Kubernetes is: each connection leads to
 * another one, whichever it is, of those that accept any.
 */
final class FrontDoor implements AutoCloseable {
    private static final int BUFFER = 64 * 1024;

    private final List<Integer> ports;
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AtomicInteger turn = new AtomicInteger();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean locked;

    FrontDoor(List<Integer> ports) throws IOException {
        this.ports = List.copyOf(ports);
        run(() -> {
            while (true) {
                Socket client = listener.accept();
                sockets.add(client);
                run(() -> lead(client));
            }
        });
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    /** Ends all connections, and every new one at once. */
    void lock() throws IOException {
        locked = true;
        endAll();
    }

    void unlock() {
        locked = false;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        endAll();
    }

    private void endAll() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void lead(Socket client) throws IOException {
        try (client;
                Socket server = connect()) {
            sockets.add(server);
            if (locked) {
                return;
            }
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            run(() -> {
                try (client;
                        server) {
                    copy(server, client);
                }
            });
            copy(client, server);
        }
    }

    private Socket connect() throws IOException {
        int first = turn.getAndIncrement();
        for (int i = 0; i < ports.size(); i++) {
            Socket server = new Socket();
            try {
                server.connect(new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), ports.get(Math.floorMod(first + i, ports.size()))));
                server.setTcpNoDelay(true);
                return server;
            } catch (ConnectException dead) {
                server.close();
            }
        }
        throw new ConnectException("nobody accepts connections");
    }

    private static void copy(Socket from, Socket to) throws IOException {
        byte[] buffer = new byte[BUFFER];
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            out.write(buffer, 0, read);
        }
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
                        // The other side finds its connection ended, which is all that there is to tell.
                    }
                },
                "front-door");
        thread.setDaemon(true);
        thread.start();
    }
}
