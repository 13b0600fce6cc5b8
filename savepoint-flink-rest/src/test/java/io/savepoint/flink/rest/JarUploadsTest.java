package io.savepoint.flink.rest;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.deleteRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.http.Fault;
import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.JobLauncher.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a jar is uploaded, uploaded again, and deleted. */
class JarUploadsTest extends Launching {
    @Test
    void uploadsAJarOnceForManyLaunches() {
        List<CompletableFuture<Outcome>> all = Stream.generate(() -> launcher.launch(CLUSTER, request()))
                .limit(10)
                .toList();
        all.forEach(Asking::answer);
        verifyUploads(1);
    }

    @Test
    void uploadsAJarAgainWhenItHasChanged() throws IOException {
        answer(launcher.launch(CLUSTER, request()));
        Files.writeString(jar, "other");
        answer(launcher.launch(CLUSTER, request()));
        verifyUploads(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 400})
    void deletesWhatWasReplacedOnceTheNewOneRuns(int answerToDelete) throws IOException {
        server.stubFor(delete(anyUrl()).willReturn(jsonResponse("{}", answerToDelete)));
        answer(launcher.launch(CLUSTER, request()));
        Files.writeString(jar, "other");
        uploads("2f_job.jar");
        server.stubFor(post("/jars/2f_job.jar/run").willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
        failure(launcher.launch(CLUSTER, request()));
        server.verify(0, deleteRequestedFor(anyUrl()));

        server.stubFor(post("/jars/2f_job.jar/run").willReturn(okJson("{\"jobid\":\"" + JOB + "\"}")));
        assertThat(answer(launcher.launch(CLUSTER, request()))).isEqualTo(Outcome.SUBMITTED);
        await().untilAsserted(() -> server.verify(1, deleteRequestedFor(urlEqualTo("/jars/1f_job.jar"))));
        answer(launcher.launch(CLUSTER, request()));
        server.verify(1, deleteRequestedFor(anyUrl()));
        verifyUploads(2);
    }

    @Test
    void deletesNothingThatALaunchIsGoingToRun() throws IOException {
        server.stubFor(
                post(RUN).willReturn(okJson("{\"jobid\":\"" + JOB + "\"}").withFixedDelay(60_000)));
        byte[] content = Files.readAllBytes(jar);
        FileTime modified = Files.getLastModifiedTime(jar);
        launcher.launch(CLUSTER, request());
        await().until(() -> !server.findAll(postRequestedFor(urlEqualTo(RUN))).isEmpty());

        Files.writeString(jar, "other");
        uploads("2f_job.jar");
        server.stubFor(post("/jars/2f_job.jar/run").willReturn(okJson("{\"jobid\":\"" + JOB + "\"}")));
        answer(launcher.launch(CLUSTER, request()));

        Files.write(jar, content);
        Files.setLastModifiedTime(jar, modified);
        server.stubFor(post(RUN).willReturn(okJson("{\"jobid\":\"" + JOB + "\"}")));
        answer(launcher.launch(CLUSTER, request()));
        verifyUploads(2);
        server.verify(0, deleteRequestedFor(anyUrl()));
    }

    @Test
    void uploadsAJarAgainWhenTheUploadFailed() {
        server.stubFor(post("/jars/upload").willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
        assertThat(failure(launcher.launch(CLUSTER, request()))).isInstanceOf(FlinkUnreachableException.class);
        uploads("1f_job.jar");
        assertThat(answer(launcher.launch(CLUSTER, request()))).isEqualTo(Outcome.SUBMITTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void uploadsAJarAgainWhenFlinkHasLostIt(String version) {
        answer(launcher.launch(CLUSTER, request()));
        server.stubFor(post(RUN)
                .willReturn(recorded(Recording.of(version, "run-badjar").get(0))));
        uploads("2f_job.jar");
        server.stubFor(post("/jars/2f_job.jar/run").willReturn(okJson("{\"jobid\":\"" + JOB + "\"}")));

        assertThat(answer(launcher.launch(CLUSTER, request()))).isEqualTo(Outcome.SUBMITTED);
        verifyUploads(2);
    }

    @Test
    void uploadsALostJarOnceMoreOnly() {
        server.stubFor(post(RUN).willReturn(jsonResponse(NO_SUCH_JAR, 500)));
        assertThat(failure(launcher.launch(CLUSTER, request())))
                .isInstanceOf(FlinkAnswerException.class)
                .hasMessageContainingAll("does not exist", "web.upload.dir", "one endpoint leads to several");
        verifyUploads(2);
    }
}
