package io.savepoint.flink.rest;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.SavepointRecord;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.spi.UnknownJobException;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What real Flinks were seen to answer, and what the transport makes of it. */
class RecordedFlinkTest {
    private static final TriggerId TRIGGER = TriggerId.of("00112233445566778899aabbccddeeff");

    @RegisterExtension
    static final WireMockExtension server = Asking.aServer();

    private FlinkRestTransport transport;

    @BeforeEach
    void reset() {
        transport = FlinkRestTransport.create(FlinkEndpoints.fixed(URI.create(server.baseUrl() + "/")));
    }

    private Recording play(String version, String name) {
        Recording.of(version, "config").play(server);
        return Recording.of(version, name).play(server);
    }

    private static JobId job(Recording recording) {
        return JobId.of(recording.get(0).part(1));
    }

    private static SavepointRequest request(JobId job, TriggerId trigger) {
        return new SavepointRequest(job, trigger, Optional.of("file:///savepoints"), SavepointFormat.CANONICAL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void tellsTheVersion(String version) {
        play(version, "config");
        assertThat(answer(transport.flinkVersion(CLUSTER))).isEqualTo(version);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void observesARunningJob(String version) {
        Recording recording = play(version, "jobs-overview");
        String body = recording.get(0).body();
        JobId job = JobId.of(body.replaceAll(".*\"jid\":\"(\\w+)\".*", "$1"));
        long start = Long.parseLong(body.replaceAll(".*\"start-time\":(\\d+).*", "$1"));

        assertThat(answer(transport.observeJob(CLUSTER, job)))
                .isEqualTo(new JobObservation.Found(
                        FlinkJobState.RUNNING, Instant.ofEpochMilli(start), Optional.empty(), true));
        assertThat(answer(transport.observeJob(CLUSTER, JobId.of("ff".repeat(16)))))
                .isEqualTo(new JobObservation.NotFound());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.15.4", "1.20.5", "2.3.0"})
    void triggersASavepointUnderItsOwnId(String version) {
        Recording recording = play(version, "sp-triggerid");
        TriggerId trigger = TriggerId.of(recording.get(1).part(3));

        assertThat(answer(transport.triggerSavepoint(CLUSTER, request(job(recording), trigger))))
                .isEqualTo(trigger);
        server.verify(postRequestedFor(urlEqualTo(recording.get(0).url()))
                .withRequestBody(
                        equalToJson("{\"target-directory\": \"file:///savepoints\", \"formatType\": \"CANONICAL\","
                                + " \"triggerId\": \"" + trigger + "\"}")));
        assertThat(answer(transport.observeOperation(CLUSTER, job(recording), trigger)))
                .isInstanceOfSatisfying(
                        OperationObservation.Completed.class,
                        completed -> assertThat(completed.location())
                                .startsWith("file:/savepoints/savepoint-"
                                        + job(recording).hex().substring(0, 6)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.15.4", "1.20.5", "2.3.0"})
    void stopsUnderItsOwnIdWithFieldsInCamelCase(String version) {
        Recording recording = play(version, "stop-triggerid");
        TriggerId trigger = TriggerId.of(recording.get(1).part(3));

        assertThat(answer(transport.stopWithSavepoint(CLUSTER, request(job(recording), trigger), false)))
                .isEqualTo(trigger);
        server.verify(postRequestedFor(urlEqualTo(recording.get(0).url()))
                .withRequestBody(equalToJson("{\"targetDirectory\": \"file:///savepoints\", \"drain\": false,"
                        + " \"formatType\": \"CANONICAL\", \"triggerId\": \"" + trigger + "\"}")));
        assertThat(answer(transport.observeOperation(CLUSTER, job(recording), trigger)))
                .isInstanceOf(OperationObservation.InProgress.class);
        assertThat(answer(transport.observeOperation(CLUSTER, job(recording), trigger)))
                .isInstanceOf(OperationObservation.Completed.class);
        assertThat(answer(transport.savepointHistory(CLUSTER, job(recording))))
                .singleElement()
                .matches(SavepointRecord::stop);
    }

    @ParameterizedTest
    @ValueSource(strings = "1.14.6")
    void goesByFlinksOwnIdBefore115(String version) {
        Recording savepoint = play(version, "sp-unknown-job");
        assertThat(answer(transport.triggerSavepoint(CLUSTER, request(job(savepoint), TRIGGER))))
                .isEqualTo(TriggerId.of(savepoint.get(1).part(3)));
        server.verify(postRequestedFor(urlEqualTo(savepoint.get(0).url()))
                .withRequestBody(equalToJson("{\"target-directory\": \"file:///savepoints\"}")));

        Recording stop = play(version, "stop");
        assertThat(answer(transport.stopWithSavepoint(CLUSTER, request(job(stop), TRIGGER), true)))
                .isEqualTo(TriggerId.of(stop.get(1).part(3)));
        server.verify(postRequestedFor(urlEqualTo(stop.get(0).url()))
                .withRequestBody(equalToJson("{\"targetDirectory\": \"file:///savepoints\", \"drain\": true}")));
    }

    @ParameterizedTest
    @ValueSource(strings = "1.14.6")
    void refusesTheNativeFormatBefore115WithoutAsking(String version) {
        play(version, "config");
        SavepointRequest request =
                new SavepointRequest(JobId.of("ab".repeat(16)), TRIGGER, Optional.empty(), SavepointFormat.NATIVE);

        assertThat(failure(transport.triggerSavepoint(CLUSTER, request)))
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContainingAll("savepointFormatType NATIVE", "1.15", "1.14.6", "CANONICAL");
        server.verify(1, getRequestedFor(urlEqualTo("/config")));
        assertThat(server.getAllServeEvents()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.15.4", "1.20.5", "2.3.0"})
    void asksForTheNativeFormat(String version) {
        Recording recording = play(version, "sp-unknown-job");
        answer(transport.triggerSavepoint(
                CLUSTER, new SavepointRequest(job(recording), TRIGGER, Optional.empty(), SavepointFormat.NATIVE)));
        server.verify(postRequestedFor(urlEqualTo(recording.get(0).url()))
                .withRequestBody(equalToJson("{\"formatType\": \"NATIVE\", \"triggerId\": \"" + TRIGGER + "\"}")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void isRefusedWithoutDirectoryAndDefault(String version) {
        Recording recording = play(version, "sp-notarget");
        SavepointRequest request =
                new SavepointRequest(job(recording), TRIGGER, Optional.empty(), SavepointFormat.CANONICAL);

        assertThat(failure(transport.triggerSavepoint(CLUSTER, request)))
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContainingAll(
                        "default/orders",
                        "POST /jobs/" + job(recording) + "/savepoints",
                        "HTTP 400",
                        "Property [target-directory] must be provided.")
                .message()
                .doesNotContain("\tat ", "\n")
                .hasSizeLessThan(1300);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void aFailureComesAsACompletedOperation(String version) {
        Recording recording = play(version, "sp-unknown-job");
        TriggerId trigger = TriggerId.of(recording.get(1).part(3));

        assertThat(answer(transport.observeOperation(CLUSTER, job(recording), trigger)))
                .isEqualTo(new OperationObservation.Failed(
                        "FlinkJobNotFoundException: Could not find Flink job (" + job(recording) + ")"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void tellsTheCausesOfAFailure(String version) {
        Recording recording = play(version, "sp-unwritable");
        TriggerId trigger = TriggerId.of(recording.get(1).part(3));
        // Of 1.15.4 and 1.20.5 the recording ends before the last cause.
        boolean whole = recording.get(1).body().contains("Caused by: java.io.IOException");

        assertThat(answer(transport.observeOperation(CLUSTER, job(recording), trigger)))
                .isEqualTo(new OperationObservation.Failed(
                        "CheckpointException: An Exception occurred while triggering the checkpoint. IO-problem detected."
                                + (whole
                                        ? " <- IOException: Failed to create savepoint directory at file:/proc/nope"
                                        : "")));
        assertThat(whole || version.equals("1.15.4") || version.equals("1.20.5"))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void anIdThatFlinkDoesNotKnowIsUnknown(String version) {
        Recording recording = play(version, "sp-status-unknown");
        assertThat(answer(transport.observeOperation(
                        CLUSTER, job(recording), TriggerId.of(recording.get(0).part(3)))))
                .isEqualTo(new OperationObservation.Unknown(version.equals("1.14.6")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void aPathThatFlinkDoesNotServeIsNoUnknownIdAndNoUnknownJob(String version) {
        Recording.Exchange get = Recording.of(version, "no-such-path").get(0);
        Recording.Exchange post = Recording.of(version, "no-such-path").get(1);
        assertThat(get.body()).contains("Unable to load requested file");
        assertThat(post.body()).contains("Not found: ");
        Recording.of(version, "config").play(server);
        for (Recording.Exchange exchange : List.of(get, post)) {
            server.stubFor(any(urlPathMatching("/jobs/.*"))
                    .willReturn(aResponse()
                            .withStatus(exchange.status())
                            .withHeader("Content-Type", exchange.contentType())
                            .withBody(exchange.body())));
            JobId job = JobId.of("ab".repeat(16));
            assertThat(List.of(
                            failure(transport.observeOperation(CLUSTER, job, TRIGGER)),
                            failure(transport.observeJob(CLUSTER, job)),
                            failure(transport.cancelJob(CLUSTER, job)),
                            failure(transport.savepointHistory(CLUSTER, job)),
                            failure(transport.savepointsInProgress(CLUSTER, job)),
                            failure(transport.triggerSavepoint(CLUSTER, request(job, TRIGGER)))))
                    .allSatisfy(thrown -> assertThat(thrown)
                            .isInstanceOf(FlinkAnswerException.class)
                            .hasMessageContainingAll("HTTP 404", "the URL of Flink's REST API"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void cancels(String version) {
        Recording recording = play(version, "cancel");
        assertThat(answer(transport.cancelJob(CLUSTER, job(recording)))).isNull();

        JobId unknown = JobId.of(recording.get(4).part(1));
        assertThat(failure(transport.cancelJob(CLUSTER, unknown)))
                .isInstanceOf(UnknownJobException.class)
                .hasMessageContainingAll("PATCH /jobs/" + unknown, "default/orders");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void knowsNoHistoryOfAnUnknownJob(String version) {
        Recording.Exchange recorded = Recording.of(version, "job-unknown").get(0);
        server.stubFor(get(urlEqualTo(recorded.url() + "/checkpoints"))
                .willReturn(aResponse()
                        .withStatus(recorded.status())
                        .withHeader("Content-Type", recorded.contentType())
                        .withBody(recorded.body())));
        assertThat(failure(transport.savepointHistory(CLUSTER, JobId.of(recorded.part(1)))))
                .isInstanceOf(UnknownJobException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void listsTheCompletedSavepointsOfTheHistoryOldestFirst(String version) {
        Recording recording = play(version, "checkpoints-after-savepoints");
        List<SavepointRecord> history = answer(transport.savepointHistory(CLUSTER, job(recording)));

        assertThat(history)
                .hasSizeGreaterThan(4)
                .isSortedAccordingTo((a, b) -> a.triggerTime().compareTo(b.triggerTime()));
        assertThat(history)
                .extracting(SavepointRecord::location)
                .doesNotHaveDuplicates()
                .allMatch(it -> it.startsWith("file:/"));
        assertThat(history).noneMatch(SavepointRecord::stop);
        SavepointRecord last = history.get(history.size() - 1);
        String latest = recording.get(0).body().replaceAll(".*\"savepoint\":\\{(.*?\"discarded\":\\w+)\\}.*", "$1");
        assertThat(latest).contains("\"external_path\":\"" + last.location() + "\"");
        assertThat(latest)
                .contains("\"trigger_timestamp\":" + last.triggerTime().toEpochMilli());
        assertThat(latest).contains("\"end_to_end_duration\":" + last.duration().toMillis());
        assertThat(last.sizeBytes()).isIn(OptionalLong.of(1780), OptionalLong.of(1781));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void findsASavepointAmongCheckpoints(String version) {
        Recording recording = play(version, "ckpt-periodic-and-savepoint");
        assertThat(answer(transport.savepointHistory(CLUSTER, job(recording))))
                .singleElement()
                .satisfies(found -> assertThat(found.location()).startsWith("file:/savepoints/savepoint-"));
    }

    @ParameterizedTest
    @ValueSource(strings = "1.14.6")
    void tellsWhatIsInProgress(String version) {
        Recording recording = play(version, "sp-concurrent");
        assertThat(answer(transport.savepointsInProgress(CLUSTER, job(recording))))
                .extracting(Instant::toEpochMilli)
                .containsExactlyInAnyOrder(1795348788153L, 1795348788156L, 1795348788157L);
        // The second time they are completed.
        assertThat(answer(transport.savepointsInProgress(CLUSTER, job(recording))))
                .isEmpty();
        assertThat(answer(transport.savepointHistory(CLUSTER, job(recording)))).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = "1.14.6")
    void theSavepointOfAStopIsTellable(String version) {
        Recording recording = play(version, "stop");
        assertThat(answer(transport.savepointHistory(CLUSTER, job(recording))))
                .singleElement()
                .matches(SavepointRecord::stop);
    }
}
