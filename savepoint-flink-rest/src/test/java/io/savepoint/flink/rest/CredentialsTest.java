package io.savepoint.flink.rest;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.JobLauncher.Outcome;
import io.savepoint.spi.SavepointRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is secret goes to Flink and to nobody else, and no id leads a request elsewhere than it belongs. */
class CredentialsTest extends Launching {
    @RegisterExtension
    final WireMockExtension elsewhere = Asking.aServer();

    private FlinkRestTransport transport() {
        FlinkHeaders token = FlinkHeaders.bearer(() -> "not-to-be-told");
        return FlinkRestTransport.at(
                server.baseUrl(), FlinkRestConfig.builder().headers(token).build());
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void aRedirectIsNotFollowed(int status) {
        elsewhere.stubFor(any(anyUrl()).willReturn(okJson("{\"jobs\":[]}")));
        server.stubFor(any(anyUrl())
                .willReturn(aResponse().withStatus(status).withHeader("Location", elsewhere.baseUrl() + "/stolen")));
        server.stubFor(get("/config").willReturn(okJson("{\"flink-version\":\"2.3.0\"}")));
        FlinkRestTransport transport = transport();
        SavepointRequest request =
                new SavepointRequest(JOB, TriggerId.of("cd".repeat(16)), Optional.empty(), SavepointFormat.CANONICAL);
        assertRedirected(failure(transport.observeJob(CLUSTER, JOB)));
        assertRedirected(failure(transport.triggerSavepoint(CLUSTER, request)));
        assertRedirected(failure(transport.cancelJob(CLUSTER, JOB)));
        assertRedirected(failure(transport.jars().upload(CLUSTER, jar)));
        server.verify(5, anyRequestedFor(anyUrl()).withHeader("Authorization", equalTo("Bearer not-to-be-told")));
        assertThat(elsewhere.getAllServeEvents()).isEmpty();
    }

    private static void assertRedirected(Throwable failure) {
        assertThat(failure)
                .isInstanceOf(FlinkAnswerException.class)
                .hasMessageContaining("redirects are not followed: give the URL that it leads to");
    }

    @Test
    void aJarsServerGetsNoCredentialOfFlink() {
        elsewhere.stubFor(get("/old.jar")
                .willReturn(aResponse().withStatus(302).withHeader("Location", elsewhere.baseUrl() + "/job.jar")));
        elsewhere.stubFor(get("/job.jar").willReturn(aResponse().withBody(Downloading.JAR)));
        DownloadingJobLauncher downloading =
                DownloadingJobLauncher.create(RestJobLauncher.create(transport()), directory.resolve("cache"));
        assertThat(answer(downloading.launch(CLUSTER, request(elsewhere.baseUrl() + "/old.jar"))))
                .isEqualTo(Outcome.SUBMITTED);
        elsewhere.verify(2, getRequestedFor(anyUrl()).withoutHeader("Authorization"));
        elsewhere.verify(2, anyRequestedFor(anyUrl()));
        // While all that goes to Flink has it.
        server.verify(2, postRequestedFor(anyUrl()).withHeader("Authorization", equalTo("Bearer not-to-be-told")));
        server.verify(2, anyRequestedFor(anyUrl()));
    }

    @Test
    void aJarsServerIsShownNoCertificateOfFlink() throws Exception {
        try (TlsServer jars = TlsServer.wantingCertificates()) {
            FlinkRestConfig config = FlinkRestConfig.builder()
                    .tls(FlinkTls.of(TestCertificates.context("client", "ca")))
                    .build();
            DownloadingJobLauncher downloading = DownloadingJobLauncher.create(
                    RestJobLauncher.create(FlinkRestTransport.at(server.baseUrl(), config)),
                    directory.resolve("cache"));
            // It is not even trusted: downloads have the JVM's trust.
            assertThat(failure(downloading.launch(CLUSTER, request(jars.url() + "/job.jar"))))
                    .hasMessageContaining("unable to find valid certification path");
            assertThat(jars.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x/../../jobs",
                "..\\x",
                "a/b",
                "a b.jar",
                "a?b=c#d",
                "a%2Fb",
                "a+b&c;d=e",
                "ü\u4e2d.jar",
                "a\r\nX: y",
                "...",
                "@elsewhere",
                "http://elsewhere/"
            })
    void aJarIdIsOneNameInAPath(String id) {
        server.stubFor(post(urlPathMatching("/jars/.*")).willReturn(okJson("{\"jobid\":\"" + JOB + "\"}")));
        FlinkRestTransport transport = transport();
        assertThat(answer(transport.jars().run(CLUSTER, id, JarRunRequest.of(request()))))
                .isEqualTo(Outcome.SUBMITTED);
        assertThat(server.findAll(anyRequestedFor(anyUrl())))
                .singleElement()
                .extracting(LoggedRequest::getUrl)
                .satisfies(url -> {
                    assertThat(url).matches("/jars/[A-Za-z0-9._%*-]+/run");
                    assertThat(URLDecoder.decode(url, StandardCharsets.UTF_8)).isEqualTo("/jars/" + id + "/run");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", ".."})
    void whatIsNoNameInAPathIsNoJarId(String id) {
        assertThat(failure(transport().jars().run(CLUSTER, id, JarRunRequest.of(request()))))
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContaining("Flink cluster default/orders: '" + id + "' is not the id of a jar");
        assertThat(failure(transport().jars().delete(CLUSTER, id)))
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContaining("'" + id + "' is not the id of a jar");
        uploads(id);
        assertThat(failure(transport().jars().upload(CLUSTER, jar)))
                .isInstanceOf(FlinkAnswerException.class)
                .hasMessageContaining("its field 'filename' is not the path of a jar");
        server.verify(1, postRequestedFor(urlEqualTo("/jars/upload")));
        server.verify(1, anyRequestedFor(anyUrl()));
    }
}
