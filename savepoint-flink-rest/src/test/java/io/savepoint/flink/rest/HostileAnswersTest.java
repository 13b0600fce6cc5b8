package io.savepoint.flink.rest;

import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static io.savepoint.flink.rest.RawServer.json;
import static io.savepoint.flink.rest.RawServer.send;
import static io.savepoint.flink.rest.RawServer.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.flink.rest.RawServer.Behaviour;
import io.savepoint.model.JobObservation;
import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkException;
import io.savepoint.spi.FlinkLeaderElectionException;
import io.savepoint.spi.FlinkUnreachableException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that no Flink gives: each ends in bounded time, as a typed failure, and harms no later request. */
class HostileAnswersTest extends Hostile {
    static Stream<Arguments> brokenOff() {
        return Stream.of(
                broken("before anything", (connection, out) -> connection.close()),
                broken("by a reset", (connection, out) -> {
                    connection.setSoLinger(true, 0);
                    connection.close();
                }),
                broken("in the headers", (connection, out) -> {
                    write(out, "HTTP/1.1 200 OK\r\nContent-Ty");
                    connection.close();
                }),
                broken("in the body", (connection, out) -> {
                    write(out, HEAD + "Content-Length: 1000\r\n\r\n{\"jobs\":[");
                    connection.close();
                }),
                broken("in a chunk", (connection, out) -> {
                    write(out, HEAD + "Transfer-Encoding: chunked\r\n\r\nff\r\n{\"jobs\":[");
                    connection.close();
                }));
    }

    private static Arguments broken(String how, Behaviour behaviour) {
        return Arguments.of(how, behaviour);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenOff")
    void aBrokenConnectionIsUnreachable(String how, Behaviour behaviour) {
        server.behave(behaviour);
        assertThat(failure(transport.observeJob(CLUSTER, JOB)))
                .isInstanceOf(FlinkUnreachableException.class)
                .hasMessageContainingAll("default/orders", "GET /jobs/overview", server.url());
    }

    @Test
    void nobodyThereIsUnreachable() throws IOException {
        FlinkRestTransport nobody = FlinkRestTransport.at(Asking.urlOfNobody());
        assertThat(failure(nobody.observeJob(CLUSTER, JOB)))
                .isInstanceOf(FlinkUnreachableException.class)
                .hasMessageContainingAll("no connection", "check that the JobManager runs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing", "headers", "body", "drip"})
    void aSlowAnswerIsUnreachableAndItsConnectionIsGivenUp(String until) throws Exception {
        FlinkRestTransport hasty = withTimeout(Duration.ofMillis(300));
        server.behave((connection, out) -> {
            if (!until.equals("nothing")) {
                write(out, HEAD);
            }
            if (until.equals("body") || until.equals("drip")) {
                write(out, "Content-Length: 10000\r\n\r\n{\"jobs\":[");
            }
            while (until.equals("drip")) {
                write(out, " ");
                Thread.sleep(20);
            }
            if (connection.getInputStream().read() < 0) {
                throw new IOException("given up");
            }
        });
        long begin = System.nanoTime();
        assertThat(failure(hasty.observeJob(CLUSTER, JOB)))
                .isInstanceOf(FlinkUnreachableException.class)
                .hasMessageContaining("was not answered within 0.3 s");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
        assertThat(server.awaitDropped()).as("connection given up").isTrue();
    }

    @Test
    void anEndlessBodyIsReadUpToTheLimitAndGivenUp() throws Exception {
        AtomicLong sent = new AtomicLong();
        server.behave((connection, out) -> {
            write(out, HEAD + "Transfer-Encoding: chunked\r\n\r\n");
            while (true) {
                write(out, "1000\r\n" + " ".repeat(0x1000) + "\r\n");
                sent.addAndGet(0x1000);
            }
        });
        assertThat(failure(transport.observeJob(CLUSTER, JOB)))
                .isInstanceOf(FlinkAnswerException.class)
                .hasMessageContainingAll("more than " + LIMIT + " bytes", "maxBodyBytes");
        assertThat(server.awaitDropped()).as("connection given up").isTrue();
        // What the system's and the client's buffers take beyond the limit.
        assertThat(sent.get()).isLessThan(LIMIT + 32_000_000L);
    }

    @Test
    void aBodyThatIsAnnouncedAsTooLargeIsNotRead() throws Exception {
        server.behave((connection, out) -> {
            write(out, HEAD + "Content-Length: 99999999999\r\n\r\n");
            if (connection.getInputStream().read() < 0) {
                throw new IOException("given up");
            }
        });
        assertThat(failure(transport.observeJob(CLUSTER, JOB)))
                .isInstanceOf(FlinkAnswerException.class)
                .hasMessageContaining("more than " + LIMIT + " bytes");
        assertThat(server.awaitDropped()).as("connection given up").isTrue();
    }

    @Test
    void aBodyUpToTheLimitIsRead() {
        String padding = " ".repeat(LIMIT - "{\"jobs\":[]}".length());
        server.behave(json("{\"jobs\":[]" + padding + "}"));
        assertThat(answer(transport.observeJob(CLUSTER, JOB))).isEqualTo(new JobObservation.NotFound());
    }

    static Stream<Arguments> notFlinks() {
        String page = "<html><head><title>Sign in</title></head></html>";
        return Stream.of(
                Arguments.of("a page", "text/html", bytes(page)),
                Arguments.of("a page that calls itself JSON", "application/json", bytes(page)),
                Arguments.of("JSON that calls itself a page", "text/html", bytes("{\"jobs\":[]}")),
                Arguments.of("nothing", "application/json", bytes("")),
                Arguments.of("not UTF-8", "application/json", new byte[] {'{', '"', (byte) 0xff, (byte) 0xfe, '"'}),
                Arguments.of("binary", "application/json", new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8}),
                Arguments.of("half an object", "application/json", bytes("{\"jobs\":[{\"jid\":\"")),
                Arguments.of("two objects", "application/json", bytes("{\"jobs\":[]}{\"jobs\":[]}")),
                Arguments.of("an array", "application/json", bytes("[]")),
                Arguments.of("a number", "application/json", bytes("7")),
                Arguments.of("null", "application/json", bytes("null")),
                Arguments.of("without the field", "application/json", bytes("{}")),
                Arguments.of("deep", "application/json", bytes("[".repeat(60_000))),
                Arguments.of("deep inside", "application/json", bytes("{\"jobs\":" + "[".repeat(60_000))),
                Arguments.of("deep where it matters", "application/json", bytes("{\"history\":" + "[".repeat(60_000))),
                Arguments.of("deep elsewhere", "application/json", bytes("{\"x\":" + "{\"x\":".repeat(10_000))));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("notFlinks")
    void whatIsNotFlinksIsSaidToBe(String what, String contentType, byte[] body) {
        // So that the requests that go by the version are sent, and get the answer.
        server.behave(json("{\"flink-version\":\"2.3.0\"}"));
        answer(transport.flinkVersion(CLUSTER));
        FlinkRestTransport asking = withTimeout(Duration.ofSeconds(20));
        server.behave((connection, out) -> send(out, 200, contentType, body));
        List<CompletionStage<?>> all = new ArrayList<>(List.of(
                transport.observeJob(CLUSTER, JOB),
                transport.observeOperation(CLUSTER, JOB, TRIGGER),
                transport.savepointHistory(CLUSTER, JOB),
                transport.triggerDisposal(CLUSTER, "file:/x"),
                transport.observeDisposal(CLUSTER, TRIGGER),
                transport.failureCause(CLUSTER, JOB),
                transport.checkpoints().trigger(CLUSTER, JOB, CheckpointType.FULL, TRIGGER),
                transport.checkpoints().observe(CLUSTER, JOB, TRIGGER),
                transport.checkpoints().statistics(CLUSTER, JOB),
                transport.jars().list(CLUSTER),
                asking.flinkVersion(CLUSTER),
                transport.triggerSavepoint(CLUSTER, REQUEST),
                transport.stopWithSavepoint(CLUSTER, REQUEST, false)));
        if (!new String(body, StandardCharsets.UTF_8).equals("{}")) {
            // Of the cancellation, and of a deletion, that is just the answer.
            all.add(transport.cancelJob(CLUSTER, JOB));
            all.add(transport.jars().delete(CLUSTER, "x.jar"));
        }
        assertThat(all)
                .allSatisfy(stage -> assertThat(failure(stage))
                        .isInstanceOf(FlinkAnswerException.class)
                        .hasMessageContainingAll("HTTP 200", body.length + " bytes")
                        .message()
                        .hasSizeLessThan(700)
                        .doesNotContain("\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"jobs\":{}}",
                "{\"jobs\":[7]}",
                "{\"jobs\":[{}]}",
                "{\"jobs\":[{\"jid\":7}]}",
                "{\"jobs\":[{\"jid\":\"abababababababababababababababab\",\"state\":\"RUNNING\"}]}",
                "{\"jobs\":[{\"jid\":\"abababababababababababababababab\",\"state\":\"SLEEPING\",\"start-time\":1}]}",
                "{\"jobs\":[{\"jid\":\"abababababababababababababababab\",\"state\":\"RUNNING\",\"start-time\":\"now\"}]}",
                "{\"jobs\":[{\"jid\":\"abababababababababababababababab\",\"state\":\"RUNNING\",\"start-time\":1e400}]}",
                "{\"jobs\":[{\"jid\":\"abababababababababababababababab\",\"state\":\"RUNNING\",\"start-time\":99999999999999999999}]}",
                "{\"jobs\":[{\"jid\":\"abababababababababababababababab\",\"state\":\"RUNNING\",\"start-time\":1,\"tasks\":7}]}"
            })
    void anOverviewOfAnotherFormIsNoOverview(String body) {
        server.behave(json(body));
        assertThat(failure(transport.observeJob(CLUSTER, JOB))).isInstanceOf(FlinkAnswerException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"status\":\"COMPLETED\"}",
                "{\"status\":{\"id\":\"DONE\"}}",
                "{\"status\":{\"id\":\"COMPLETED\"}}",
                "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":null}",
                "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{}}",
                "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"location\":null}}",
                "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"location\":\"\"}}",
                "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"location\":7}}",
                "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"failure-cause\":\"x\"}}"
            })
    void anOperationThatIsNeitherDoneNorFailedIsNoAnswer(String body) {
        server.behave(json(body));
        assertThat(failure(transport.observeOperation(CLUSTER, JOB, TRIGGER)))
                .isInstanceOf(FlinkAnswerException.class)
                .hasMessageContaining("/savepoints/" + TRIGGER);
    }

    static Stream<Arguments> statuses() {
        String election = "{\"errors\":[\"Service temporarily unavailable due to an ongoing leader election. Please"
                + " refresh.\"]}";
        String error =
                "{\"errors\":[\"Internal server error.\",\"<Exception on server side:\\njava.lang.Error: x\\n\\tat a"
                        + ".b(C.java:1)\\n\\nEnd of exception on server side>\"]}";
        String json = "application/json; charset=UTF-8";
        return Stream.of(
                Arguments.of(503, json, election, FlinkLeaderElectionException.class, "ask again"),
                Arguments.of(503, "text/html", "<html>", FlinkUnreachableException.class, "JobManager runs"),
                Arguments.of(502, "text/html", "<html>", FlinkUnreachableException.class, "proxy"),
                Arguments.of(504, "text/plain", "", FlinkUnreachableException.class, "proxy"),
                Arguments.of(500, json, error, FlinkAnswerException.class, "(Error: x)"),
                Arguments.of(500, "text/html", "<html>boom", FlinkAnswerException.class, "<html>boom"),
                Arguments.of(400, "text/html", "<html>", FlinkAnswerException.class, "not Flink's way"),
                Arguments.of(401, "text/html", "<html>", FlinkAnswerException.class, "who asks"),
                Arguments.of(404, "text/html", "<html>", FlinkAnswerException.class, "the URL of Flink's REST API"),
                Arguments.of(302, "text/html", "", FlinkAnswerException.class, "redirects are not followed"),
                Arguments.of(308, json, "{\"errors\":[\"x\"]}", FlinkAnswerException.class, "redirects are not"),
                Arguments.of(429, json, "{\"errors\":7}", FlinkAnswerException.class, "HTTP 429"));
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("statuses")
    void eachStatusHasItsMeaning(
            int status, String contentType, String body, Class<? extends FlinkException> type, String said) {
        server.behave((connection, out) -> {
            String location = "Location: " + server.url() + "/elsewhere\r\n";
            write(
                    out,
                    "HTTP/1.1 " + status + " x\r\n" + location + "Content-Type: " + contentType + "\r\nContent-Length: "
                            + body.length() + "\r\n\r\n" + body);
        });
        List<CompletionStage<?>> all = List.of(
                transport.observeJob(CLUSTER, JOB),
                transport.observeOperation(CLUSTER, JOB, TRIGGER),
                transport.cancelJob(CLUSTER, JOB),
                transport.savepointHistory(CLUSTER, JOB),
                transport.triggerDisposal(CLUSTER, "file:/x"),
                transport.observeDisposal(CLUSTER, TRIGGER),
                transport.failureCause(CLUSTER, JOB),
                transport.checkpoints().statistics(CLUSTER, JOB),
                transport.jars().delete(CLUSTER, "x.jar"));
        assertThat(all)
                .allSatisfy(stage -> assertThat(failure(stage))
                        .isExactlyInstanceOf(type)
                        .hasMessageContainingAll("HTTP " + status, said));
        assertThat(server.requests()).as("requests").isEqualTo(all.size());
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 413})
    void aQuestionIsNothingToRefuse(int status) {
        byte[] error = bytes("{\"errors\":[\"a.b.C: no\"]}");
        server.behave((connection, out) -> send(out, status, "application/json", error));
        assertThat(List.of(
                        failure(transport.observeJob(CLUSTER, JOB)),
                        failure(transport.observeOperation(CLUSTER, JOB, TRIGGER)),
                        failure(transport.savepointHistory(CLUSTER, JOB)),
                        failure(transport.flinkVersion(CLUSTER)),
                        failure(transport.triggerSavepoint(CLUSTER, REQUEST))))
                .allSatisfy(thrown -> assertThat(thrown)
                        .isExactlyInstanceOf(FlinkAnswerException.class)
                        .hasMessageContainingAll("GET ", "HTTP " + status + " (C: no)", "look into"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "SSH-2.0-OpenSSH_9.0\r\n"})
    void whatIsNotHttpIsNoAnswer(String bytes) {
        server.behave((connection, out) -> {
            write(out, bytes);
            connection.close();
        });
        assertThat(failure(transport.observeJob(CLUSTER, JOB)))
                .isInstanceOfAny(FlinkAnswerException.class, FlinkUnreachableException.class)
                .hasMessageContaining("GET /jobs/overview");
    }

    @Test
    void endpointsThatThrowFailTheRequest() {
        FlinkRestTransport lost = FlinkRestTransport.create(cluster -> {
            throw new IllegalStateException("no service of that name");
        });
        assertThat(failure(lost.observeJob(CLUSTER, JOB)))
                .isInstanceOf(FlinkUnreachableException.class)
                .hasMessageContainingAll("default/orders", "no service of that name");
        FlinkRestTransport wrong = FlinkRestTransport.create(cluster -> URI.create("ftp://x/"));
        assertThat(failure(wrong.cancelJob(CLUSTER, JOB)))
                .isInstanceOf(FlinkUnreachableException.class)
                .hasMessageContaining("http://jobmanager:8081");
    }
}
