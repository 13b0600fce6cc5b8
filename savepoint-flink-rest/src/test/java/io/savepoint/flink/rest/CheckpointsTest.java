package io.savepoint.flink.rest;

import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.savepoint.flink.rest.CheckpointStatistics.Counts;
import io.savepoint.flink.rest.CheckpointStatistics.Restored;
import io.savepoint.flink.rest.Recording.Exchange;
import io.savepoint.model.JobId;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.UnknownJobException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The checkpoints of jobs. */
class CheckpointsTest {
    private static final JobId JOB = JobId.of("ab".repeat(16));
    private static final TriggerId TRIGGER = TriggerId.of("aa".repeat(16));
    private static final String CHECKPOINTS = "/jobs/" + JOB + "/checkpoints";
    private static final String STATUS = CHECKPOINTS + "/" + TRIGGER;

    @RegisterExtension
    static final WireMockExtension server = Asking.aServer();

    private Checkpoints checkpoints;

    @BeforeEach
    void reset() {
        checkpoints = FlinkRestTransport.at(server.baseUrl()).checkpoints();
        version("2.3.0");
    }

    private static void version(String version) {
        server.stubFor(get("/config").willReturn(okJson("{\"flink-version\":\"" + version + "\"}")));
    }

    private static JobId job(Recording recording) {
        return JobId.of(recording.get(0).part(1));
    }

    @ParameterizedTest
    @EnumSource(CheckpointType.class)
    void triggersUnderItsOwnId(CheckpointType type) {
        server.stubFor(post(CHECKPOINTS).willReturn(jsonResponse("{\"request-id\":\"" + TRIGGER + "\"}", 202)));
        assertThat(answer(checkpoints.trigger(CLUSTER, JOB, type, TRIGGER))).isEqualTo(TRIGGER);
        server.verify(postRequestedFor(urlEqualTo(CHECKPOINTS))
                .withRequestBody(
                        equalToJson("{\"checkpointType\":\"" + type + "\",\"triggerId\":\"" + TRIGGER + "\"}")));
    }

    /** The types are those that real Flinks were seen to take. */
    @ParameterizedTest
    @ValueSource(strings = {"1.20.5", "2.3.0"})
    void followsARecordedCheckpoint(String version) {
        version(version);
        Recording recording = Recording.of(version, "ckpt-trigger").play(server);
        for (int i = 0; i < recording.size(); i++) {
            Exchange exchange = recording.get(i);
            if (exchange.method().equals("POST") && exchange.status() == 202) {
                assertThat(exchange.requestBody()).containsAnyOf("CONFIGURED", "FULL", "{}", "triggerId");
            } else if (exchange.method().equals("POST")) {
                assertThat(exchange.requestBody()).containsAnyOf("INCREMENTAL", "BOGUS");
            } else if (exchange.url().split("/").length == 5) {
                CheckpointObservation expected = exchange.status() == 404
                        ? new CheckpointObservation.Unknown()
                        : new CheckpointObservation.Completed(
                                Long.parseLong(exchange.body().replaceAll("\\D+(\\d+)\\D+", "$1")));
                assertThat(answer(checkpoints.observe(CLUSTER, job(recording), TriggerId.of(exchange.part(3)))))
                        .isEqualTo(expected);
            }
        }
        CheckpointStatistics statistics = answer(checkpoints.statistics(CLUSTER, job(recording)));
        assertThat(statistics.counts()).isEqualTo(new Counts(0, 4, 0, 4, 0));
    }

    @Test
    void tellsWhatIsInProgressAndWhatFailed() {
        server.stubFor(get(STATUS).willReturn(okJson("{\"status\":{\"id\":\"IN_PROGRESS\"},\"operation\":null}")));
        assertThat(answer(checkpoints.observe(CLUSTER, JOB, TRIGGER)))
                .isEqualTo(new CheckpointObservation.InProgress());
        server.stubFor(
                get(STATUS)
                        .willReturn(
                                okJson(
                                        "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"failure-cause\":"
                                                + "{\"stack-trace\":\"a.CheckpointException: CheckpointCoordinator shutdown.\\n\\tat a.B\"}}}")));
        assertThat(answer(checkpoints.observe(CLUSTER, JOB, TRIGGER)))
                .isEqualTo(new CheckpointObservation.Failed("CheckpointException: CheckpointCoordinator shutdown."));
        server.stubFor(get(STATUS).willReturn(okJson("{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{}}")));
        assertThat(failure(checkpoints.observe(CLUSTER, JOB, TRIGGER))).isInstanceOf(FlinkAnswerException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4"})
    void isRefusedBefore117WithoutAskingForIt(String version) {
        assertThat(Recording.of(version, "ckpt-trigger").get(0).status()).isEqualTo(404);
        version(version);
        assertThat(failure(checkpoints.trigger(CLUSTER, JOB, CheckpointType.FULL, TRIGGER)))
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContainingAll(
                        "Flink cluster default/orders",
                        "POST " + CHECKPOINTS,
                        "was not sent",
                        "1.17",
                        version,
                        "take a savepoint instead");
        assertThat(failure(checkpoints.observe(CLUSTER, JOB, TRIGGER)))
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContainingAll("GET " + STATUS, "1.17", version);
        server.verify(0, postRequestedFor(urlEqualTo(CHECKPOINTS)));
        server.verify(0, getRequestedFor(urlEqualTo(STATUS)));
    }

    @Test
    void isRefusedByAnOlderVersionThatHasComeUnnoticed() {
        server.stubFor(get(STATUS).willReturn(okJson("{\"status\":{\"id\":\"IN_PROGRESS\"},\"operation\":null}")));
        answer(checkpoints.observe(CLUSTER, JOB, TRIGGER));
        version("1.15.4");
        server.stubFor(post(CHECKPOINTS)
                .willReturn(jsonResponse(
                        Recording.of("1.15.4", "ckpt-trigger").get(0).body(), 404)));
        assertThat(failure(checkpoints.trigger(CLUSTER, JOB, CheckpointType.FULL, TRIGGER)))
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContainingAll("1.17", "1.15.4");
        server.verify(1, postRequestedFor(urlEqualTo(CHECKPOINTS)));
    }

    @ParameterizedTest
    @CsvSource({"1.14.6, 11, 1", "1.15.4, 10, 0", "1.20.5, 10, 0", "2.3.0, 11, 1"})
    void tellsOfCheckpointsAndSavepoints(String version, int total, int failed) {
        Recording recording =
                Recording.of(version, "ckpt-periodic-and-savepoint").play(server);
        CheckpointStatistics statistics = answer(checkpoints.statistics(CLUSTER, job(recording)));

        assertThat(statistics.counts()).isEqualTo(new Counts(0, total, 0, 10, failed));
        assertThat(statistics.history())
                .hasSize(10)
                .isSortedAccordingTo((a, b) -> Long.compare(b.id(), a.id()))
                .filteredOn(checkpoint -> checkpoint.kind() == Checkpoint.Kind.SAVEPOINT)
                .singleElement()
                .isEqualTo(statistics.latestSavepoint().orElseThrow());
        Checkpoint savepoint = statistics.latestSavepoint().get();
        String json = recording.get(0).body().replaceAll(".*\"savepoint\":(\\{.*?}).*", "$1");
        assertThat(savepoint.triggerTime()).isEqualTo(Instant.ofEpochMilli(number(json, "trigger_timestamp")));
        assertThat(savepoint.duration()).isEqualTo(Duration.ofMillis(number(json, "end_to_end_duration")));
        assertThat(savepoint.stateSize()).isEqualTo(OptionalLong.of(number(json, "state_size")));
        assertThat(savepoint.path()).hasValueSatisfying(path -> assertThat(path).startsWith("file:/savepoints/"));
        assertThat(savepoint.isRestorable()).isTrue();
        assertThat(savepoint.tasks()).isEqualTo(2);
        assertThat(savepoint.acknowledged()).isEqualTo(2);
        boolean tellsFormat = !version.equals("1.14.6") && !version.equals("1.15.4");
        assertThat(savepoint.format())
                .isEqualTo(tellsFormat ? Optional.of(SavepointFormat.CANONICAL) : Optional.empty());
        Checkpoint completed = statistics.latestCompleted().orElseThrow();
        assertThat(completed.kind()).isEqualTo(Checkpoint.Kind.CHECKPOINT);
        assertThat(completed.status()).isEqualTo(Checkpoint.Status.COMPLETED);
        assertThat(completed.format()).isEmpty();
        assertThat(completed.checkpointedSize().isPresent()).isEqualTo(!version.equals("1.14.6"));
        // These were kept in the JobManager's memory, which is no place to start from.
        assertThat(completed.path()).isEmpty();
        assertThat(answer(checkpoints.latestRetainedPath(CLUSTER, job(recording))))
                .isEmpty();
    }

    private static long number(String json, String field) {
        return Long.parseLong(json.replaceAll(".*\"" + field + "\":(\\d+).*", "$1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void tellsWhyACheckpointFailed(String version) {
        Recording recording =
                Recording.of(version, "checkpoints-after-savepoints").play(server);
        CheckpointStatistics statistics = answer(checkpoints.statistics(CLUSTER, job(recording)));
        assertThat(statistics.counts().failed()).isEqualTo(4);
        Checkpoint failed = statistics.latestFailed().orElseThrow();
        assertThat(failed.status()).isEqualTo(Checkpoint.Status.FAILED);
        assertThat(failed.kind()).isEqualTo(Checkpoint.Kind.SAVEPOINT);
        assertThat(failed.failure())
                .hasValueSatisfying(reason -> assertThat(reason)
                        .contains("An Exception occurred while triggering the checkpoint. IO-problem detected."));
        assertThat(failed.path()).isEmpty();
        assertThat(failed.isRestorable()).isFalse();
        assertThat(failed.acknowledged()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.20.5", "2.3.0"})
    void tellsWhatIsInProgress(String version) {
        Recording recording = Recording.of(version, "sp-busy-checkpoints").play(server);
        CheckpointStatistics statistics = answer(checkpoints.statistics(CLUSTER, job(recording)));
        assertThat(statistics.counts().inProgress()).isEqualTo(1);
        Checkpoint running = statistics.history().get(0);
        assertThat(running.status()).isEqualTo(Checkpoint.Status.IN_PROGRESS);
        assertThat(running.kind()).isEqualTo(Checkpoint.Kind.STOP);
        assertThat(running.path()).isEmpty();
        assertThat(running.isRestorable()).isFalse();
        assertThat(running.acknowledged()).isLessThan(running.tasks());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void tellsThatThereAreNone(String version) {
        Recording recording = Recording.of(version, "checkpoints-none").play(server);
        assertThat(answer(checkpoints.statistics(CLUSTER, job(recording))))
                .isEqualTo(new CheckpointStatistics(
                        new Counts(0, 0, 0, 0, 0),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of()));
        assertThat(answer(checkpoints.latestRetainedPath(CLUSTER, job(recording))))
                .isEmpty();
    }

    private static String checkpoint(int id, String status, boolean savepoint, boolean discarded) {
        return "{\"id\":" + id + ",\"status\":\"" + status + "\",\"is_savepoint\":" + savepoint
                + ",\"trigger_timestamp\":1000,\"end_to_end_duration\":5,\"state_size\":-1,\"external_path\":\"file:/c/chk-"
                + id + "\",\"discarded\":" + discarded + "}";
    }

    private static void statistics(String completed, String... history) {
        server.stubFor(get(CHECKPOINTS)
                .willReturn(okJson("{\"counts\":{\"restored\":1,\"total\":9,\"in_progress\":0,\"completed\":9,"
                        + "\"failed\":0},\"latest\":{\"completed\":" + completed
                        + ",\"savepoint\":null,\"failed\":null,"
                        + "\"restored\":{\"id\":7,\"restore_timestamp\":2000,\"is_savepoint\":true,\"external_path\":"
                        + "\"file:/savepoints/savepoint-x\"}},\"history\":[" + String.join(",", history) + "]}")));
    }

    @Test
    void findsTheLatestCheckpointToStartFrom() {
        statistics(
                checkpoint(8, "COMPLETED", false, false),
                checkpoint(9, "COMPLETED", true, false),
                checkpoint(8, "COMPLETED", false, false),
                checkpoint(7, "COMPLETED", false, true));
        assertThat(answer(checkpoints.latestRetainedPath(CLUSTER, JOB))).contains("file:/c/chk-8");
        statistics(
                checkpoint(8, "COMPLETED", false, true),
                checkpoint(10, "FAILED", false, false),
                checkpoint(8, "COMPLETED", false, true),
                checkpoint(7, "COMPLETED", false, false),
                checkpoint(6, "COMPLETED", false, false));
        assertThat(answer(checkpoints.latestRetainedPath(CLUSTER, JOB))).contains("file:/c/chk-7");
        statistics("null", checkpoint(9, "COMPLETED", true, false), checkpoint(7, "COMPLETED", false, true));
        assertThat(answer(checkpoints.latestRetainedPath(CLUSTER, JOB))).isEmpty();
    }

    @Test
    void tellsWhatAJobWasStartedFrom() {
        statistics("null", checkpoint(1, "COMPLETED", false, false));
        CheckpointStatistics statistics = answer(checkpoints.statistics(CLUSTER, JOB));
        assertThat(statistics.latestRestored())
                .contains(new Restored(7, Instant.ofEpochSecond(2), true, Optional.of("file:/savepoints/savepoint-x")));
        assertThat(statistics.history().get(0).stateSize()).isEmpty();
    }

    @Test
    void aPathThatNobodyCanReadIsNotTakenForOne() {
        String unreadable = checkpoint(8, "COMPLETED", false, false).replace("chk-", "chk\\u0000-");
        statistics(unreadable, unreadable);
        assertThat(failure(checkpoints.latestRetainedPath(CLUSTER, JOB)))
                .isInstanceOf(FlinkAnswerException.class)
                .hasMessageContaining("its field 'external_path'")
                .hasMessageContaining("cannot be read");
    }

    @Test
    void anUnknownJobHasNoStatistics() {
        server.stubFor(get(CHECKPOINTS)
                .willReturn(jsonResponse("{\"errors\":[\"a.NotFoundException: Job not found\"]}", 404)));
        assertThat(failure(checkpoints.statistics(CLUSTER, JOB))).isInstanceOf(UnknownJobException.class);
        assertThat(failure(checkpoints.latestRetainedPath(CLUSTER, JOB))).isInstanceOf(UnknownJobException.class);
    }

    @Test
    void strangeStatisticsAreNotBelieved() {
        statistics("null", checkpoint(1, "PERHAPS", false, false));
        assertThat(failure(checkpoints.statistics(CLUSTER, JOB)))
                .isInstanceOf(FlinkAnswerException.class)
                .hasMessageContaining("its checkpoint status 'PERHAPS' is unknown");
        server.stubFor(get(CHECKPOINTS).willReturn(okJson("{\"history\":[]}")));
        assertThat(failure(checkpoints.statistics(CLUSTER, JOB)))
                .isInstanceOf(FlinkAnswerException.class)
                .hasMessageContaining("its field 'latest' is missing");
    }
}
