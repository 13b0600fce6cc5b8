package io.savepoint.flink.rest;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
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
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.savepoint.model.JobId;
import io.savepoint.model.TriggerId;
import io.savepoint.policy.PollSchedule;
import io.savepoint.spi.FlinkLeaderElectionException;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.UnknownOperationException;
import io.savepoint.testing.ManualScheduler;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The ten-line program's way to a savepoint. */
class TakeSavepointTest {
    private static final JobId JOB = JobId.of("ab".repeat(16));
    private static final String TRIGGER = "cd".repeat(16);
    private static final String SAVEPOINTS = "/jobs/" + JOB + "/savepoints";
    private static final String STATUS = SAVEPOINTS + "/" + TRIGGER;
    private static final ResponseDefinitionBuilder IN_PROGRESS =
            okJson("{\"status\":{\"id\":\"IN_PROGRESS\"},\"operation\":null}");
    private static final ResponseDefinitionBuilder COMPLETED =
            okJson("{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"location\":\"file:/savepoints/x\"}}");
    private static final ResponseDefinitionBuilder ELECTION =
            jsonResponse("{\"errors\":[\"ongoing leader election\"]}", 503);

    @RegisterExtension
    static final WireMockExtension server = Asking.aServer();

    private FlinkRestTransport transport;

    @BeforeEach
    void reset() {
        server.stubFor(get("/config").willReturn(okJson("{\"flink-version\":\"2.3.0\"}")));
        server.stubFor(post(SAVEPOINTS).willReturn(jsonResponse("{\"request-id\":\"" + TRIGGER + "\"}", 202)));
        transport = transport(Duration.ofMinutes(1));
    }

    private static FlinkRestTransport transport(Duration tolerance) {
        return FlinkRestTransport.at(
                server.baseUrl(),
                FlinkRestConfig.builder().outageTolerance(tolerance).build());
    }

    private static void answers(ResponseDefinitionBuilder... answers) {
        for (int i = 0; i < answers.length; i++) {
            server.stubFor(get(STATUS)
                    .inScenario("status")
                    .whenScenarioStateIs(i == 0 ? Scenario.STARTED : "" + i)
                    .willSetStateTo(i + 1 < answers.length ? "" + (i + 1) : i == 0 ? Scenario.STARTED : "" + i)
                    .willReturn(answers[i]));
        }
    }

    @Test
    void givesTheSavepointOnceItIsComplete() {
        answers(IN_PROGRESS, IN_PROGRESS, COMPLETED);
        TakenSavepoint savepoint = answer(transport.takeSavepoint(JOB.hex(), "file:///savepoints"));

        assertThat(savepoint.location()).isEqualTo("file:/savepoints/x");
        assertThat(savepoint.trigger()).isEqualTo(TriggerId.of(TRIGGER));
        assertThat(savepoint.duration()).isPositive();
        server.verify(3, getRequestedFor(urlEqualTo(STATUS)));
        server.verify(postRequestedFor(urlEqualTo(SAVEPOINTS))
                .withRequestBody(matchingJsonPath("$.triggerId"))
                .withRequestBody(matchingJsonPath("$['target-directory']")));
    }

    @Test
    void choosesANewIdEachTime() {
        answers(COMPLETED);
        answer(transport.takeSavepoint(JOB, "file:///savepoints"));
        answer(transport.takeSavepoint(JOB, "file:///savepoints"));
        assertThat(server.findAll(postRequestedFor(urlEqualTo(SAVEPOINTS))))
                .extracting(request -> request.getBodyAsString())
                .doesNotHaveDuplicates();
    }

    @Test
    void tellsFlinksReasonOfAFailure() {
        answers(
                IN_PROGRESS,
                okJson(
                        "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"failure-cause\":{\"class\":\"a.B\",\"stack-trace\":"
                                + "\"a.B: Checkpoint expired before completing.\\n\\tat x.Y.z(Y.java)\",\"serialized-throwable\":\"rO0\"}}}"));
        assertThat(failure(transport.takeSavepoint(JOB, "file:///savepoints")))
                .isInstanceOfSatisfying(SavepointFailedException.class, failed -> {
                    assertThat(failed.reason()).isEqualTo("B: Checkpoint expired before completing.");
                    assertThat(failed).hasMessageContainingAll(JOB.hex(), TRIGGER, failed.reason());
                });
        assertThatThrownBy(
                        () -> transport.takeSavepoint(JOB, "file:///savepoints").join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(SavepointFailedException.class);
    }

    @Test
    void anAcceptedIdThatIsUnknownLaterIsLost() {
        answers(
                IN_PROGRESS,
                jsonResponse(
                        "{\"errors\":[\"a.RestHandlerException: There is no savepoint operation with triggerId=x\"]}",
                        404));
        assertThat(failure(transport.takeSavepoint(JOB, "file:///savepoints")))
                .isInstanceOf(UnknownOperationException.class)
                .hasMessageContainingAll("restarted", "_metadata");
    }

    @Test
    void goesOnWhenAPollIsNotAnswered() {
        answers(
                aResponse().withFault(Fault.EMPTY_RESPONSE),
                ELECTION,
                aResponse().withStatus(500),
                okJson("<html>").withHeader("Content-Type", "text/html"),
                COMPLETED);
        assertThat(answer(transport.takeSavepoint(JOB, "file:///savepoints")).location())
                .isEqualTo("file:/savepoints/x");
    }

    @Test
    void givesUpAfterALongOutage() {
        answers(IN_PROGRESS, ELECTION);
        assertThat(failure(transport(Duration.ofMillis(500)).takeSavepoint(JOB, "file:///savepoints")))
                .isInstanceOf(FlinkLeaderElectionException.class);
        assertThat(server.findAll(getRequestedFor(urlEqualTo(STATUS)))).hasSizeGreaterThan(2);
    }

    @Test
    void aRequestThatIsNotAcceptedIsNotPolledFor() {
        server.stubFor(post(SAVEPOINTS)
                .willReturn(jsonResponse("{\"errors\":[\"a.RestHandlerException: no directory\"]}", 400)));
        assertThat(failure(transport.takeSavepoint(JOB, ""))).isInstanceOf(FlinkRefusedException.class);
        server.verify(0, getRequestedFor(urlPathMatching(SAVEPOINTS + "/.*")));
    }

    private static final String ANY_STATUS = SAVEPOINTS + "/.*";
    private static final ResponseDefinitionBuilder LOST = aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER);
    private static final ResponseDefinitionBuilder UNKNOWN = jsonResponse(
            "{\"errors\":[\"a.RestHandlerException: There is no savepoint operation with triggerId=x\"]}", 404);

    /** Answers the polls for an id that the client chose: first one way, then another. */
    private static void polls(ResponseDefinitionBuilder first, ResponseDefinitionBuilder then) {
        server.stubFor(get(urlPathMatching(ANY_STATUS))
                .inScenario("polls")
                .whenScenarioStateIs(Scenario.STARTED)
                .willSetStateTo("then")
                .willReturn(first));
        server.stubFor(get(urlPathMatching(ANY_STATUS))
                .inScenario("polls")
                .whenScenarioStateIs("then")
                .willReturn(then));
    }

    private static void losesTheFirstRequest(ResponseDefinitionBuilder then) {
        server.stubFor(post(SAVEPOINTS)
                .inScenario("posts")
                .whenScenarioStateIs(Scenario.STARTED)
                .willSetStateTo("answered")
                .willReturn(LOST));
        server.stubFor(post(SAVEPOINTS)
                .inScenario("posts")
                .whenScenarioStateIs("answered")
                .willReturn(then));
    }

    /** A transport that bears any outage. */
    private static FlinkRestTransport patient(SteppingScheduler scheduler) {
        return FlinkRestTransport.at(
                server.baseUrl(),
                FlinkRestConfig.builder()
                        .scheduler(scheduler)
                        .outageTolerance(Duration.ofHours(1))
                        .build());
    }

    private static List<String> posted() {
        return server.findAll(postRequestedFor(urlEqualTo(SAVEPOINTS))).stream()
                .map(LoggedRequest::getBodyAsString)
                .toList();
    }

    @Test
    void followsTheSavepointWhoseAnswerIsLost() {
        server.stubFor(post(SAVEPOINTS).willReturn(LOST));
        polls(IN_PROGRESS, COMPLETED);
        TakenSavepoint savepoint = answer(transport.takeSavepoint(JOB, "file:///savepoints"));
        assertThat(savepoint.location()).isEqualTo("file:/savepoints/x");
        assertThat(posted())
                .singleElement()
                .asString()
                .contains(savepoint.trigger().hex());
    }

    @Test
    void repeatsARequestThatDidNotArriveUnderTheSameId() {
        losesTheFirstRequest(jsonResponse("{\"request-id\":\"{{jsonPath request.body '$.triggerId'}}\"}", 202)
                .withTransformers("response-template"));
        polls(UNKNOWN, COMPLETED);
        TakenSavepoint savepoint = answer(transport.takeSavepoint(JOB, "file:///savepoints"));
        assertThat(posted())
                .hasSize(2)
                .allMatch(body -> body.contains(savepoint.trigger().hex()));
    }

    @Test
    void anIdThatWasSeenInProgressIsNotSentAgain() {
        server.stubFor(post(SAVEPOINTS).willReturn(LOST));
        polls(IN_PROGRESS, UNKNOWN);
        assertThat(failure(transport.takeSavepoint(JOB, "file:///savepoints")))
                .isInstanceOf(UnknownOperationException.class);
        assertThat(posted()).hasSize(1);
    }

    @Test
    void repeatsForTheToleratedTimeOnly() {
        server.stubFor(post(SAVEPOINTS).willReturn(LOST));
        polls(UNKNOWN, UNKNOWN);
        SteppingScheduler scheduler = new SteppingScheduler();
        FlinkRestTransport stepping = FlinkRestTransport.at(
                server.baseUrl(), FlinkRestConfig.builder().scheduler(scheduler).build());
        assertThat(failure(stepping.takeSavepoint(JOB, "file:///savepoints")))
                .isInstanceOf(FlinkUnreachableException.class)
                .hasMessageContaining("POST " + SAVEPOINTS);
        assertThat(scheduler.now).isBetween(Duration.ofMinutes(1), Duration.ofSeconds(75));
        assertThat(posted()).hasSizeGreaterThan(2).containsOnly(posted().get(0));
    }

    @Test
    void doesNotRepeatWhatFlinkMayHaveForgotten() {
        server.stubFor(post(SAVEPOINTS).willReturn(LOST));
        polls(ELECTION, UNKNOWN);
        SteppingScheduler scheduler = new SteppingScheduler();
        scheduler.shortest = Duration.ofMinutes(4);
        FlinkRestTransport stepping = patient(scheduler);
        assertThat(failure(stepping.takeSavepoint(JOB, "file:///savepoints")))
                .isInstanceOf(UnknownOperationException.class)
                .hasMessageContainingAll("expired", "_metadata");
        assertThat(posted()).hasSize(1);
    }

    @Test
    void aLostAnswerFailsTheCallBefore115() {
        server.stubFor(get("/config").willReturn(okJson("{\"flink-version\":\"1.14.6\"}")));
        server.stubFor(post(SAVEPOINTS).willReturn(LOST));
        assertThat(failure(transport.takeSavepoint(JOB, "file:///x"))).isInstanceOf(FlinkUnreachableException.class);
        assertThat(posted()).hasSize(1);
        server.verify(0, getRequestedFor(urlPathMatching(ANY_STATUS)));
    }

    @Test
    void whatDidNotArriveIsNotWaitedFor() throws IOException {
        FlinkRestTransport nobody = FlinkRestTransport.at(Asking.urlOfNobody());
        Throwable refused = failure(nobody.observeJob(CLUSTER, JOB));
        assertThat(refused).isInstanceOf(FlinkUnreachableException.class);
        assertThat(FlinkHttp.mayHaveArrived(refused)).isFalse();

        server.stubFor(post(SAVEPOINTS).willReturn(ELECTION));
        assertThat(failure(transport.takeSavepoint(JOB, "file:///x"))).isInstanceOf(FlinkLeaderElectionException.class);
        server.verify(0, getRequestedFor(urlPathMatching(ANY_STATUS)));
    }

    @Test
    void expectsWhatTheLastSavepointOfTheJobTook() {
        SteppingScheduler scheduler = new SteppingScheduler();
        FlinkRestTransport stepping = FlinkRestTransport.at(
                server.baseUrl(), FlinkRestConfig.builder().scheduler(scheduler).build());
        ResponseDefinitionBuilder[] slow = new ResponseDefinitionBuilder[13];
        Arrays.fill(slow, IN_PROGRESS);
        slow[12] = COMPLETED;
        answers(slow);
        answer(stepping.takeSavepoint(JOB, "file:///savepoints"));
        Duration lastInProgress = scheduler.now.minus(scheduler.delays.get(12));
        assertThat(scheduler.delays).hasSize(13).startsWith(PollSchedule.nextPoll(Duration.ZERO, Optional.empty()));

        scheduler.now = Duration.ZERO;
        scheduler.delays.clear();
        server.resetScenarios();
        answer(stepping.takeSavepoint(JOB, "file:///savepoints"));
        Duration elapsed = Duration.ZERO;
        for (Duration delay : scheduler.delays) {
            assertThat(delay).isEqualTo(PollSchedule.nextPoll(elapsed, Optional.of(lastInProgress)));
            elapsed = elapsed.plus(delay);
        }
    }

    /** Until then there was no savepoint whose time could be measured. */
    @Test
    void aSavepointsTimeBeginsWithTheRequestThatArrived() {
        losesTheFirstRequest(jsonResponse("{\"request-id\":\"" + TRIGGER + "\"}", 202));
        server.stubFor(get(urlPathMatching(ANY_STATUS)).willReturn(UNKNOWN));
        answers(IN_PROGRESS, COMPLETED);
        SteppingScheduler scheduler = new SteppingScheduler();
        scheduler.shortest = Duration.ofMinutes(1);
        FlinkRestTransport stepping = patient(scheduler);
        answer(stepping.takeSavepoint(JOB, "file:///savepoints"));
        Duration first = PollSchedule.nextPoll(Duration.ZERO, Optional.empty());
        Duration minute = Duration.ofMinutes(1);
        assertThat(scheduler.delays).containsExactly(first, first, PollSchedule.nextPoll(minute, Optional.empty()));

        scheduler.delays.clear();
        answer(stepping.takeSavepoint(JOB, "file:///savepoints"));
        assertThat(scheduler.delays)
                .as("the first one was last seen in progress a minute after the second request")
                .startsWith(PollSchedule.nextPoll(Duration.ZERO, Optional.of(minute)));
    }

    @Test
    void cancellingEndsThePolls() {
        answers(IN_PROGRESS);
        ManualScheduler scheduler = new ManualScheduler();
        AtomicInteger requests = new AtomicInteger();
        FlinkRestTransport counted = FlinkRestTransport.create(
                cluster -> {
                    requests.incrementAndGet();
                    return URI.create(server.baseUrl());
                },
                FlinkRestConfig.builder().scheduler(scheduler).build());
        CompletableFuture<TakenSavepoint> savepoint = counted.takeSavepoint(CLUSTER, JOB, "file:///savepoints");
        await().until(() -> scheduler.taskCount() == 1);
        scheduler.advanceTo(scheduler.nextDue().orElseThrow());
        await().until(() -> scheduler.taskCount() == 1);

        int before = requests.get();
        savepoint.cancel(true);
        scheduler.advance(Duration.ofHours(1));
        assertThat(requests).hasValue(before);
        assertThat(scheduler.taskCount()).isZero();
    }
}
