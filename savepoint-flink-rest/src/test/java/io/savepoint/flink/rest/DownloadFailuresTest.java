package io.savepoint.flink.rest;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.JobLauncher.Outcome;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a download can fail, what is told of it, and that nothing of it is left. */
class DownloadFailuresTest extends Downloading {
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    private RawServer raw;

    @BeforeEach
    void listen() throws IOException {
        raw = new RawServer();
    }

    @AfterEach
    void close() throws IOException {
        raw.close();
    }

    /** Downloads from a URL with a signature, and looks at what every failure has in common. */
    private AbstractThrowableAssert<?, Throwable> assertFails(String server, Class<? extends Throwable> type)
            throws IOException {
        Throwable thrown = failure(launcher.launch(CLUSTER, request(server + PATH + "?sig=secret#secret")));
        assertThat(cached()).isEmpty();
        assertThat(delegate.launched).isEmpty();
        assertThat(logged(thrown)).doesNotContain("secret");
        return assertThat(thrown)
                .isExactlyInstanceOf(type)
                .hasMessageContainingAll(
                        "Flink cluster " + CLUSTER + ": jarFile '" + server + PATH + "': ", "Nothing was submitted");
    }

    private static String logged(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private AbstractThrowableAssert<?, Throwable> assertRefused() throws IOException {
        return assertFails(raw.url(), FlinkRefusedException.class);
    }

    private AbstractThrowableAssert<?, Throwable> assertUnreachable() throws IOException {
        return assertFails(raw.url(), FlinkUnreachableException.class);
    }

    private DownloadingJobLauncher.Builder options() {
        return DownloadingJobLauncher.builder(delegate, cache);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 407, 410, 451, 304, 204})
    void isRefusedForGood(int status) throws IOException {
        SERVER.stubFor(get(urlPathEqualTo(PATH)).willReturn(aResponse().withStatus(status)));
        assertFails(SERVER.baseUrl(), FlinkRefusedException.class).hasMessageContaining("HTTP " + status);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504})
    void isRefusedForNow(int status) throws IOException {
        SERVER.stubFor(get(urlPathEqualTo(PATH)).willReturn(aResponse().withStatus(status)));
        assertFails(SERVER.baseUrl(), FlinkUnreachableException.class).hasMessageContaining("HTTP " + status);
    }

    @Test
    void readsNothingOfAnAnswerThatIsNotTheJar() throws Exception {
        raw.behave((connection, out) -> {
            RawServer.write(out, "HTTP/1.1 404 x\r\nTransfer-Encoding: chunked\r\n\r\n");
            chunksForEver(out);
        });
        assertRefused().hasMessageContaining("HTTP 404");
        assertThat(raw.awaitDropped()).isTrue();
    }

    @Test
    void findsNobody() throws IOException {
        assertFails(Asking.urlOfNobody(), FlinkUnreachableException.class)
                .hasMessageContaining("no connection")
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void doesNotBeginWithWhatIsAnnouncedAsTooLarge() throws Exception {
        launcher = options().maxBytes(JAR.length - 1).build();
        raw.behave((connection, out) -> {
            RawServer.write(out, OK + "Content-Length: " + JAR.length + "\r\n\r\n");
            connection.getInputStream().read();
            throw new IOException("closed by the client");
        });
        assertRefused().hasMessageContainingAll("more than " + (JAR.length - 1) + " bytes", "maxBytes");
        assertThat(raw.awaitDropped()).isTrue();
    }

    @Test
    void endsWhatBecomesTooLarge() throws Exception {
        launcher = options().maxBytes(1_000_000).build();
        raw.behave((connection, out) -> {
            RawServer.write(out, OK + "Transfer-Encoding: chunked\r\n\r\n");
            chunksForEver(out);
        });
        assertRefused().hasMessageContainingAll("more than 1000000 bytes", "maxBytes");
        assertThat(raw.awaitDropped()).isTrue();
    }

    @Test
    void isTooLargeByOneByteThatNobodyAnnounced() throws IOException {
        launcher = options().maxBytes(JAR.length - 1).build();
        raw.behave((connection, out) -> {
            RawServer.write(out, OK + "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(JAR.length) + "\r\n");
            out.write(JAR);
            RawServer.write(out, "\r\n0\r\n\r\n");
        });
        assertRefused().hasMessageContaining("more than " + (JAR.length - 1) + " bytes");
    }

    private static void chunksForEver(OutputStream out) throws IOException {
        while (true) {
            RawServer.write(out, "3e8\r\nPK" + "x".repeat(998) + "\r\n");
        }
    }

    @Test
    void takesWhatIsJustNotTooLarge() {
        launcher = options().maxBytes(JAR.length).build();
        assertThat(answer(launcher.launch(CLUSTER, request()))).isEqualTo(Outcome.SUBMITTED);
        assertThat(delegate.lastJar()).hasBinaryContent(JAR);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "P", "<html>Please log in</html>", "PE", "xPK"})
    void isNotAJar(String body) throws IOException {
        raw.behave((connection, out) ->
                RawServer.send(out, 200, "application/java-archive", body.getBytes(StandardCharsets.UTF_8)));
        assertRefused().hasMessageContaining("not a jar");
    }

    @Test
    void knowsAJarWhoseBytesComeOneByOne() throws Exception {
        raw.behave((connection, out) -> {
            RawServer.write(out, OK + "Transfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 4; i++) {
                out.write("1\r\n".getBytes(StandardCharsets.US_ASCII));
                out.write(JAR[i]);
                RawServer.write(out, "\r\n");
            }
            out.write((Integer.toHexString(JAR.length - 4) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(JAR, 4, JAR.length - 4);
            RawServer.write(out, "\r\n0\r\n\r\n");
        });
        answer(launcher.launch(CLUSTER, request(raw.url() + PATH)));
        assertThat(delegate.lastJar()).hasBinaryContent(JAR);
    }

    /** With a length, in chunks, and with nothing that says where the body ends. */
    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 100000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n186a0\r\n", "\r\n"})
    void breaksOff(String headers) throws IOException {
        raw.behave((connection, out) -> {
            RawServer.write(out, OK + headers);
            out.write(Arrays.copyOf(JAR, 50_000));
            out.flush();
            connection.close();
        });
        assertUnreachable().hasMessageContaining("its download broke off");
    }

    @Test
    void givesUpTheConnectionOfAnAnswerThatIsNotHttp() throws Exception {
        raw.behave((connection, out) -> {
            RawServer.write(out, "garbage\r\n\r\n");
            if (connection.getInputStream().read() < 0) {
                throw new IOException("given up");
            }
        });
        assertUnreachable().hasMessageContaining("Invalid status line");
        assertThat(raw.awaitDropped()).as("connection given up").isTrue();
    }

    @Test
    void takesAWholeJarThatEndsWithItsConnection() {
        raw.behave((connection, out) -> {
            RawServer.write(out, OK + "\r\n");
            out.write(JAR);
            out.flush();
            connection.close();
        });
        answer(launcher.launch(CLUSTER, request(raw.url() + PATH)));
        assertThat(delegate.lastJar()).hasBinaryContent(JAR);
    }

    @Test
    void isNotAnsweredInTime() throws Exception {
        launcher = options().timeout(Duration.ofMillis(300)).build();
        CountDownLatch never = new CountDownLatch(1);
        raw.behave((connection, out) -> never.await());
        assertUnreachable().hasMessageContaining("did not end within 0.3 s");
    }

    @Test
    void doesNotEndInTime() throws Exception {
        launcher = options().timeout(Duration.ofMillis(500)).build();
        raw.behave((connection, out) -> {
            RawServer.write(out, OK + "Content-Length: 100000\r\n\r\nPK");
            connection.getInputStream().read();
            throw new IOException("closed by the client");
        });
        assertUnreachable().hasMessageContaining("did not end within 0.5 s");
        assertThat(raw.awaitDropped()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://user:secret@repo.example/job.jar",
                "https://secret@repo.example/job.jar?a=b",
                "https://user:secret@repo_1/job.jar",
                "https://user:p%secret@repo.example/job.jar",
                "https:user:secret@repo.example/job.jar",
                "https://user:sec ret:secret@repo.example/job.jar",
                "https:///job.jar?sig=secret",
                "https://repo_1/job.jar?sig=secret",
                "https://repo.example/jo b.jar?sig=secret",
                "https://repo.example:99999/job.jar?sig=secret",
                "https://repo.example:0/job.jar?sig=secret",
                "http:",
                "https:job.jar?secret"
            })
    void refusesOtherUrlsWithoutTellingSecrets(String url) throws IOException {
        Throwable thrown = failure(launcher.launch(CLUSTER, request(url)));
        assertThat(thrown)
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContainingAll(
                        "Flink cluster " + CLUSTER + ": jarFile 'http",
                        "without user and password",
                        "Nothing was submitted");
        assertThat(logged(thrown)).doesNotContain("secret");
        assertThat(delegate.launched).isEmpty();
        assertThat(cached()).isEmpty();
    }

    @Test
    void saysWhatToDoAboutAPassword() {
        assertThat(failure(launcher.launch(CLUSTER, request("https://user:pw@repo.example:8443/a@b/job.jar?sig=x"))))
                .hasMessageContainingAll(
                        "jarFile 'https://repo.example:8443/a@b/job.jar'",
                        "must not carry user and password",
                        "an HttpClient that authenticates");
    }

    /** What the JDK says of it repeats the redirect's URL. */
    @ParameterizedTest
    @ValueSource(strings = {"https://repo.example/a b?sig=secret", "ftp://user:secret@repo.example/job.jar"})
    void doesNotTellTheSecretOfARedirect(String location) throws IOException {
        raw.behave((connection, out) ->
                RawServer.write(out, "HTTP/1.1 302 x\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n"));
        Throwable thrown = failure(launcher.launch(CLUSTER, request(raw.url() + PATH)));
        assertThat(thrown).hasMessageContaining("jarFile '" + raw.url() + PATH + "'");
        assertThat(logged(thrown)).doesNotContain("secret");
        assertThat(cached()).isEmpty();
    }

    @Test
    void cannotWriteTheCache() throws IOException {
        Files.delete(kept);
        Files.delete(cache);
        Files.createFile(cache);
        assertThat(failure(launcher.launch(CLUSTER, request())))
                .isInstanceOf(FlinkUnreachableException.class)
                .hasMessageContainingAll(
                        "jarFile '" + SERVER.baseUrl() + PATH + "'",
                        "cache directory '" + cache + "'",
                        "space and rights");
        verifyDownloads(0);

        Files.delete(cache);
        answer(launcher.launch(CLUSTER, request()));
    }

    @Test
    void cannotStoreTheJar() throws IOException {
        Files.createFile(kept.resolve(sha256(JAR)));
        assertThat(failure(launcher.launch(CLUSTER, request())))
                .isInstanceOf(FlinkUnreachableException.class)
                .hasMessageContaining("cache directory '" + cache + "'");
        assertThat(cached()).containsExactly(kept.resolve(sha256(JAR)));
    }
}
