package io.savepoint.examples.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.savepoint.examples.cluster.SelfSigned;
import io.savepoint.flink.rest.FlinkRestConfig;
import io.savepoint.flink.rest.FlinkRestTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The options by which the operator gets to a Flink that does not let everybody in. */
@Timeout(60)
class FlinkAccessOptionsTest {
    @TempDir
    static Path directory;

    private static SelfSigned server;
    private static SelfSigned client;

    @BeforeAll
    static void make() throws Exception {
        server = SelfSigned.in(directory, "server");
        client = SelfSigned.in(directory, "client");
    }

    private static OperatorOptions parse(String... options) {
        OperatorOptions parsed = new OperatorOptions();
        new CommandLine(parsed).parseArgs(options);
        parsed.check();
        return parsed;
    }

    private static void assertRefused(String message, String... options) {
        assertThatExceptionOfType(StartException.class)
                .isThrownBy(() -> parse(options).flink.config())
                .withMessageContaining(message);
    }

    @Test
    void they_lead_to_a_server_that_wants_a_certificate_and_a_token_that_changes() throws Exception {
        SSLContext context = server.contextTrusting(client);
        Path token = Files.writeString(directory.resolve("token"), "one\n");
        HttpsServer flink = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        flink.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters ssl = context.getDefaultSSLParameters();
                ssl.setNeedClientAuth(true);
                parameters.setSSLParameters(ssl);
            }
        });
        flink.createContext("/config", exchange -> {
            // Tells who asks in place of its version.
            String asks = exchange.getRequestHeaders().getFirst("Authorization");
            byte[] body = ("{\"flink-version\":\"" + asks + "\"}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        flink.start();
        try {
            FlinkRestConfig config = options(
                    "--flink-ca=" + server.certificate(),
                    "--flink-cert=" + client.certificate(),
                    "--flink-key=" + client.key(),
                    "--flink-token-file=" + token);
            String url = "https://127.0.0.1:" + flink.getAddress().getPort();
            FlinkRestTransport transport = FlinkRestTransport.at(url, config);
            assertThat(version(transport)).isEqualTo("Bearer one");
            // Another one, as this one knows the version by now.
            transport = FlinkRestTransport.at(url, config);
            Files.writeString(token, "two\n");
            assertThat(version(transport)).isEqualTo("Bearer two");
            FlinkRestTransport another = FlinkRestTransport.at(url, options("--flink-ca=" + server.certificate()));
            assertThatThrownBy(() -> version(another)).hasMessageContaining("certificate");
        } finally {
            flink.stop(0);
        }
    }

    private static FlinkRestConfig options(String... options) {
        return parse(options).flink.config();
    }

    private static String version(FlinkRestTransport transport) throws Exception {
        return transport.flinkVersion(transport.cluster()).get(30, TimeUnit.SECONDS);
    }

    @Test
    void without_them_everything_is_the_jvms() {
        assertThat(options().tls()).isEmpty();
        assertThat(options().headers()).isEmpty();
        // As from variables of the environment that are empty.
        assertThat(options("--flink-ca=", "--flink-token-file=").tls()).isEmpty();
        assertThat(options("--flink-ca=", "--flink-token-file=").headers()).isEmpty();
    }

    @Test
    void what_cannot_be_used_is_named_at_the_start() {
        Path missing = directory.resolve("missing");
        assertRefused(
                "--flink-ca, --flink-cert, --flink-key: TLS cannot be set up with '" + missing,
                "--flink-ca=" + missing);
        assertRefused("--flink-token-file: '" + missing + "' is not a file", "--flink-token-file=" + missing);
        assertRefused("one is of no use without the other", "--flink-cert=" + client.certificate());
        assertRefused("one is of no use without the other", "--flink-key=" + client.key());
        assertRefused(
                "not the key of the certificate",
                "--flink-cert=" + client.certificate(),
                "--flink-key=" + server.key());
        assertRefused(
                "let it begin with https:", "--flink-ca=" + server.certificate(), "--endpoint=HTTP://{name}:8081");
        assertThat(options("--flink-ca=" + server.certificate(), "--endpoint=https://{name}:8081")
                        .tls())
                .isPresent();
    }
}
