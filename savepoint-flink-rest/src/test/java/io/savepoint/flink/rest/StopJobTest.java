package io.savepoint.flink.rest;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.savepoint.model.JobId;
import io.savepoint.model.SavepointFormat;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.FlinkUnreachableException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Stops with savepoint from the request to the end, and the options of savepoints. */
class StopJobTest {
    private static final JobId JOB = JobId.of("ab".repeat(16));
    private static final String STOP = "/jobs/" + JOB + "/stop";
    private static final String SAVEPOINTS = "/jobs/" + JOB + "/savepoints";
    private static final ResponseDefinitionBuilder ACCEPTED = jsonResponse(
                    "{\"request-id\":\"{{jsonPath request.body '$.triggerId'}}\"}", 202)
            .withTransformers("response-template");
    private static final ResponseDefinitionBuilder LOST = aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER);

    @RegisterExtension
    static final WireMockExtension server = Asking.aServer();

    private FlinkRestTransport transport;

    @BeforeEach
    void reset() {
        version("2.3.0");
        server.stubFor(post(STOP).willReturn(ACCEPTED));
        server.stubFor(post(SAVEPOINTS).willReturn(ACCEPTED));
        ended("\"location\":\"file:/savepoints/x\"");
        transport = FlinkRestTransport.at(
                server.baseUrl(),
                FlinkRestConfig.builder().scheduler(new SteppingScheduler()).build());
    }

    private static void version(String version) {
        server.stubFor(get("/config").willReturn(okJson("{\"flink-version\":\"" + version + "\"}")));
    }

    private static void ended(String operation) {
        server.stubFor(get(urlPathMatching(SAVEPOINTS + "/.*"))
                .willReturn(okJson("{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{" + operation + "}}")));
    }

    private static List<String> posted(String path) {
        return server.findAll(postRequestedFor(urlEqualTo(path))).stream()
                .map(LoggedRequest::getBodyAsString)
                .toList();
    }

    @Test
    void stopsAJobAndGivesItsSavepoint() {
        TakenSavepoint savepoint =
                answer(transport.stopJob(CLUSTER, JOB, SavepointOptions.into("file:///savepoints"), true));
        assertThat(savepoint.location()).isEqualTo("file:/savepoints/x");
        server.verify(postRequestedFor(urlEqualTo(STOP))
                .withRequestBody(equalToJson("{\"targetDirectory\":\"file:///savepoints\",\"drain\":true,"
                        + "\"formatType\":\"CANONICAL\",\"triggerId\":\"" + savepoint.trigger() + "\"}")));
        server.verify(getRequestedFor(urlEqualTo(SAVEPOINTS + "/" + savepoint.trigger())));
    }

    @Test
    void repeatsAStopThatDidNotArriveUnderTheSameId() {
        server.stubFor(post(STOP)
                .inScenario("posts")
                .whenScenarioStateIs(Scenario.STARTED)
                .willSetStateTo("again")
                .willReturn(LOST));
        server.stubFor(get(urlPathMatching(SAVEPOINTS + "/.*"))
                .inScenario("posts")
                .whenScenarioStateIs("again")
                .willSetStateTo("accepted")
                .willReturn(jsonResponse("{\"errors\":[\"a.RestHandlerException: There is no savepoint\"]}", 404)));
        TakenSavepoint savepoint = answer(transport.stopJob(CLUSTER, JOB, SavepointOptions.into("file:///x"), false));
        assertThat(posted(STOP))
                .hasSize(2)
                .allMatch(body -> body.contains(savepoint.trigger().hex()));
    }

    @Test
    void doesNotRepeatAStopBefore115() {
        version("1.14.6");
        server.stubFor(post(STOP).willReturn(LOST));
        assertThat(failure(transport.stopJob(CLUSTER, JOB, SavepointOptions.into("file:///x"), false)))
                .isInstanceOf(FlinkUnreachableException.class);
        assertThat(posted(STOP)).containsExactly("{\"targetDirectory\":\"file:///x\",\"drain\":false}");
    }

    @Test
    void doesNotRepeatAStopThatAnOlderVersionMayHaveBegunUnderAnIdOfItsOwn() {
        answer(transport.flinkVersion(CLUSTER));
        version("1.14.6");
        server.stubFor(post(STOP).willReturn(LOST));
        server.stubFor(post(STOP)
                .withRequestBody(matchingJsonPath("$.triggerId"))
                .willReturn(jsonResponse(
                        "{\"errors\":[\"a.RestHandlerException: Request did not match expected format x.\"]}", 400)));
        server.stubFor(get(urlPathMatching(SAVEPOINTS + "/.*"))
                .willReturn(jsonResponse("{\"errors\":[\"a.NotFoundException: Operation not found\"]}", 404)));
        assertThat(failure(transport.stopJob(CLUSTER, JOB, SavepointOptions.into("file:///x"), false)))
                .isInstanceOf(FlinkUnreachableException.class);
        assertThat(posted(STOP))
                .hasSize(2)
                .filteredOn(body -> !body.contains("triggerId"))
                .hasSize(1);
    }

    @Test
    void tellsWhatToDoWhenAStopFailed() {
        ended("\"failure-cause\":{\"stack-trace\":\"a.CheckpointException: CheckpointCoordinator shutdown.\"}");
        assertThat(failure(transport.stopJob(CLUSTER, JOB, SavepointOptions.into("file:///x"), false)))
                .isInstanceOf(SavepointFailedException.class)
                .hasMessageContainingAll(
                        "stop with savepoint", JOB.hex(), "CheckpointCoordinator shutdown.", "look at the job");
    }

    @Test
    void takesASavepointOfAnotherFormatInTheDefaultDirectory() {
        SavepointOptions options = SavepointOptions.intoDefaultDirectory().withFormat(SavepointFormat.NATIVE);
        TakenSavepoint savepoint = answer(transport.takeSavepoint(CLUSTER, JOB, options));
        server.verify(postRequestedFor(urlEqualTo(SAVEPOINTS))
                .withRequestBody(
                        equalToJson("{\"formatType\":\"NATIVE\",\"triggerId\":\"" + savepoint.trigger() + "\"}")));

        version("1.14.6");
        server.stubFor(get("/jobs/overview").willReturn(LOST));
        failure(transport.observeJob(CLUSTER, JOB));
        assertThat(failure(transport.takeSavepoint(CLUSTER, JOB, options)))
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContainingAll("NATIVE", "1.15", "1.14.6", "use CANONICAL");
        assertThat(posted(SAVEPOINTS)).hasSize(1);
    }
}
