package io.savepoint.flink.rest;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.testing.ManualScheduler;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What headers requests carry, and what becomes of them when those cannot be had. */
@Timeout(120)
class FlinkHeadersTest {
    private static final JobId JOB = JobId.of("ab".repeat(16));
    private static final String SECRET = "not-to-be-told";

    @RegisterExtension
    static final WireMockExtension SERVER = Asking.aServer();

    @TempDir
    Path directory;

    @BeforeEach
    void noJobs() {
        SERVER.stubFor(any(anyUrl()).willReturn(okJson("{\"jobs\":[]}")));
    }

    private static FlinkRestConfig.Builder with(FlinkHeaders headers) {
        return FlinkRestConfig.builder().headers(headers);
    }

    private static FlinkRestTransport transport(FlinkRestConfig.Builder config) {
        return FlinkRestTransport.at(SERVER.baseUrl(), config.build());
    }

    private static LoggedRequest sent(FlinkHeaders headers) {
        answer(transport(with(headers)).observeJob(CLUSTER, JOB));
        List<LoggedRequest> requests = SERVER.findAll(anyRequestedFor(anyUrl()));
        return requests.get(requests.size() - 1);
    }

    /** That nothing was sent, as the failure says, which nobody has to follow; and that it tells no secret. */
    private static Throwable assertNotSent(FlinkRestConfig.Builder config, String... message) {
        Throwable failure = failure(transport(config).observeJob(CLUSTER, JOB));
        assertThat(failure)
                .isInstanceOf(FlinkUnreachableException.class)
                .hasMessageContainingAll(
                        "default/orders: GET /jobs/overview at " + SERVER.baseUrl()
                                + " was not sent, as its headers are missing",
                        "FlinkRestConfig.headers")
                .hasMessageContainingAll(message);
        StringWriter told = new StringWriter();
        failure.printStackTrace(new PrintWriter(told));
        assertThat(told.toString()).doesNotContain(SECRET);
        assertThat(FlinkHttp.mayHaveArrived(failure)).isFalse();
        assertThat(SERVER.getAllServeEvents()).isEmpty();
        return failure;
    }

    @Test
    void aTokenIsReadAnewForEveryRequest() throws Exception {
        Path file = Files.writeString(directory.resolve("token"), "first-token\n");
        try (TlsServer server = TlsServer.showing("server")) {
            FlinkRestTransport transport = FlinkRestTransport.at(
                    server.url(),
                    with(FlinkHeaders.bearer(file))
                            .tls(FlinkTls.of(TestCertificates.context("client", "ca")))
                            .build());
            server.answer(headers -> "Bearer first-token".equals(headers.getFirst("Authorization")) ? 200 : 401);
            answer(transport.observeJob(CLUSTER, JOB));

            server.answer(headers -> "Bearer second-token".equals(headers.getFirst("Authorization")) ? 200 : 401);
            assertThat(failure(transport.observeJob(CLUSTER, JOB)))
                    .isInstanceOf(FlinkAnswerException.class)
                    .hasMessageContainingAll("HTTP 401", "does not accept the headers", "(Authorization)")
                    .hasMessageNotContaining("first-token");

            Path next = Files.writeString(directory.resolve("next"), "second-token\n");
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            answer(transport.observeJob(CLUSTER, JOB));

            Files.delete(file);
            assertThat(failure(transport.observeJob(CLUSTER, JOB)))
                    .isInstanceOf(FlinkUnreachableException.class)
                    .hasMessageContainingAll("was not sent", "token file '" + file + "'", "NoSuchFileException");
            Files.writeString(file, " \n");
            assertThat(failure(transport.observeJob(CLUSTER, JOB))).hasMessageContaining("the token is empty");
            assertThat(server.requests()).hasSize(3);
        }
    }

    @Test
    void userAndPasswordAreBasic() {
        assertThat(sent(FlinkHeaders.basic("Aladdin", () -> "open sesame")).getHeader("Authorization"))
                .isEqualTo("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assertThat(sent(FlinkHeaders.basic("u", () -> "p\r\nX: ü")).getHeader("Authorization"))
                .isEqualTo("Basic dTpwDQpYOiDDvA==");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FlinkHeaders.basic("a:b", () -> SECRET))
                .withMessageContaining("colon");
    }

    @Test
    void aProviderIsAskedForClusterAndEndpointOffTheCallersThread() {
        List<Object> asked = new ArrayList<>();
        Thread caller = Thread.currentThread();
        FlinkHeaders headers = (cluster, endpoint) -> CompletableFuture.supplyAsync(() -> {
            asked.addAll(List.of(cluster, endpoint));
            return Map.of("X-Of", cluster.name());
        });
        LoggedRequest request = sent((cluster, endpoint) -> {
            assertThat(Thread.currentThread()).isNotSameAs(caller);
            return headers.headersFor(cluster, endpoint);
        });
        assertThat(request.getHeader("X-Of")).isEqualTo("orders");
        assertThat(asked).containsExactly(ClusterId.of("default", "orders"), URI.create(SERVER.baseUrl()));
    }

    @Test
    void ofTwoHeadersOfOneNameTheLaterIsSent() {
        LoggedRequest request = sent(FlinkHeaders.header("x-one", () -> "1")
                .and(FlinkHeaders.header("x-two", () -> "2"))
                .and(FlinkHeaders.header("X-One", () -> "3")));
        assertThat(request.getHeaders().getHeader("X-One").values()).containsExactly("3");
        assertThat(request.getHeader("X-Two")).isEqualTo("2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Accept",
                "connection",
                "CONTENT-LENGTH",
                "Content-Type",
                "Expect",
                "Host",
                "Transfer-Encoding",
                "Upgrade"
            })
    void theTransportsOwnHeadersAreLeftAlone(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FlinkHeaders.header(name, () -> SECRET))
                .withMessage("the header " + name + " is the transport's own; leave it out");
        assertNotSent(with((cluster, endpoint) -> CompletableFuture.completedFuture(Map.of(name, SECRET))), name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "X Y", "X:", "X\r\nY", "X\u0000", "ü"})
    void aNameIsAToken(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FlinkHeaders.header(name, () -> SECRET))
                .withMessageContaining("letters, digits and hyphens");
        assertNotSent(
                with((cluster, endpoint) -> CompletableFuture.completedFuture(Map.of(name, SECRET))),
                "letters, digits and hyphens");
    }

    @Test
    void noCharacterEndsAHeaderOrIsToldByTheJdk() {
        for (char c = 0; c < 0x180; c++) {
            String value = SECRET + c + SECRET;
            FlinkHeaders headers = FlinkHeaders.header("X-Value", () -> value);
            if (c >= ' ' && c <= '~') {
                assertThat(sent(headers).getHeader("X-Value")).isEqualTo(value);
                SERVER.resetRequests();
            } else {
                assertNotSent(with(headers), "the value of the header X-Value is empty, or has a line break");
            }
        }
    }

    @Test
    void nullIsNoHeaderAndNoValue() {
        assertNotSent(with((cluster, endpoint) -> CompletableFuture.completedFuture(null)), "null");
        assertNotSent(with((cluster, endpoint) -> null), "NullPointerException");
        Map<String, String> noValue = new HashMap<>();
        noValue.put("X", null);
        assertNotSent(with((cluster, endpoint) -> CompletableFuture.completedFuture(noValue)), "header X is empty");
        Map<String, String> noName = new HashMap<>();
        noName.put(null, SECRET);
        assertNotSent(with((cluster, endpoint) -> CompletableFuture.completedFuture(noName)), "the name of a header");
        assertNotSent(with(FlinkHeaders.bearer(() -> null)), "the token is empty");
        assertNotSent(with(FlinkHeaders.basic("user", () -> "")), "the password is empty");
    }

    @Test
    void whatAProviderThrowsIsNamedAndNotRepeated() {
        assertNotSent(
                with((cluster, endpoint) -> {
                    throw new IllegalStateException(SECRET, new RuntimeException(SECRET));
                }),
                "IllegalStateException");
        assertNotSent(
                with((cluster, endpoint) -> CompletableFuture.supplyAsync(() -> {
                    throw new IllegalStateException(SECRET);
                })),
                "IllegalStateException");
        assertNotSent(
                with((cluster, endpoint) ->
                        CompletableFuture.failedFuture(new FlinkUnreachableException("the vault is sealed"))),
                "the vault is sealed");
    }

    @Test
    void aBugOfAProviderIsToldAsItIs() {
        FlinkRestTransport transport = transport(with((cluster, endpoint) -> {
            throw new NoClassDefFoundError("a.Vault");
        }));
        assertThat(failure(transport.observeJob(CLUSTER, JOB))).isInstanceOf(NoClassDefFoundError.class);
    }

    @Test
    void aProviderThatNeverAnswersEndsWithTheRequestsTime() {
        assertNotSent(
                with((cluster, endpoint) -> new CompletableFuture<>()).requestTimeout(Duration.ofMillis(200)),
                "they did not come within 0.2 s");
    }

    @Test
    void aProviderThatBlocksHoldsUpNeitherCallerNorProcess() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        try {
            assertNotSent(
                    with((cluster, endpoint) -> {
                                try {
                                    ended.await();
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                                return CompletableFuture.completedFuture(Map.of());
                            })
                            .requestTimeout(Duration.ofMillis(200)),
                    "they did not come within 0.2 s");
            assertThat(Thread.getAllStackTraces().keySet())
                    .filteredOn(thread -> thread.getName().equals("savepoint-flink-headers"))
                    .isNotEmpty()
                    .allMatch(Thread::isDaemon);
        } finally {
            ended.countDown();
        }
    }

    @Test
    void noMoreThanSoManyWaitForTheirHeaders() {
        CompletableFuture<Map<String, String>> blocked = new CompletableFuture<>();
        blocked.completeOnTimeout(Map.of(), 60, TimeUnit.SECONDS);
        FlinkRestConfig config = with((cluster, endpoint) -> {
                    blocked.join();
                    throw new FlinkUnreachableException("in the end");
                })
                .build();
        // Each at an endpoint of its own: of one they would share a request, and wait for their turn before this.
        FlinkRestTransport transport =
                FlinkRestTransport.create(cluster -> URI.create(SERVER.baseUrl() + "/" + cluster.name()), config);
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < 1010; i++) {
            all.add(transport.observeJob(ClusterId.of("default", "orders-" + i), JOB));
        }
        assertThat(failure(all.get(1009))).hasMessageContaining("1000 others wait for theirs");
        blocked.complete(Map.of());
        assertThat(failure(all.get(0))).hasMessageContaining("in the end");
        assertThat(failure(all.get(1003))).hasMessageContaining("in the end");
        assertThat(SERVER.getAllServeEvents()).isEmpty();
    }

    @Test
    void theTimeForHeadersIsPartOfTheRequests() {
        ManualScheduler scheduler = new ManualScheduler();
        SERVER.stubFor(any(anyUrl()).willReturn(aResponse().withFixedDelay(60_000)));
        FlinkRestTransport transport = transport(with((cluster, endpoint) -> {
                    scheduler.advance(Duration.ofMillis(9_700));
                    return CompletableFuture.completedFuture(Map.of());
                })
                .scheduler(scheduler)
                .requestTimeout(Duration.ofSeconds(10)));
        assertThat(failure(transport.observeJob(CLUSTER, JOB))).hasMessageContaining("was not answered within 0.3 s");
    }

    @ParameterizedTest
    @CsvSource({
        "401, it wants to know who asks, does not accept the headers that FlinkRestConfig.headers gave (Authorization)",
        "403, it wants to know who asks, does not accept the headers that FlinkRestConfig.headers gave (Authorization)",
        "407, give it a Proxy-Authorization by FlinkRestConfig.headers, give it a Proxy-Authorization by"
                + " FlinkRestConfig.headers"
    })
    void whoIsNotLetInIsToldWhatToDo(int status, String without, String with) {
        SERVER.stubFor(any(anyUrl()).willReturn(status(status)));
        assertThat(failure(transport(FlinkRestConfig.builder()).observeJob(CLUSTER, JOB)))
                .isInstanceOf(FlinkAnswerException.class)
                .hasMessageContainingAll("HTTP " + status, without, "FlinkRestConfig.headers");
        assertThat(failure(transport(with(FlinkHeaders.bearer(() -> SECRET))).observeJob(CLUSTER, JOB)))
                .isInstanceOf(FlinkAnswerException.class)
                .hasMessageContainingAll("HTTP " + status, with)
                .hasMessageNotContaining(SECRET);
    }

    @Test
    void nothingIsToldOfAConfigurationOrACall() {
        FlinkHeaders headers = FlinkHeaders.bearer(() -> SECRET);
        assertThat(headers.toString()).doesNotContain(SECRET);
        assertThat(with(headers).build().toString()).doesNotContain(SECRET);
        Call call = Call.get(CLUSTER, URI.create("http://flink"), "/jobs", Duration.ofSeconds(1))
                .with(Map.of("Authorization", SECRET), Duration.ofSeconds(1));
        assertThat(call.toString()).doesNotContain(SECRET);
        assertThat(call.toHttp().toString()).doesNotContain(SECRET);
    }
}
