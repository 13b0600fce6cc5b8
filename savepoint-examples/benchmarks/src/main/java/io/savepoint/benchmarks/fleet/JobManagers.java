package io.savepoint.benchmarks.fleet;

import java.io.BufferedWriter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Iterator;
import java.util.Locale;

/**
 * All JobManagers of a fleet in one process and one thread, each at a loopback address of its own, and one that accepts
 * connections and never answers. Every request is written to a file, with the time at which it came.
 */
final class JobManagers {
    static final String END = "/end";

    private static final int LONGEST_REQUEST = 8192;
    private static final int BACKLOG = 10_000;

    private final FleetPlan plan;
    private final Answers answers;
    private final BufferedWriter log;
    private final Selector selector = Selector.open();
    private boolean ended;
    private int deadConnections;
    private int mostDeadConnections;

    private JobManagers(FleetPlan plan, BufferedWriter log) throws IOException {
        this.plan = plan;
        this.answers = new Answers(plan);
        this.log = log;
    }

    /** The numbers of the plan, and the file for the requests; a request for {@value #END} ends it. */
    public static void main(String[] args) throws IOException {
        FleetPlan plan = FleetPlan.of(args);
        try (BufferedWriter log = Files.newBufferedWriter(Path.of(args[FleetPlan.NUMBERS]))) {
            JobManagers managers = new JobManagers(plan, log);
            managers.serve();
            Usage.tell("deadConnections", managers.mostDeadConnections);
        }
        Usage.tellDone();
    }

    private void serve() throws IOException {
        try (ServerSocketChannel living = listen(plan.port());
                ServerSocketChannel dead = listen(plan.deadPort())) {
            System.out.println("listening");
            while (!ended) {
                selector.select();
                for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); ) {
                    SelectionKey key = keys.next();
                    keys.remove();
                    if (key.isValid() && key.isAcceptable()) {
                        accept(key.channel() == dead ? dead : living, key.channel() == dead);
                    } else if (key.isValid()) {
                        serve(key);
                    }
                }
            }
        }
    }

    private ServerSocketChannel listen(int port) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(port), BACKLOG);
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
        return server;
    }

    private void accept(ServerSocketChannel server, boolean dead) throws IOException {
        for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) {
            channel.configureBlocking(false);
            InetSocketAddress address = (InetSocketAddress) channel.getLocalAddress();
            int endpoint = dead
                    ? FleetPlan.DEAD
                    : FleetPlan.endpointAt(address.getAddress().getAddress());
            channel.register(selector, SelectionKey.OP_READ, new Connection(endpoint));
            if (dead) {
                deadConnections++;
                mostDeadConnections = Math.max(mostDeadConnections, deadConnections);
            }
        }
    }

    private static final class Connection {
        private final int endpoint;
        private final ByteBuffer in = ByteBuffer.allocate(LONGEST_REQUEST);
        private ByteBuffer out = ByteBuffer.allocate(0);

        Connection(int endpoint) {
            this.endpoint = endpoint;
        }
    }

    private void serve(SelectionKey key) throws IOException {
        SocketChannel channel = (SocketChannel) key.channel();
        Connection connection = (Connection) key.attachment();
        try {
            if (key.isReadable() && channel.read(connection.in) < 0) {
                close(channel, connection);
                return;
            }
            while (!connection.out.hasRemaining() && answerNext(connection)) {
                channel.write(connection.out);
            }
            if (connection.out.hasRemaining()) {
                channel.write(connection.out);
            }
            key.interestOps(connection.out.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        } catch (IOException gone) {
            close(channel, connection);
        }
    }

    private void close(SocketChannel channel, Connection connection) throws IOException {
        channel.close();
        if (connection.endpoint == FleetPlan.DEAD) {
            deadConnections--;
        }
    }

    /** Answers the next request if it is there to its end. */
    private boolean answerNext(Connection connection) throws IOException {
        ByteBuffer in = connection.in;
        String text = StandardCharsets.ISO_8859_1.decode(in.duplicate().flip()).toString();
        int headEnd = text.indexOf("\r\n\r\n");
        if (headEnd < 0) {
            return false;
        }
        int end = headEnd + 4 + contentLength(text.substring(0, headEnd));
        if (text.length() < end) {
            return false;
        }
        in.flip().position(end);
        in.compact();
        String[] request = text.substring(0, text.indexOf('\r')).split(" ", 3);
        String body = text.substring(headEnd + 4, end);
        log.write(new Request(Instant.now(), connection.endpoint, request[0], request[1], body) + "\n");
        ended |= request[1].equals(END);
        if (ended || connection.endpoint == FleetPlan.DEAD) {
            return false;
        }
        connection.out = ByteBuffer.wrap(answers.answer(connection.endpoint, request[0], request[1], body));
        return true;
    }

    private static int contentLength(String head) {
        String name = "\r\ncontent-length:";
        int at = head.toLowerCase(Locale.ROOT).indexOf(name);
        if (at < 0) {
            return 0;
        }
        int end = head.indexOf("\r\n", at + 2);
        return Integer.parseInt(head.substring(at + name.length(), end < 0 ? head.length() : end)
                .strip());
    }
}
