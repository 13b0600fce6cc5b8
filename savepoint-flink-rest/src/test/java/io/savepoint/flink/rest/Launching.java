package io.savepoint.flink.rest;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.savepoint.model.JobId;
import io.savepoint.model.JobSpec;
import io.savepoint.spi.LaunchRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What tests of launches have in common: a jar, a launcher, and a Flink that takes both. */
abstract class Launching {
    static final JobId JOB = JobId.of("ab".repeat(16));
    static final String RUN = "/jars/1f_job.jar/run";
    static final String NO_SUCH_JAR = Recording.of("2.3.0", "run-badjar").get(0).body();

    /** One for each test: what is replaced is deleted in the background, perhaps after the test that replaced it. */
    @RegisterExtension
    final WireMockExtension server = Asking.aServer();

    RestJobLauncher launcher;

    @TempDir
    Path directory;

    Path jar;

    @BeforeEach
    void reset() throws IOException {
        uploads("1f_job.jar");
        server.stubFor(post(RUN).willReturn(okJson("{\"jobid\":\"" + JOB + "\"}")));
        launcher = RestJobLauncher.create(FlinkRestTransport.at(server.baseUrl()));
        jar = directory.resolve("job.jar");
        byte[] content = new byte[200_000];
        new Random(7).nextBytes(content);
        Files.write(jar, content);
    }

    void uploads(String id) {
        server.stubFor(post("/jars/upload")
                .willReturn(okJson("{\"filename\":\"/tmp/flink-web-upload/" + id + "\",\"status\":\"success\"}")));
    }

    void verifyUploads(int times) {
        server.verify(times, postRequestedFor(urlEqualTo("/jars/upload")));
    }

    LaunchRequest request() {
        return request(jar.toString());
    }

    static LaunchRequest request(String jarFile) {
        return new LaunchRequest(JOB, JobSpec.builder().jarFile(jarFile).build(), Optional.empty(), false);
    }

    static ResponseDefinitionBuilder recorded(Recording.Exchange exchange) {
        return aResponse()
                .withStatus(exchange.status())
                .withHeader("Content-Type", exchange.contentType())
                .withBody(exchange.body());
    }
}
