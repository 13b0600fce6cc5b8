package io.savepoint.flink.rest;

import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static io.savepoint.flink.rest.TestProxy.headerOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkUnreachableException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** HTTP proxies: which one is used, what it learns, and what is said when it does not do its part. */
@Timeout(60)
class ProxyTest {
    private static final JobId JOB = JobId.of("ab".repeat(16));
    /** Only a proxy gets there. */
    private static final String BEHIND = "http://flink.invalid:8081";

    private static final FlinkHeaders BOTH = FlinkHeaders.bearer(() -> "for-flink")
            .and(FlinkHeaders.header("Proxy-Authorization", () -> "Bearer for-the-proxy"));

    private static FlinkRestConfig.Builder through(TestProxy proxy) {
        return FlinkRestConfig.builder().proxy("127.0.0.1", proxy.port());
    }

    private static void assertAnswers(FlinkRestTransport transport) {
        assertThat(answer(transport.observeJob(CLUSTER, JOB))).isEqualTo(new JobObservation.NotFound());
    }

    private static TestProxy proxy() throws IOException {
        return new TestProxy("", head -> true);
    }

    @Test
    void isUsedAsConfigured() throws Exception {
        try (TestProxy proxy = proxy()) {
            assertAnswers(
                    FlinkRestTransport.at(BEHIND, through(proxy).headers(BOTH).build()));
            assertThat(proxy.heads()).singleElement().asString().startsWith("GET " + BEHIND + "/jobs/overview ");
            assertThat(headerOf("Authorization", proxy.heads().get(0))).isEqualTo("Bearer for-flink");
            assertThat(headerOf("Proxy-Authorization", proxy.heads().get(0))).isEqualTo("Bearer for-the-proxy");
        }
    }

    @Test
    void isTheOneOfTheJvmByDefault() throws Exception {
        ProxySelector before = ProxySelector.getDefault();
        try (TestProxy proxy = proxy();
                TestProxy direct = proxy()) {
            ProxySelector.setDefault(ProxySelector.of(new InetSocketAddress("127.0.0.1", proxy.port())));
            assertAnswers(FlinkRestTransport.at(BEHIND));
            assertThat(proxy.heads()).hasSize(1);

            FlinkRestConfig none = FlinkRestConfig.builder()
                    .proxy(HttpClient.Builder.NO_PROXY)
                    .headers(BOTH)
                    .build();
            assertAnswers(FlinkRestTransport.at("http://127.0.0.1:" + direct.port(), none));
            assertThat(proxy.heads()).hasSize(1);
            assertThat(direct.heads()).singleElement().asString().startsWith("GET /jobs/overview ");
            // What is for a proxy does not get to a server.
            assertThat(headerOf("Proxy-Authorization", direct.heads().get(0))).isEqualTo("none");
        } finally {
            ProxySelector.setDefault(before);
        }
    }

    @Test
    void learnsNothingOfWhatIsSentThroughItsTunnel() throws Exception {
        try (TestProxy proxy = proxy();
                TlsServer server = TlsServer.showing("server")) {
            FlinkTls tls = FlinkTls.of(TestCertificates.context("client", "ca"));
            assertAnswers(FlinkRestTransport.at(
                    server.url(), through(proxy).tls(tls).headers(BOTH).build()));
            String authority = URI.create(server.url()).getAuthority();
            assertThat(proxy.heads()).singleElement().asString().startsWith("CONNECT " + authority + " ");
            assertThat(headerOf("Authorization", proxy.heads().get(0))).isEqualTo("none");
            assertThat(headerOf("Proxy-Authorization", proxy.heads().get(0))).isEqualTo("Bearer for-the-proxy");
            assertThat(server.requests()).singleElement().satisfies(headers -> {
                assertThat(headers.get("Authorization")).containsExactly("Bearer for-flink");
                assertThat(headers.containsKey("Proxy-Authorization")).isFalse();
            });
        }
    }

    @Test
    void getsUserAndPasswordWhereTheJdkLetsItHaveThem() throws Exception {
        String basic = "Basic dXNlcjpwYXNzd29yZA==";
        FlinkHeaders headers = FlinkHeaders.proxyBasic("user", () -> "password");
        try (TestProxy proxy = new TestProxy(
                        "407 Who are you",
                        head -> headerOf("Proxy-Authorization", head).equals(basic));
                TlsServer server = TlsServer.showing("server")) {
            FlinkRestConfig config = through(proxy).headers(headers).build();
            assertAnswers(FlinkRestTransport.at(BEHIND, config));

            // Not for a tunnel, by the JDK's default.
            Throwable failure =
                    failure(FlinkRestTransport.at(server.url(), config).observeJob(CLUSTER, JOB));
            assertThat(failure)
                    .isInstanceOf(FlinkAnswerException.class)
                    .hasMessageContainingAll(
                            "HTTP 407", "check the Proxy-Authorization", "jdk.http.auth.tunneling.disabledSchemes")
                    .hasMessageNotContaining("dXNlcjpwYXNzd29yZA");
            assertThat(headerOf("Proxy-Authorization", proxy.heads().get(1))).isEqualTo("none");
        }
    }

    @Test
    void isNamedWhenItDoesNotDoItsPart() throws Exception {
        try (TestProxy proxy = new TestProxy("502 Bad Gateway", head -> false);
                TlsServer server = TlsServer.showing("server")) {
            Throwable failure = failure(
                    FlinkRestTransport.at(server.url(), through(proxy).build()).observeJob(CLUSTER, JOB));
            assertThat(failure)
                    .isInstanceOf(FlinkUnreachableException.class)
                    .hasMessageContaining(
                            "the HTTP proxy does not connect to it (Tunnel failed, got: 502); check FlinkRestConfig.proxy");
            assertThat(FlinkHttp.mayHaveArrived(failure)).isFalse();
        }
        int port = URI.create(Asking.urlOfNobody()).getPort();
        Throwable failure = failure(FlinkRestTransport.at(
                        BEHIND,
                        FlinkRestConfig.builder().proxy("127.0.0.1", port).build())
                .observeJob(CLUSTER, JOB));
        assertThat(failure).isInstanceOf(FlinkUnreachableException.class).hasMessageContaining("no connection");
        assertThat(FlinkHttp.mayHaveArrived(failure)).isFalse();
    }

    @Test
    void hasAHostAndAPort() {
        FlinkRestConfig.Builder builder = FlinkRestConfig.builder();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.proxy("proxy", 0))
                .withMessage("proxy must be a host, and a port from 1 to 65535, was 'proxy', 0");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.proxy("proxy", 65_536));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.proxy(" ", 3128));
    }
}
