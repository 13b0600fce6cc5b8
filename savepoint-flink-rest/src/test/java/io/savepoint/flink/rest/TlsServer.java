package io.savepoint.flink.rest;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** An https server of the JDK on 127.0.0.1 that has no jobs, and remembers the headers of its requests. */
final class TlsServer implements AutoCloseable {
    private final HttpsServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Headers> requests = new CopyOnWriteArrayList<>();
    private volatile Function<Headers, Integer> status = headers -> 200;

    private TlsServer(SSLContext context, boolean wantsCertificate) throws IOException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters ssl = context.getDefaultSSLParameters();
                ssl.setNeedClientAuth(wantsCertificate);
                if (wantsCertificate) {
                    // As Flink by default. In TLS 1.3 this server just hangs up on a client without one.
                    ssl.setProtocols(new String[] {"TLSv1.2"});
                }
                parameters.setSSLParameters(ssl);
            }
        });
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** One that shows this certificate. */
    static TlsServer showing(String certificate) throws IOException {
        return new TlsServer(TestCertificates.context(certificate, "ca"), false);
    }

    /** One that wants a certificate of the CA, as Flink with {@code security.ssl.rest.authentication-enabled} does. */
    static TlsServer wantingCertificates() throws IOException {
        return new TlsServer(TestCertificates.context("server", "ca"), true);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests.add(exchange.getRequestHeaders());
            byte[] body = "{\"jobs\":[]}".getBytes(StandardCharsets.UTF_8);
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(status.apply(exchange.getRequestHeaders()), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    void answer(Function<Headers, Integer> newStatus) {
        status = newStatus;
    }

    List<Headers> requests() {
        return requests;
    }

    String url() {
        return "https://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
