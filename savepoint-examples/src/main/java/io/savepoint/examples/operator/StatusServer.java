package io.savepoint.examples.operator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Metrics and probes over HTTP. Safe for use by any number of threads. */
final class StatusServer implements AutoCloseable {
    private static final int BACKLOG = 16;
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(2, task -> {
        Thread thread = new Thread(task, "operator-status");
        thread.setDaemon(true);
        return thread;
    });

    private StatusServer(HttpServer server) {
        this.server = server;
        server.setExecutor(threads);
    }

    static StatusServer start(int port, Supplier<String> metrics, BooleanSupplier ready) throws IOException {
        StatusServer status = new StatusServer(HttpServer.create(new InetSocketAddress(port), BACKLOG));
        status.answer("/metrics", OK, "text/plain; version=0.0.4; charset=utf-8", metrics);
        status.answer("/healthz", OK, "text/plain", () -> "ok\n");
        status.server.createContext("/readyz", exchange -> {
            boolean up = ready.getAsBoolean();
            send(exchange, up ? OK : UNAVAILABLE, "text/plain", up ? "ok\n" : "the FlinkClusters are not read yet\n");
        });
        status.server.start();
        return status;
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
    }

    private void answer(String path, int code, String type, Supplier<String> body) {
        server.createContext(path, exchange -> send(exchange, code, type, body.get()));
    }

    private static void send(HttpExchange exchange, int code, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(code, head ? -1 : bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            if (!head) {
                out.write(bytes);
            }
        }
    }
}
