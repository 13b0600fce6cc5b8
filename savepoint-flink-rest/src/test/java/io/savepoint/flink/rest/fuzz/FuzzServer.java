package io.savepoint.flink.rest.fuzz;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/** Answers each case as it says: the first part of the path is the number of the case. */
final class FuzzServer implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?is).*\r\ncontent-length: *(\\d+)\r\n.*");

    private final ServerSocket socket = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Play> plays = new ConcurrentHashMap<>();
    private final List<FuzzCase> unended = new CopyOnWriteArrayList<>();

    FuzzServer() throws IOException {
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

    /** A case being answered, with what was sent for it. */
    static final class Play {
        private final FuzzCase played;
        private final AtomicInteger asked = new AtomicInteger();
        private final List<Sent> served = new CopyOnWriteArrayList<>();
        private final AtomicLong taken = new AtomicLong();

        private Play(FuzzCase played) {
            this.played = played;
        }

        List<Sent> served() {
            return served;
        }

        /** How many bytes the client has taken so far, or left to the connection's buffers. */
        long taken() {
            return taken.get();
        }

        private OutputStream counting(OutputStream out) {
            return new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    write(new byte[] {(byte) b}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    out.write(bytes, offset, length);
                    taken.addAndGet(length);
                }

                @Override
                public void flush() throws IOException {
                    out.flush();
                }
            };
        }

        /** Whether nothing but the case's own answer was sent. */
        boolean isOnlyItself() {
            return served.stream().allMatch(sent -> sent == played.sent());
        }

        private Sent answer(String question) {
            if (played.question().matcher(question).matches() && asked.getAndIncrement() < played.times()) {
                return played.sent();
            }
            return played.sound().entrySet().stream()
                    .filter(sound -> sound.getKey().matcher(question).matches())
                    .findFirst()
                    .map(Map.Entry::getValue)
                    .orElse(played.sent());
        }
    }

    Play play(FuzzCase played) {
        Play play = new Play(played);
        plays.put(Long.toString(played.number()), play);
        return play;
    }

    void end(FuzzCase played) {
        plays.remove(Long.toString(played.number()));
    }

    /** Those to which an answer is still being given. */
    List<FuzzCase> unended() {
        return unended;
    }

    String url() {
        return "http://127.0.0.1:" + socket.getLocalPort();
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(connection.getInputStream());
            boolean good = true;
            for (String head = head(in); good && !head.isEmpty(); head = good ? head(in) : "") {
                in.skipNBytes(length(head));
                String[] line = head.substring(0, head.indexOf("\r\n")).split(" ");
                String[] path = line[1].split("/", 3);
                Play play = plays.get(path[1]);
                good = play != null && give(play, line[0] + " /" + path[2].replaceFirst("\\?.*", ""), connection, in);
            }
        } catch (IOException | InterruptedException givenUp) {
            // By the client, or at the end.
        }
    }

    private boolean give(Play play, String question, Socket connection, InputStream in)
            throws IOException, InterruptedException {
        Sent sent = play.answer(question);
        play.served.add(sent);
        unended.add(play.played);
        try {
            OutputStream out = play.counting(connection.getOutputStream());
            out.write(sent.bytes());
            out.flush();
            return sent.ending().after(connection, in, out);
        } finally {
            unended.remove(play.played);
        }
    }

    private static long length(String head) {
        var length = LENGTH.matcher(head.toLowerCase(Locale.ROOT));
        return length.matches() ? Long.parseLong(length.group(1)) : 0;
    }

    /** The request's head with the empty line; nothing at the end of the connection. */
    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (int b = in.read(); b >= 0; b = in.read()) {
            head.append((char) b);
            if (b == '\n'
                    && head.length() >= 4
                    && head.substring(head.length() - 4).equals("\r\n\r\n")) {
                return head.toString();
            }
        }
        return "";
    }

    @Override
    public void close() throws IOException {
        socket.close();
        threads.shutdownNow();
    }
}
