package io.savepoint.flink.rest;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.savepoint.model.JobId;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkException;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.testing.ManualScheduler;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a cluster is asked for its version, and what follows from it. */
class FlinkVersionsTest {
    private static final JobId JOB = JobId.of("ab".repeat(16));
    private static final TriggerId TRIGGER = TriggerId.of("cd".repeat(16));
    private static final SavepointRequest REQUEST =
            new SavepointRequest(JOB, TRIGGER, Optional.empty(), SavepointFormat.CANONICAL);
    private static final String SAVEPOINTS = "/jobs/" + JOB + "/savepoints";

    @RegisterExtension
    static final WireMockExtension server = Asking.aServer();

    private FlinkRestTransport transport;

    @BeforeEach
    void reset() {
        version("1.20.5");
        server.stubFor(post(SAVEPOINTS).willReturn(jsonResponse("{\"request-id\":\"" + TRIGGER + "\"}", 202)));
        transport = FlinkRestTransport.at(server.baseUrl());
    }

    private static void version(String version) {
        server.stubFor(get("/config").willReturn(okJson("{\"flink-version\":\"" + version + "\"}")));
    }

    private static void verifyAsked(int times) {
        server.verify(times, getRequestedFor(urlEqualTo("/config")));
    }

    @Test
    void asksOnceForManyRequestsAtTheSameTime() {
        server.stubFor(get("/config")
                .willReturn(okJson("{\"flink-version\":\"1.20.5\"}").withFixedDelay(200)));
        List<CompletableFuture<TriggerId>> all = IntStream.range(0, 20)
                .mapToObj(i -> transport.triggerSavepoint(CLUSTER, REQUEST))
                .toList();
        all.forEach(Asking::answer);
        answer(transport.triggerSavepoint(CLUSTER, REQUEST));
        verifyAsked(1);
    }

    @Test
    void whatComesBeforeTheRequestCountsAgainstItsTime() {
        server.stubFor(post(SAVEPOINTS).willReturn(aResponse().withFixedDelay(30_000)));
        ManualScheduler time = new ManualScheduler();
        FlinkEndpoints slow = cluster -> {
            time.advance(Duration.ofMillis(9_900));
            return URI.create(server.baseUrl());
        };
        FlinkRestConfig config = FlinkRestConfig.builder()
                .requestTimeout(Duration.ofSeconds(10))
                .scheduler(time)
                .build();
        assertThat(failure(FlinkRestTransport.create(slow, config).triggerSavepoint(CLUSTER, REQUEST)))
                .hasMessageContaining("was not answered within 0.1 s");
    }

    @Test
    void cancellingOneWaitDoesNotCancelTheOthers() {
        server.stubFor(get("/config")
                .willReturn(okJson("{\"flink-version\":\"1.20.5\"}").withFixedDelay(200)));
        CompletableFuture<String> cancelled = transport.flinkVersion(CLUSTER);
        CompletableFuture<String> other = transport.flinkVersion(CLUSTER);
        cancelled.cancel(true);
        assertThat(answer(other)).isEqualTo("1.20.5");
        verifyAsked(1);
    }

    @Test
    void asksAgainAfterAFailureToTell() {
        server.stubFor(get("/config").willReturn(aResponse().withStatus(500)));
        assertThat(failure(transport.triggerSavepoint(CLUSTER, REQUEST))).isInstanceOf(FlinkException.class);
        server.verify(0, postRequestedFor(urlEqualTo(SAVEPOINTS)));

        version("1.14.6");
        answer(transport.triggerSavepoint(CLUSTER, REQUEST));
        server.verify(postRequestedFor(urlEqualTo(SAVEPOINTS)).withRequestBody(equalToJson("{}")));
        verifyAsked(2);
    }

    @Test
    void asksAgainAfterAnElection() {
        answer(transport.flinkVersion(CLUSTER));
        server.stubFor(get("/jobs/overview").willReturn(jsonResponse("{\"errors\":[\"leader election\"]}", 503)));
        failure(transport.observeJob(CLUSTER, JOB));

        version("1.14.6");
        assertThat(answer(transport.flinkVersion(CLUSTER))).isEqualTo("1.14.6");
    }

    @Test
    void asksAgainAfterABrokenConnection() {
        answer(transport.flinkVersion(CLUSTER));
        server.stubFor(get("/jobs/overview").willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
        failure(transport.observeJob(CLUSTER, JOB));

        version("1.14.6");
        assertThat(answer(transport.flinkVersion(CLUSTER))).isEqualTo("1.14.6");
    }

    private static final String UNKNOWN_FIELD =
            "{\"errors\":[\"org.apache.flink.runtime.rest.handler.RestHandlerException:"
                    + " Request did not match expected format SavepointTriggerRequestBody.\\nCaused by:"
                    + " a.UnrecognizedPropertyException: Unrecognized field \\\"triggerId\\\"\"]}";

    @Test
    void sendsTheRightFormWhenAnOlderVersionHasComeUnnoticed() {
        answer(transport.flinkVersion(CLUSTER));
        version("1.14.6");
        server.stubFor(post(SAVEPOINTS)
                .withRequestBody(matchingJsonPath("$.triggerId"))
                .willReturn(jsonResponse(UNKNOWN_FIELD, 400)));
        assertThat(answer(transport.triggerSavepoint(CLUSTER, REQUEST))).isEqualTo(TRIGGER);
        assertThat(server.findAll(postRequestedFor(urlEqualTo(SAVEPOINTS))))
                .extracting(LoggedRequest::getBodyAsString)
                .satisfiesExactly(
                        first -> assertThat(first).contains("triggerId"),
                        second -> assertThat(second).isEqualTo("{}"));
        verifyAsked(2);
    }

    @Test
    void aNativeSavepointIsNotTakenInAnotherFormatByAnOlderVersion() {
        answer(transport.flinkVersion(CLUSTER));
        version("1.14.6");
        server.stubFor(post(SAVEPOINTS).willReturn(jsonResponse(UNKNOWN_FIELD, 400)));
        SavepointRequest request = new SavepointRequest(JOB, TRIGGER, Optional.empty(), SavepointFormat.NATIVE);
        assertThat(failure(transport.triggerSavepoint(CLUSTER, request)))
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContainingAll("NATIVE", "1.15", "1.14.6");
        server.verify(1, postRequestedFor(urlEqualTo(SAVEPOINTS)));
    }

    @Test
    void whatTheSameVersionRefusesIsNotSentAgain() {
        server.stubFor(post(SAVEPOINTS).willReturn(jsonResponse(UNKNOWN_FIELD, 400)));
        assertThat(failure(transport.triggerSavepoint(CLUSTER, REQUEST)))
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContaining("triggerId");
        server.stubFor(post(SAVEPOINTS)
                .willReturn(jsonResponse("{\"errors\":[\"a.RestHandlerException: no directory\"]}", 400)));
        assertThat(failure(transport.triggerSavepoint(CLUSTER, REQUEST))).isInstanceOf(FlinkRefusedException.class);
        server.verify(2, postRequestedFor(urlEqualTo(SAVEPOINTS)));
        verifyAsked(2);
    }

    @Test
    void usesItsOwnIdAsSoonAsANewerVersionHasComeUnnoticed() {
        version("1.14.6");
        answer(transport.triggerSavepoint(CLUSTER, REQUEST));
        version("2.3.0");
        answer(transport.triggerSavepoint(CLUSTER, REQUEST));
        assertThat(server.findAll(postRequestedFor(urlEqualTo(SAVEPOINTS))))
                .extracting(LoggedRequest::getBodyAsString)
                .satisfiesExactly(
                        old -> assertThat(old).isEqualTo("{}"),
                        young -> assertThat(young).contains(TRIGGER.hex()));
    }

    @Test
    void tellsWhatAVersionCanDo() {
        version("1.14.6");
        assertThat(answer(transport.capabilities(CLUSTER)))
                .isEqualTo(new FlinkCapabilities(
                        "1.14.6", false, Set.of(SavepointFormat.CANONICAL), false, false, false, false, false));
        version("1.16.3");
        assertThat(answer(transport.capabilities(CLUSTER)))
                .isEqualTo(new FlinkCapabilities(
                        "1.16.3",
                        true,
                        Set.of(SavepointFormat.CANONICAL, SavepointFormat.NATIVE),
                        true,
                        true,
                        true,
                        false,
                        false));
        version("1.17.2");
        FlinkCapabilities all = answer(transport.capabilities(CLUSTER));
        assertThat(all)
                .isEqualTo(new FlinkCapabilities(
                        "1.17.2",
                        true,
                        Set.of(SavepointFormat.CANONICAL, SavepointFormat.NATIVE),
                        true,
                        true,
                        true,
                        true,
                        true));
        assertThat(answer(transport.capabilities(CLUSTER))).isEqualTo(all);
        verifyAsked(3);
    }

    @Test
    void tellsWhatItCanDoAnewAfterAnOutage() {
        assertThat(answer(transport.capabilities(CLUSTER)).clientTriggerIds()).isTrue();
        server.stubFor(get("/jobs/overview").willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
        failure(transport.observeJob(CLUSTER, JOB));
        version("1.13.6");
        assertThat(answer(transport.capabilities(CLUSTER)).clientTriggerIds()).isFalse();
    }

    @Test
    void noRequestIsRepeated() {
        server.stubFor(any(anyUrl()).willReturn(aResponse().withFault(Fault.EMPTY_RESPONSE)));
        version("1.20.5");
        failure(transport.triggerSavepoint(CLUSTER, REQUEST));
        failure(transport.stopWithSavepoint(CLUSTER, REQUEST, false));
        failure(transport.cancelJob(CLUSTER, JOB));
        assertThat(server.getAllServeEvents())
                .extracting(event -> event.getRequest().getMethod().value() + " "
                        + event.getRequest().getUrl())
                .containsExactlyInAnyOrder(
                        "GET /config",
                        "POST " + SAVEPOINTS,
                        "GET /config",
                        "POST /jobs/" + JOB + "/stop",
                        "PATCH /jobs/" + JOB + "?mode=cancel");
    }

    @ParameterizedTest
    @CsvSource({
        "1.13.6, false",
        "1.14.6, false",
        "1.15.0, true",
        "1.15-SNAPSHOT, true",
        "1.20.5-vendor-3, true",
        "2.3.0, true",
        "10.0, true",
        "0.10.2, false",
        "<unknown>, true"
    })
    void knowsWhoTakesTriggerIds(String version, boolean takes) {
        assertThat(FlinkVersion.of(version).takesTriggerIdAndFormat()).isEqualTo(takes);
    }
}
