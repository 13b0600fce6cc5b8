package io.savepoint.flink.rest;

import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.deleteRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.savepoint.flink.rest.Recording.Exchange;
import io.savepoint.model.JobId;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.JobLauncher.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The jars of session clusters, as a script handles them. */
class JarsTest extends Launching {
    private static final String JAR = "1f_job.jar";

    private Jars jars;

    @BeforeEach
    void makeJars() {
        jars = FlinkRestTransport.at(server.baseUrl()).jars();
        version("2.3.0");
    }

    private void version(String version) {
        server.stubFor(get("/config").willReturn(okJson("{\"flink-version\":\"" + version + "\"}")));
    }

    private static JarRunRequest.Builder run() {
        return JarRunRequest.builder().jobId(JOB);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void listsJars(String version) {
        Recording recording = Recording.of(version, "jars").play(server);
        List<UploadedJar> list = answer(jars.list(Asking.CLUSTER));
        assertThat(list).hasSize(2).isSortedAccordingTo((a, b) -> b.uploaded().compareTo(a.uploaded()));
        assertThat(list).allSatisfy(jar -> {
            assertThat(jar.id()).endsWith("_count-job.jar");
            assertThat(jar.name()).isEqualTo("count-job.jar");
            assertThat(jar.entryClasses()).containsExactly("ff.CountJob");
        });
        String uploaded = recording.get(0).body().replaceAll(".*?\"uploaded\":(\\d+).*", "$1");
        assertThat(list.get(0).uploaded()).isEqualTo(Instant.ofEpochMilli(Long.parseLong(uploaded)));
    }

    @Test
    void saysWhenAClusterServesNoJars() {
        server.stubFor(
                get("/jars").willReturn(jsonResponse("{\"errors\":[\"Unable to load requested file /jars.\"]}", 404)));
        assertThat(failure(jars.list(Asking.CLUSTER)))
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContainingAll("GET /jars", "web.submit.enable", "flink-runtime-web");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void deletesAJarOnceAndForAll(String version) {
        Recording recording = Recording.of(version, "jar-delete").play(server);
        String id = recording.get(0).part(1);
        assertThat(recording.get(1).status()).isEqualTo(400);
        assertThat(jars.delete(Asking.CLUSTER, id)).succeedsWithin(Asking.LONG);
        assertThat(jars.delete(Asking.CLUSTER, id)).succeedsWithin(Asking.LONG);
        server.verify(2, deleteRequestedFor(urlEqualTo("/jars/" + id)));
    }

    @Test
    void aDeletionThatIsRefusedFails() {
        server.stubFor(delete("/jars/" + JAR)
                .willReturn(jsonResponse("{\"errors\":[\"a.RestHandlerException: Unable to delete jar\"]}", 400)));
        assertThat(failure(jars.delete(Asking.CLUSTER, JAR)))
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContaining("Unable to delete jar");
    }

    @Test
    void uploadsAndRunsAJar() {
        String id = answer(jars.upload(Asking.CLUSTER, jar));
        assertThat(id).isEqualTo(JAR);
        JarRunRequest request = run().entryClass("a.Main")
                .args(List.of("--x", "1"))
                .parallelism(2)
                .savepointPath("file:/sp/1")
                .allowNonRestoredState(true)
                .claimMode(ClaimMode.CLAIM)
                .flinkConfiguration(Map.of("pipeline.name", "orders"))
                .build();
        assertThat(answer(jars.run(Asking.CLUSTER, id, request))).isEqualTo(Outcome.SUBMITTED);
        server.verify(postRequestedFor(urlEqualTo(RUN))
                .withRequestBody(equalToJson("{\"entryClass\":\"a.Main\",\"programArgsList\":[\"--x\",\"1\"],"
                        + "\"parallelism\":2,\"jobId\":\"" + JOB + "\",\"savepointPath\":\"file:/sp/1\","
                        + "\"allowNonRestoredState\":true,\"claimMode\":\"CLAIM\","
                        + "\"flinkConfiguration\":{\"pipeline.name\":\"orders\"}}")));
    }

    @Test
    void whatEveryVersionTakesIsSentWithoutAskingForTheVersion() {
        answer(jars.run(Asking.CLUSTER, JAR, run().savepointPath("file:/sp/1").build()));
        server.verify(postRequestedFor(urlEqualTo(RUN))
                .withRequestBody(equalToJson("{\"jobId\":\"" + JOB
                        + "\",\"savepointPath\":\"file:/sp/1\",\"allowNonRestoredState\":false}")));
        server.verify(0, getRequestedFor(urlEqualTo("/config")));
    }

    @ParameterizedTest
    @CsvSource({"1.15.4, restoreMode", "1.19.3, restoreMode", "1.20.5, claimMode", "2.3.0, claimMode"})
    void theClaimModeGoesUnderTheNameThatTheVersionKnows(String version, String field) {
        version(version);
        for (ClaimMode mode : ClaimMode.values()) {
            answer(jars.run(Asking.CLUSTER, JAR, run().claimMode(mode).build()));
            server.verify(postRequestedFor(urlEqualTo(RUN))
                    .withRequestBody(equalToJson("{\"jobId\":\"" + JOB + "\",\"allowNonRestoredState\":false,\"" + field
                            + "\":\"" + mode + "\"}")));
        }
    }

    /** The fields are those that the recorded versions were seen to take or to refuse. */
    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void theFieldsAreThoseThatRealFlinksTake(String version) {
        FlinkVersion flink = FlinkVersion.of(version);
        boolean claimMode = takes(version, "run-claimmode");
        assertThat(takes(version, "run-restoremode")).isEqualTo(flink.takesClaimMode());
        assertThat(flink.claimModeField()).isEqualTo(claimMode ? "claimMode" : "restoreMode");
        assertThat(takes(version, "run-flinkconfiguration")).isEqualTo(flink.takesConfiguration());
    }

    private static boolean takes(String version, String recording) {
        return Recording.of(version, recording).get(0).status() == 200;
    }

    @ParameterizedTest
    @EnumSource(ClaimMode.class)
    void aClaimModeIsRefusedBefore115(ClaimMode mode) {
        version("1.14.6");
        assertThat(failure(jars.run(Asking.CLUSTER, JAR, run().claimMode(mode).build())))
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContainingAll(
                        "Flink cluster default/orders",
                        "POST /jars/1f_job.jar/run",
                        "was not sent",
                        "claimMode " + mode,
                        "1.15",
                        "1.14.6",
                        "leave it out");
        server.verify(0, postRequestedFor(urlEqualTo(RUN)));
    }

    @Test
    void aConfigurationIsRefusedBefore117() {
        version("1.16.3");
        JarRunRequest request = run().claimMode(ClaimMode.CLAIM)
                .flinkConfiguration(Map.of("secret", "hidden"))
                .build();
        assertThat(failure(jars.run(Asking.CLUSTER, JAR, request)))
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContainingAll("was not sent", "flinkConfiguration", "1.17", "1.16.3")
                .hasMessageNotContaining("hidden");
        server.verify(0, postRequestedFor(urlEqualTo(RUN)));
    }

    @Test
    void isRefusedByAnOldVersionOnlyAfterAskingForItAnew() {
        version("1.14.6");
        JarRunRequest request = run().claimMode(ClaimMode.CLAIM).build();
        failure(jars.run(Asking.CLUSTER, JAR, request));
        version("1.20.5");
        assertThat(answer(jars.run(Asking.CLUSTER, JAR, request))).isEqualTo(Outcome.SUBMITTED);
    }

    @Test
    void findsTheRightFieldWhenTheVersionHasChangedUnnoticed() {
        answer(jars.run(Asking.CLUSTER, JAR, run().claimMode(ClaimMode.CLAIM).build()));
        version("1.15.4");
        server.stubFor(post(RUN)
                .withRequestBody(matchingJsonPath("$.claimMode"))
                .willReturn(jsonResponse(
                        Recording.of("1.15.4", "run-claimmode").get(0).body(), 400)));
        assertThat(answer(jars.run(
                        Asking.CLUSTER, JAR, run().claimMode(ClaimMode.CLAIM).build())))
                .isEqualTo(Outcome.SUBMITTED);
        server.verify(1, postRequestedFor(urlEqualTo(RUN)).withRequestBody(matchingJsonPath("$.restoreMode")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.15.4", "1.20.5", "2.3.0"})
    void aRepetitionUnderTheSameIdRunsNothing(String version) {
        version(version);
        Recording recording = Recording.of(version, "run-jobid");
        server.stubFor(post(RUN)
                .inScenario("runs")
                .whenScenarioStateIs(Scenario.STARTED)
                .willSetStateTo("again")
                .willReturn(recorded(recording.get(0))));
        Exchange duplicate = first(recording, 400);
        server.stubFor(post(RUN).inScenario("runs").whenScenarioStateIs("again").willReturn(recorded(duplicate)));
        JobId job = JobId.of(recording.get(0).body().replaceAll(".*\"jobid\":\"(\\w+)\".*", "$1"));
        JarRunRequest request = JarRunRequest.builder().jobId(job).build();
        assertThat(answer(jars.run(Asking.CLUSTER, JAR, request))).isEqualTo(Outcome.SUBMITTED);
        assertThat(answer(jars.run(Asking.CLUSTER, JAR, request))).isEqualTo(Outcome.ALREADY_SUBMITTED);
    }

    private static Exchange first(Recording recording, int status) {
        for (int i = 0; i < recording.size(); i++) {
            if (recording.get(i).status() == status) {
                return recording.get(i);
            }
        }
        throw new AssertionError("no exchange with status " + status);
    }

    @Test
    void runningAJarThatIsNotThereIsRefused() {
        server.stubFor(post(RUN).willReturn(jsonResponse(NO_SUCH_JAR, 500)));
        assertThat(failure(jars.run(Asking.CLUSTER, JAR, run().build())))
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContainingAll("does not exist", "upload it first");
        assertThat(failure(jars.upload(Asking.CLUSTER, directory.resolve("none.jar"))))
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContaining("none.jar");
    }

    @Test
    void aRequestHasAnIdOfItsOwnAndKeepsItsSecrets() {
        JarRunRequest request = JarRunRequest.builder()
                .args(List.of("--password=hidden"))
                .flinkConfiguration(Map.of("s3.secret-key", "hidden"))
                .build();
        assertThat(request.jobId()).isNotEqualTo(JarRunRequest.builder().build().jobId());
        assertThat(request.toString())
                .contains(request.jobId().hex(), "s3.secret-key")
                .doesNotContain("hidden");
        assertThatThrownBy(() -> JarRunRequest.builder().parallelism(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("parallelism must be >= 1, was 0");
    }
}
