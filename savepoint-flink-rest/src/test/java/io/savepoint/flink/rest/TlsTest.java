package io.savepoint.flink.rest;

import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.spi.FlinkUnreachableException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom the transport trusts and whom it does not, at a real server; and what it says then. */
@Timeout(120)
class TlsTest {
    private static final JobId JOB = JobId.of("ab".repeat(16));

    @RegisterExtension
    static final WireMockExtension PLAIN = Asking.aServer();

    @TempDir
    Path directory;

    private FlinkTls trusting(String ca) throws Exception {
        return FlinkTls.builder()
                .trustCertificates(TestCertificates.pem(directory.resolve("ca.crt"), ca))
                .build();
    }

    private static FlinkRestTransport transport(String url, FlinkTls tls) {
        return FlinkRestTransport.at(url, FlinkRestConfig.builder().tls(tls).build());
    }

    private static void assertAnswers(TlsServer server, FlinkTls tls) {
        assertThat(answer(transport(server.url(), tls).observeJob(CLUSTER, JOB)))
                .isEqualTo(new JobObservation.NotFound());
        assertThat(server.requests()).isNotEmpty();
    }

    private static void assertRefused(TlsServer server, FlinkRestTransport transport, String... message) {
        Throwable failure = failure(transport.observeJob(CLUSTER, JOB));
        assertThat(failure)
                .isInstanceOf(FlinkUnreachableException.class)
                .hasMessageContaining("default/orders: GET /jobs/overview at " + server.url() + " failed: ")
                .hasMessageContainingAll(message);
        assertThat(FlinkHttp.mayHaveArrived(failure)).isFalse();
        assertThat(failure(transport.takeSavepoint(CLUSTER, JOB, "file:///savepoints")))
                .hasMessageContainingAll(message);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void trustsTheCaOfAPemFile() throws Exception {
        try (TlsServer server = TlsServer.showing("server")) {
            Path both = TestCertificates.pem(directory.resolve("ca.crt"), "other-ca", "ca");
            assertAnswers(server, FlinkTls.builder().trustCertificates(both).build());
        }
    }

    @Test
    void trustsTheCaOfAKeyStore() throws Exception {
        try (TlsServer server = TlsServer.showing("server")) {
            Path store =
                    TestCertificates.write(TestCertificates.storeOfCertificate("ca"), directory.resolve("trust.p12"));
            assertAnswers(
                    server,
                    FlinkTls.builder()
                            .trustStore(store, TestCertificates.PASSWORD::toCharArray)
                            .build());
        }
    }

    @Test
    void takesAReadyContext() throws Exception {
        try (TlsServer server = TlsServer.showing("server")) {
            assertAnswers(server, FlinkTls.of(TestCertificates.context("client", "ca")));
        }
    }

    @Test
    void trustsTheCasOfTheJvmOnlyIfNoneIsGiven() throws Exception {
        try (TlsServer server = TlsServer.showing("server")) {
            String[] told = {
                "not signed by a CA that is trusted here", "FlinkTls.trustCertificates", "FlinkRestConfig.tls"
            };
            assertRefused(server, FlinkRestTransport.at(server.url()), told);
            SSLContext ofTheJvm = SSLContext.getDefault();
            try {
                SSLContext.setDefault(TestCertificates.context("client", "ca"));
                assertRefused(server, transport(server.url(), trusting("other-ca")), told);
                assertThat(answer(FlinkRestTransport.at(server.url()).observeJob(CLUSTER, JOB)))
                        .isEqualTo(new JobObservation.NotFound());
            } finally {
                SSLContext.setDefault(ofTheJvm);
            }
        }
    }

    @Test
    void doesNotTrustAnotherCa() throws Exception {
        try (TlsServer server = TlsServer.showing("server")) {
            assertRefused(
                    server,
                    transport(server.url(), trusting("other-ca")),
                    "not signed by a CA that is trusted here",
                    "FlinkTls.trustCertificates");
        }
    }

    @Test
    void doesNotTrustACertificateOfAnotherHostWhateverTheJvmIsToldOfIt() throws Exception {
        assertThat(System.getProperty("jdk.internal.httpclient.disableHostnameVerification"))
                .as("what turns off the check of the JDK's own, set by the pom")
                .isEqualTo("true");
        try (TlsServer server = TlsServer.showing("elsewhere")) {
            String[] told = {"its certificate is for another host", "127.0.0.1", "subject alternative name"};
            assertRefused(server, transport(server.url(), trusting("ca")), told);
            SSLContext trustsEverybody = SSLContext.getInstance("TLS");
            trustsEverybody.init(null, new TrustManager[] {new TrustsEverybody()}, null);
            assertRefused(server, transport(server.url(), FlinkTls.of(trustsEverybody)), told);
        }
    }

    private static final class TrustsEverybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    void doesNotTrustAnExpiredCertificate() throws Exception {
        try (TlsServer server = TlsServer.showing("expired")) {
            assertRefused(
                    server,
                    transport(server.url(), trusting("ca")),
                    "is not valid now (NotAfter: ",
                    "security.ssl.rest.keystore of Flink");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"client", "client-rsa"})
    void showsTheCertificateOfPemFiles(String client) throws Exception {
        Path certificate = TestCertificates.pem(directory.resolve("tls.crt"), client);
        try (TlsServer server = TlsServer.wantingCertificates()) {
            for (Path key : new Path[] {
                TestCertificates.pemKey(directory.resolve("tls.key"), client),
                TestCertificates.oldPemKey(directory.resolve("old.key"), client)
            }) {
                assertAnswers(
                        server,
                        FlinkTls.builder()
                                .trustCertificates(TestCertificates.pem(directory.resolve("ca.crt"), "ca"))
                                .clientCertificate(certificate, key)
                                .build());
                server.requests().clear();
            }
        }
    }

    @Test
    void showsTheCertificateOfAKeyStore() throws Exception {
        Path store = TestCertificates.write(TestCertificates.storeOfKey("client"), directory.resolve("client.p12"));
        try (TlsServer server = TlsServer.wantingCertificates()) {
            assertAnswers(
                    server,
                    FlinkTls.builder()
                            .trustCertificates(TestCertificates.pem(directory.resolve("ca.crt"), "ca"))
                            .keyStore(store, TestCertificates.PASSWORD::toCharArray)
                            .build());
        }
    }

    @Test
    void saysThatACertificateIsWanted() throws Exception {
        try (TlsServer server = TlsServer.wantingCertificates()) {
            assertRefused(server, transport(server.url(), trusting("ca")), "client certificate", "FlinkRestConfig.tls");
        }
    }

    @Test
    void saysThatACertificateIsWantedAlsoWhenTheRequestIsSentAlready() throws Exception {
        String password = TestCertificates.PASSWORD;
        Path shown = TestCertificates.write(TestCertificates.storeOfKey("server"), directory.resolve("server.p12"));
        Path trusted = TestCertificates.write(TestCertificates.storeOfCertificate("ca"), directory.resolve("ca.p12"));
        WireMockServer server = new WireMockServer(WireMockConfiguration.options()
                .dynamicPort()
                .dynamicHttpsPort()
                .keystorePath(shown.toString())
                .keystorePassword(password)
                .keyManagerPassword(password)
                .trustStorePath(trusted.toString())
                .trustStorePassword(password)
                .needClientAuth(true));
        server.start();
        try {
            FlinkRestTransport transport = transport("https://127.0.0.1:" + server.httpsPort(), trusting("ca"));
            Throwable failure = failure(transport.observeJob(CLUSTER, JOB));
            assertThat(failure)
                    .isInstanceOf(FlinkUnreachableException.class)
                    .hasMessageContainingAll(
                            "it wants a client certificate that it trusts", "security.ssl.rest.truststore");
            assertThat(FlinkHttp.mayHaveArrived(failure)).isFalse();
            assertThat(server.getAllServeEvents()).isEmpty();
        } finally {
            server.stop();
        }
    }

    @Test
    void saysThatThereIsNoTls() throws Exception {
        FlinkRestTransport transport = transport(PLAIN.baseUrl().replace("http:", "https:"), trusting("ca"));
        Throwable failure = failure(transport.observeJob(CLUSTER, JOB));
        assertThat(failure)
                .isInstanceOf(FlinkUnreachableException.class)
                .hasMessageContainingAll("it does not speak TLS", "http://", "security.ssl.rest.enabled");
        assertThat(FlinkHttp.mayHaveArrived(failure)).isFalse();
    }
}
