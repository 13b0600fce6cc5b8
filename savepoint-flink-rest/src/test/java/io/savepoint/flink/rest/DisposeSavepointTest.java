package io.savepoint.flink.rest;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.savepoint.model.DisposalObservation;
import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.UnknownOperationException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A disposal from the request to the end. */
class DisposeSavepointTest {
    private static final String LOCATION = "file:/savepoints/savepoint-abababab";
    private static final String DISPOSALS = "/savepoint-disposal";
    private static final String STATUS = DISPOSALS + "/" + "cd".repeat(16);
    private static final ResponseDefinitionBuilder ACCEPTED = okJson("{\"request-id\":\"" + "cd".repeat(16) + "\"}");
    private static final ResponseDefinitionBuilder IN_PROGRESS =
            okJson("{\"status\":{\"id\":\"IN_PROGRESS\"},\"operation\":null}");
    private static final ResponseDefinitionBuilder DONE =
            okJson("{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{}}");
    private static final ResponseDefinitionBuilder UNKNOWN =
            jsonResponse("{\"errors\":[\"a.NotFoundException: Operation not found under key: x\"]}", 404);
    private static final ResponseDefinitionBuilder LOST = aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER);

    @RegisterExtension
    static final WireMockExtension server = Asking.aServer();

    private final SteppingScheduler scheduler = new SteppingScheduler();
    private FlinkRestTransport transport;

    @BeforeEach
    void reset() {
        transport = FlinkRestTransport.at(
                server.baseUrl(), FlinkRestConfig.builder().scheduler(scheduler).build());
        answers(() -> post(DISPOSALS), ACCEPTED);
    }

    private static ResponseDefinitionBuilder failed(String cause) {
        return okJson("{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"failure-cause\":{\"stack-trace\":"
                + "\"a.FlinkException: Could not dispose savepoint x.\\nCaused by: java.io.FileNotFoundException: "
                + cause
                + "\"}}}");
    }

    /** Answers one way after the other, and as the last time in the end. */
    private static void answers(Supplier<MappingBuilder> request, ResponseDefinitionBuilder... answers) {
        for (int i = 0; i < answers.length; i++) {
            String state = i == 0 ? Scenario.STARTED : "" + i;
            server.stubFor(request.get()
                    .inScenario(request.get().build().getRequest().toString())
                    .whenScenarioStateIs(state)
                    .willSetStateTo(i + 1 < answers.length ? "" + (i + 1) : state)
                    .willReturn(answers[i]));
        }
    }

    @Test
    void waitsForTheEnd() {
        answers(() -> get(STATUS), IN_PROGRESS, IN_PROGRESS, DONE);
        assertThat(answer(transport.disposeSavepoint(LOCATION))).isEqualTo(new DisposalObservation.Done());
        server.verify(1, postRequestedFor(urlEqualTo(DISPOSALS)));
        server.verify(3, getRequestedFor(urlEqualTo(STATUS)));
    }

    @Test
    void oneThatIsNotThereCounts() {
        answers(() -> get(STATUS), failed("Cannot find checkpoint or savepoint file/directory 'x'"));
        assertThat(answer(transport.disposeSavepoint(LOCATION))).isInstanceOf(DisposalObservation.Missing.class);
    }

    @Test
    void tellsWhyItFailed() {
        answers(() -> get(STATUS), failed("Cannot find meta data file '_metadata' in directory 'x'."));
        assertThat(failure(transport.disposeSavepoint(LOCATION)))
                .isInstanceOfSatisfying(
                        DisposalFailedException.class,
                        failed -> assertThat(failed.reason())
                                .isEqualTo("FlinkException: Could not dispose savepoint x. <- FileNotFoundException:"
                                        + " Cannot find meta data file '_metadata' in directory 'x'."))
                .hasMessageContainingAll("Flink cluster rest/", LOCATION, "not disposed of", "_metadata");
    }

    @Test
    void asksAgainWhenAnAnswerIsLost() {
        answers(() -> post(DISPOSALS), LOST, ACCEPTED);
        answers(() -> get(STATUS), LOST, IN_PROGRESS, DONE);
        assertThat(answer(transport.disposeSavepoint(LOCATION))).isEqualTo(new DisposalObservation.Done());
        server.verify(2, postRequestedFor(urlEqualTo(DISPOSALS)));
    }

    @Test
    void asksAgainWhenTheJobManagerHasForgottenIt() {
        answers(() -> get(STATUS), IN_PROGRESS, UNKNOWN, IN_PROGRESS, DONE);
        assertThat(answer(transport.disposeSavepoint(LOCATION))).isEqualTo(new DisposalObservation.Done());
        server.verify(2, postRequestedFor(urlEqualTo(DISPOSALS)));
    }

    @Test
    void doesNotAskForEverWhenItIsForgottenEachTime() {
        answers(() -> get(STATUS), UNKNOWN);
        assertThat(failure(transport.disposeSavepoint(LOCATION)))
                .isInstanceOf(UnknownOperationException.class)
                .hasMessageContainingAll(LOCATION, "restarted", "expired");
        assertThat(scheduler.now).isBetween(Duration.ofMinutes(1), Duration.ofSeconds(85));
    }

    @Test
    void endsWithTheToleratedOutage() {
        answers(() -> get(STATUS), IN_PROGRESS, LOST);
        assertThat(failure(transport.disposeSavepoint(LOCATION))).isInstanceOf(FlinkUnreachableException.class);
        assertThat(scheduler.now).isBetween(Duration.ofMinutes(1), Duration.ofSeconds(75));
    }

    @Test
    void doesNotGoOnWhenNothingCanHaveBegun() throws IOException {
        answers(() -> post(DISPOSALS), jsonResponse("{\"errors\":[\"a.RestHandlerException: no path\"]}", 400));
        assertThat(failure(transport.disposeSavepoint(LOCATION))).isInstanceOf(FlinkRefusedException.class);
        answers(() -> post(DISPOSALS), aResponse().withStatus(500));
        assertThat(failure(transport.disposeSavepoint(LOCATION))).isInstanceOf(FlinkAnswerException.class);
        FlinkRestTransport nobody = FlinkRestTransport.at(
                Asking.urlOfNobody(),
                FlinkRestConfig.builder().scheduler(scheduler).build());
        assertThat(failure(nobody.disposeSavepoint(LOCATION))).isInstanceOf(FlinkUnreachableException.class);
        assertThat(scheduler.delays).isEmpty();
    }

    @Test
    void needsToBeToldTheClusterIfThereAreSeveral() {
        FlinkRestTransport several = FlinkRestTransport.create(cluster -> URI.create(server.baseUrl()));
        assertThatThrownBy(() -> several.disposeSavepoint(LOCATION)).isInstanceOf(IllegalStateException.class);
        answers(() -> get(STATUS), DONE);
        assertThat(answer(several.disposeSavepoint(Asking.CLUSTER, LOCATION)))
                .isEqualTo(new DisposalObservation.Done());
    }
}
