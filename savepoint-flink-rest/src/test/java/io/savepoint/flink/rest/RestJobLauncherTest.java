package io.savepoint.flink.rest;

import static com.github.tomakehurst.wiremock.client.WireMock.aMultipart;
import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.binaryEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.savepoint.model.JobId;
import io.savepoint.model.JobSpec;
import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.JobLauncher.Outcome;
import io.savepoint.spi.LaunchRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a job gets to a session cluster. */
class RestJobLauncherTest extends Launching {
    @Test
    void uploadsTheJarAsItIsAndRunsItAsAsked() throws IOException {
        JobSpec spec = JobSpec.builder()
                .jarFile(jar.toUri().toString())
                .className("a.Main")
                .addArgs("--name", "with \"quotes\" and ü", "")
                .parallelism(3)
                .build();
        assertThat(answer(launcher.launch(CLUSTER, new LaunchRequest(JOB, spec, Optional.of("file:/sp/1"), true))))
                .isEqualTo(Outcome.SUBMITTED);

        server.verify(postRequestedFor(urlEqualTo("/jars/upload"))
                .withRequestBodyPart(aMultipart()
                        .withHeader("Content-Disposition", containing("filename=\"job.jar\""))
                        .withBody(binaryEqualTo(Files.readAllBytes(jar)))
                        .build()));
        server.verify(postRequestedFor(urlEqualTo(RUN))
                .withRequestBody(equalToJson(
                        "{\"entryClass\":\"a.Main\",\"programArgsList\":[\"--name\",\"with \\\"quotes\\\" and"
                                + " ü\",\"\"],\"parallelism\":3,\"jobId\":\"" + JOB
                                + "\",\"savepointPath\":\"file:/sp/1\",\"allowNonRestoredState\":true}")));
    }

    @Test
    void startsFromTheSavepointOfTheRequestAlone() {
        JobSpec spec = JobSpec.builder()
                .from(request().spec())
                .fromSavepoint("file:/sp/1")
                .allowNonRestoredState(true)
                .build();
        answer(launcher.launch(CLUSTER, LaunchRequest.of(JOB, spec)));
        answer(launcher.launch(CLUSTER, new LaunchRequest(JOB, spec, Optional.of("file:/sp/2"), false)));
        assertThat(server.findAll(postRequestedFor(urlEqualTo(RUN))))
                .extracting(LoggedRequest::getBodyAsString)
                .containsExactly(
                        "{\"jobId\":\"" + JOB + "\",\"savepointPath\":\"file:/sp/1\",\"allowNonRestoredState\":true}",
                        "{\"jobId\":\"" + JOB + "\",\"savepointPath\":\"file:/sp/2\",\"allowNonRestoredState\":false}");
    }

    @Test
    void leavesOutWhatIsNotSet() {
        answer(launcher.launch(CLUSTER, request()));
        server.verify(postRequestedFor(urlEqualTo(RUN))
                .withRequestBody(equalToJson("{\"jobId\":\"" + JOB + "\",\"allowNonRestoredState\":false}")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void takesWhatRealFlinksAnswer(String version) {
        Recording.Exchange upload = Recording.of(version, "jar-upload").get(0);
        String id = upload.body().replaceAll(".*flink-web-upload/([^\"]*)\".*", "$1");
        Recording.Exchange run = Recording.of(version, "run-jobid").get(0);
        JobId job = JobId.of(run.body().replaceAll(".*\"jobid\":\"(\\w+)\".*", "$1"));
        server.stubFor(post("/jars/upload").willReturn(recorded(upload)));
        server.stubFor(post("/jars/" + id + "/run").willReturn(recorded(run)));

        LaunchRequest request = new LaunchRequest(job, request().spec(), Optional.empty(), false);
        assertThat(answer(launcher.launch(CLUSTER, request))).isEqualTo(Outcome.SUBMITTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void anIdThatFlinkHasIsSubmittedAlready(String version) {
        Recording.Exchange duplicate = Recording.of(version, "run-jobid").get(1);
        assertThat(duplicate.status()).isEqualTo(400);
        server.stubFor(post(RUN).willReturn(recorded(duplicate)));
        assertThat(answer(launcher.launch(CLUSTER, request()))).isEqualTo(Outcome.ALREADY_SUBMITTED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "run-badclass | ProgramInvocationException: The program's entry point class 'no.Such' was not found in the jar file.",
                "run-main-throws | IllegalStateException: main throws: x",
                "run-missing-savepoint | FileNotFoundException: Cannot find checkpoint or savepoint file/directory",
                "run-incompatible | Cannot map checkpoint/savepoint state for operator"
            })
    void tellsWhyAJobCannotBeStarted(String name, String reason) {
        for (String version : List.of("1.14.6", "1.15.4", "1.20.5", "2.3.0")) {
            server.stubFor(
                    post(RUN).willReturn(recorded(Recording.of(version, name).get(0))));
            assertThat(failure(launcher.launch(CLUSTER, request())))
                    .as(version)
                    .isInstanceOf(FlinkRefusedException.class)
                    .hasMessageContainingAll(CLUSTER.toString(), RUN, reason)
                    .message()
                    .hasSizeLessThan(1300)
                    .doesNotContain("\n", "CompletionException");
        }
        verifyUploads(1);
    }

    private void mainThrows(String type) {
        server.stubFor(post(RUN)
                .willReturn(jsonResponse(
                        "{\"errors\":[\"org.apache.flink.runtime.rest.handler.RestHandlerException: Could not execute"
                                + " application.\\nCaused by: " + type + ": late\"]}",
                        400)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "akka.pattern.AskTimeoutException",
                "org.apache.pekko.pattern.AskTimeoutException",
                "org.apache.flink.runtime.rpc.exceptions.FencingTokenException",
                "java.util.concurrent.TimeoutException"
            })
    void whatMayPassByIsNoRefusal(String type) {
        mainThrows(type);
        assertThat(failure(launcher.launch(CLUSTER, request())))
                .isInstanceOf(FlinkAnswerException.class)
                .hasMessageContaining("may or may not");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.apache.kafka.common.errors.TimeoutException",
                "org.apache.flink.kafka.shaded.org.apache.kafka.common.errors.TimeoutException",
                "com.example.AskTimeoutException",
                "com.example.DuplicateOrderSubmissionException"
            })
    void whatTheProgramThrowsIsARefusalWhateverItsName(String type) {
        mainThrows(type);
        assertThat(failure(launcher.launch(CLUSTER, request())))
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContaining(type.substring(type.lastIndexOf('.') + 1) + ": late");
    }

    @Test
    void anErrorOfTheServerIsNoRefusal() {
        server.stubFor(post(RUN)
                .willReturn(jsonResponse(
                        "{\"errors\":[\"Internal server error.\",\"a.b.SomeException: bad luck\"]}", 500)));
        assertThat(failure(launcher.launch(CLUSTER, request())))
                .isInstanceOf(FlinkAnswerException.class)
                .hasMessageContaining("bad luck");
    }

    @Test
    void withoutAGoAheadNothingIsSubmitted() {
        FlinkUnreachableException no = new FlinkUnreachableException("another manager went on");
        assertThat(failure(launcher.launch(CLUSTER, request(), () -> CompletableFuture.failedFuture(no))))
                .isSameAs(no);
        verifyUploads(1);
        server.verify(0, postRequestedFor(urlEqualTo(RUN)));
    }

    @Test
    void eachSubmissionNeedsAGoAhead() {
        server.stubFor(post(RUN).willReturn(jsonResponse(NO_SUCH_JAR, 500)));
        AtomicInteger asked = new AtomicInteger();
        assertThat(failure(launcher.launch(CLUSTER, request(), () -> {
                    server.verify(asked.getAndIncrement(), postRequestedFor(urlEqualTo(RUN)));
                    return CompletableFuture.completedFuture(null);
                })))
                .isInstanceOf(FlinkAnswerException.class);
        assertThat(asked).hasValue(2);
        server.verify(2, postRequestedFor(urlEqualTo(RUN)));
    }

    @Test
    void anotherJobIdInTheAnswerIsReported() {
        server.stubFor(post(RUN).willReturn(okJson("{\"jobid\":\"" + "12".repeat(16) + "\"}")));
        assertThat(failure(launcher.launch(CLUSTER, request())))
                .isInstanceOf(FlinkAnswerException.class)
                .hasMessageContainingAll(JOB.hex(), "12".repeat(16));
    }

    @Test
    void aLaunchWhoseAnswerIsLostIsNotRepeated() {
        server.stubFor(post(RUN)
                .inScenario("lost")
                .whenScenarioStateIs(Scenario.STARTED)
                .willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
        assertThat(failure(launcher.launch(CLUSTER, request()))).isInstanceOf(FlinkUnreachableException.class);
        server.verify(1, postRequestedFor(urlEqualTo(RUN)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/no/such/job.jar | there is no such file",
                "file:///no/such/job.jar | there is no such file",
                "https://repo.example/job.jar | only local files are read (a DownloadingJobLauncher",
                "s3://bucket/job.jar | only local files are read",
                "file:relative.jar | it is not a path or a file: URL",
                "/tmp | it is not a file"
            })
    void namesTheFieldOfABadJar(String jarFile, String why) {
        assertThat(failure(launcher.launch(CLUSTER, request(jarFile))))
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContainingAll(CLUSTER.toString(), "jarFile '" + jarFile + "'", why, "this process can read");
        assertThat(server.getAllServeEvents()).isEmpty();
    }

    @Test
    void wantsAJarAndOneOfThatName() throws IOException {
        LaunchRequest none = new LaunchRequest(JOB, JobSpec.builder().build(), Optional.empty(), false);
        assertThat(failure(launcher.launch(CLUSTER, none)))
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContaining("no jarFile");
        Path text = Files.writeString(directory.resolve("job.txt"), "x");
        assertThat(failure(launcher.launch(CLUSTER, request(text.toString()))))
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContaining("must end in .jar");
        assertThat(server.getAllServeEvents()).isEmpty();
    }

    @Test
    void aNameCannotBreakOutOfItsHeader() throws IOException {
        Path odd = Files.copy(jar, directory.resolve("a\"\r\nX: y ü.jar"));
        answer(launcher.launch(CLUSTER, request(odd.toString())));
        server.verify(postRequestedFor(urlEqualTo("/jars/upload"))
                .withRequestBodyPart(aMultipart()
                        .withHeader("Content-Disposition", containing("filename=\"a___X: y "))
                        .build()));
    }
}
