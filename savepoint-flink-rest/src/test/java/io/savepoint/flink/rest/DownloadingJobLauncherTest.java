package io.savepoint.flink.rest;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.temporaryRedirect;
import static com.github.tomakehurst.wiremock.client.WireMock.unauthorized;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobSpec;
import io.savepoint.model.RestartPolicy;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.JobLauncher.Outcome;
import io.savepoint.spi.LaunchRequest;
import java.io.IOException;
import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is downloaded when, where it is kept, and what the other launcher gets. */
class DownloadingJobLauncherTest extends Downloading {
    private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));

    @Test
    void handsOnTheLocalPathAndTheRestAsItIs() throws IOException {
        JobSpec spec = JobSpec.builder()
                .jarFile(SERVER.baseUrl() + PATH)
                .className("com.example.Job")
                .addArgs("--a", "b")
                .parallelism(3)
                .fromSavepoint("s3://savepoints/first")
                .savepointsDir("s3://savepoints")
                .autoSavepointSeconds(60)
                .restartPolicy(RestartPolicy.FROM_SAVEPOINT_ON_FAILURE)
                .build();
        delegate.outcome = Outcome.ALREADY_SUBMITTED;
        LaunchRequest given = new LaunchRequest(Launching.JOB, spec, Optional.of("s3://savepoints/later"), true);
        assertThat(answer(launcher.launch(CLUSTER, given))).isEqualTo(Outcome.ALREADY_SUBMITTED);

        Path jar = kept.resolve(sha256(JAR)).resolve("job.jar");
        JobSpec local = JobSpec.builder().from(spec).jarFile(jar.toString()).build();
        assertThat(delegate.launched)
                .containsExactly(new Launched(
                        CLUSTER, new LaunchRequest(Launching.JOB, local, Optional.of("s3://savepoints/later"), true)));
        assertThat(jar).hasBinaryContent(JAR);
        assertThat(cached()).containsExactly(jar);
    }

    @Test
    void afterADownloadWithoutAGoAheadNothingIsLaunched() {
        FlinkUnreachableException no = new FlinkUnreachableException("another manager went on");
        LaunchRequest given = request(SERVER.baseUrl() + PATH);
        assertThat(failure(launcher.launch(CLUSTER, given, () -> CompletableFuture.failedFuture(no))))
                .isSameAs(no);
        verifyDownloads(1);
        assertThat(delegate.launched).isEmpty();
        assertThat(answer(launcher.launch(CLUSTER, given, () -> CompletableFuture.completedFuture(null))))
                .isEqualTo(Outcome.SUBMITTED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/opt/job.jar", "file:///opt/job.jar", "s3://bucket/job.jar", "job.jar", "http", "C:\\job.jar"})
    void passesWhatIsNoUrlOfHttpAsItIs(String jarFile) {
        LaunchRequest given = request(jarFile);
        assertThat(answer(launcher.launch(CLUSTER, given))).isEqualTo(Outcome.SUBMITTED);
        assertThat(delegate.launched.get(0).request()).isSameAs(given);
    }

    @Test
    void passesARequestWithoutJarAsItIs() {
        LaunchRequest given = new LaunchRequest(Launching.JOB, JobSpec.builder().build(), Optional.empty(), false);
        answer(launcher.launch(CLUSTER, given));
        assertThat(delegate.launched.get(0).request()).isSameAs(given);
    }

    @Test
    void downloadsAUrlOnce() {
        answer(launcher.launch(CLUSTER, request()));
        answer(launcher.launch(ClusterId.of("default", "payments"), request()));
        verifyDownloads(1);
        assertThat(delegate.launched).hasSize(2).extracting(Launched::jar).containsOnly(delegate.lastJar());

        answer(launcher.launch(CLUSTER, request(SERVER.baseUrl() + PATH + "?version=2")));
        verifyDownloads(2);
    }

    @Test
    void launchesAtTheSameTimeShareADownloadThatNoneOfThemWaitsFor() throws Exception {
        CountDownLatch launched = new CountDownLatch(1);
        try (RawServer raw = new RawServer()) {
            raw.behave((connection, out) -> {
                launched.await();
                RawServer.send(out, 200, "application/java-archive", JAR);
            });
            List<CompletableFuture<Outcome>> all = IntStream.range(0, 10)
                    .mapToObj(i -> launcher.launch(ClusterId.of("default", "job" + i), request(raw.url() + PATH)))
                    .toList();
            assertThat(all).noneMatch(CompletableFuture::isDone);
            launched.countDown();
            assertThat(all).allMatch(one -> answer(one) == Outcome.SUBMITTED);
            assertThat(raw.requests()).isEqualTo(1);
        }
        assertThat(delegate.launched).hasSize(10).extracting(Launched::jar).containsOnly(delegate.lastJar());
    }

    @Test
    void aSharedFailureIsToldToEachWithItsOwnCluster() throws Exception {
        CountDownLatch launched = new CountDownLatch(1);
        try (RawServer raw = new RawServer()) {
            raw.behave((connection, out) -> {
                launched.await();
                RawServer.send(out, 404, "text/plain", new byte[0]);
            });
            ClusterId other = ClusterId.of("default", "payments");
            CompletableFuture<Outcome> first = launcher.launch(CLUSTER, request(raw.url() + PATH));
            CompletableFuture<Outcome> second = launcher.launch(other, request(raw.url() + PATH));
            launched.countDown();
            assertThat(failure(first)).hasMessageContaining("Flink cluster " + CLUSTER + ": ");
            assertThat(failure(second)).hasMessageContaining("Flink cluster " + other + ": ");
            assertThat(raw.requests()).isEqualTo(1);
        }
    }

    @Test
    void doesNotRememberAFailure() {
        SERVER.stubFor(get(urlPathEqualTo(PATH)).willReturn(aResponse().withStatus(503)));
        assertThat(failure(launcher.launch(CLUSTER, request()))).isInstanceOf(FlinkUnreachableException.class);
        serve(PATH, JAR);
        assertThat(answer(launcher.launch(CLUSTER, request()))).isEqualTo(Outcome.SUBMITTED);
        verifyDownloads(2);
    }

    @Test
    void downloadsAgainWhatHasDisappeared() throws IOException {
        answer(launcher.launch(CLUSTER, request()));
        Path jar = delegate.lastJar();
        Files.delete(jar);
        Files.delete(jar.getParent());
        Files.delete(kept);
        Files.delete(cache);
        answer(launcher.launch(CLUSTER, request()));
        answer(launcher.launch(CLUSTER, request()));
        verifyDownloads(2);
        assertThat(jar).hasBinaryContent(JAR);
    }

    @Test
    void anotherProcessDownloadsAgainAndUsesTheFileThatIsThere() throws IOException {
        answer(launcher.launch(CLUSTER, request()));
        Path jar = delegate.lastJar();
        Files.setLastModifiedTime(jar, LONG_AGO);
        Object file = Files.readAttributes(jar, BasicFileAttributes.class).fileKey();

        DownloadingJobLauncher restarted = DownloadingJobLauncher.create(delegate, cache);
        answer(restarted.launch(CLUSTER, request()));
        verifyDownloads(2);
        assertThat(delegate.lastJar()).isEqualTo(jar);
        assertThat(Files.getLastModifiedTime(jar)).isEqualTo(LONG_AGO);
        assertThat(Files.readAttributes(jar, BasicFileAttributes.class).fileKey())
                .isEqualTo(file);
        assertThat(cached()).containsExactly(jar);
    }

    @Test
    void replacesAFileThatSomethingHasCutShort() throws IOException {
        answer(launcher.launch(CLUSTER, request()));
        Files.writeString(delegate.lastJar(), "PK");
        answer(DownloadingJobLauncher.create(delegate, cache).launch(CLUSTER, request()));
        assertThat(delegate.lastJar()).hasBinaryContent(JAR);
        assertThat(cached()).hasSize(1);
    }

    @Test
    void keepsEachContentByItself() throws IOException {
        byte[] newer = jar(8);
        serve("/repo/newer/job.jar", newer);
        answer(launcher.launch(CLUSTER, request()));
        answer(launcher.launch(CLUSTER, request(SERVER.baseUrl() + "/repo/newer/job.jar")));
        assertThat(cached())
                .containsExactlyInAnyOrder(
                        kept.resolve(sha256(JAR)).resolve("job.jar"),
                        kept.resolve(sha256(newer)).resolve("job.jar"));
    }

    @ParameterizedTest
    @CsvSource({
        "/a/job-1.2.jar, job-1.2.jar",
        "/a/job.jar?sig=x.zip, job.jar",
        "/a/JOB.JAR, JOB.jar",
        "/download, download.jar",
        "/, job.jar",
        "'', job.jar",
        "/a/, job.jar",
        "/my%20job%22.jar, my_job_.jar",
        "/a%2F..%2F..%2Fb.jar, b.jar",
        "/..%5Cb.jar, _b.jar",
        "/a/...jar, job.jar",
        "/.jar, job.jar"
    })
    void namesTheFileAfterTheUrl(String path, String name) {
        assertThat(JarUrl.parse(CLUSTER, "HTTPS://repo.example" + path).fileName())
                .isEqualTo(name);
    }

    @Test
    void cutsALongName() {
        assertThat(JarUrl.parse(CLUSTER, "https://repo.example/" + "a".repeat(1000) + ".jar")
                        .fileName())
                .isEqualTo("a".repeat(100) + ".jar");
    }

    @Test
    void followsRedirects() {
        SERVER.stubFor(get("/latest").willReturn(temporaryRedirect(PATH)));
        answer(launcher.launch(CLUSTER, request(SERVER.baseUrl() + "/latest")));
        assertThat(delegate.lastJar()).hasFileName("latest.jar").hasBinaryContent(JAR);
    }

    @Test
    void downloadsWithTheClientThatItIsGiven() {
        SERVER.stubFor(get(urlPathEqualTo(PATH))
                .willReturn(unauthorized().withHeader("WWW-Authenticate", "Basic realm=\"r\"")));
        SERVER.stubFor(get(urlPathEqualTo(PATH))
                .withBasicAuth("reader", "secret")
                .willReturn(aResponse().withBody(JAR)));
        assertThat(failure(launcher.launch(CLUSTER, request()))).isInstanceOf(FlinkRefusedException.class);

        HttpClient client = HttpClient.newBuilder()
                .authenticator(new Authenticator() {
                    @Override
                    protected PasswordAuthentication getPasswordAuthentication() {
                        return new PasswordAuthentication("reader", "secret".toCharArray());
                    }
                })
                .build();
        DownloadingJobLauncher authenticating = DownloadingJobLauncher.builder(delegate, cache)
                .httpClient(client)
                .build();
        assertThat(answer(authenticating.launch(CLUSTER, request()))).isEqualTo(Outcome.SUBMITTED);
    }

    @Test
    void aRestJobLauncherUploadsTheDownloadedJarOnce() {
        SERVER.stubFor(post("/jars/upload")
                .willReturn(okJson("{\"filename\":\"/tmp/flink-web-upload/1f_job.jar\",\"status\":\"success\"}")));
        SERVER.stubFor(post(Launching.RUN).willReturn(okJson("{\"jobid\":\"" + Launching.JOB + "\"}")));
        RestJobLauncher flink = RestJobLauncher.create(FlinkRestTransport.at(SERVER.baseUrl()));
        answer(DownloadingJobLauncher.create(flink, cache).launch(CLUSTER, request()));
        answer(DownloadingJobLauncher.create(flink, cache).launch(CLUSTER, request()));
        verifyDownloads(2);
        SERVER.verify(1, postRequestedFor(urlEqualTo("/jars/upload")));
    }

    @Test
    void aFailureOfTheOtherLauncherIsItsOwn() {
        FlinkRefusedException refused = new FlinkRefusedException("no");
        DownloadingJobLauncher failing =
                DownloadingJobLauncher.create((cluster, request) -> CompletableFuture.failedFuture(refused), cache);
        assertThat(failure(failing.launch(CLUSTER, request()))).isSameAs(refused);
        DownloadingJobLauncher throwing = DownloadingJobLauncher.create(
                (cluster, request) -> {
                    throw refused;
                },
                cache);
        assertThat(failure(throwing.launch(CLUSTER, request("/opt/job.jar")))).isSameAs(refused);
    }

    @Test
    void removesWhatCrashesLeftWhenItIsMade() throws IOException {
        Path old = Files.createFile(kept.resolve("download-1.part"));
        Path young = Files.createFile(kept.resolve("download-2.part"));
        Path foreign = Files.createFile(kept.resolve("notes.txt"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(25))));
        Files.setLastModifiedTime(young, FileTime.from(Instant.now().minus(Duration.ofHours(23))));
        Files.setLastModifiedTime(foreign, LONG_AGO);
        DownloadingJobLauncher.create(delegate, cache);
        assertThat(cached()).containsExactlyInAnyOrder(young, foreign);
    }

    @Test
    void namesTheFieldOfABadOption() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DownloadingJobLauncher.create(delegate, file))
                .withMessageStartingWith(
                        "cacheDirectory must be a directory that this process can write: '" + file + "' is not");
        DownloadingJobLauncher.Builder builder = DownloadingJobLauncher.builder(delegate, cache);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxBytes(0))
                .withMessage("maxBytes must be at least 1, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.timeout(Duration.ofHours(25)))
                .withMessageStartingWith("timeout must be > 0 and at most");
    }
}
