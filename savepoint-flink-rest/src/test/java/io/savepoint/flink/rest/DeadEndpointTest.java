package io.savepoint.flink.rest;

import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.SavepointRequest;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A JobManager that accepts every connection and never answers, beside one that does. */
@Timeout(300)
class DeadEndpointTest {
    private static final JobId JOB = JobId.of("ab".repeat(16));
    private static final TriggerId TRIGGER = TriggerId.of("cd".repeat(16));
    private static final ClusterId DEAD = ClusterId.of("default", "dead");
    private static final ClusterId ALIVE = ClusterId.of("default", "alive");
    private static final int PLACES = 4;

    private final RawServer dead = new RawServer();
    private final RawServer alive = new RawServer();

    DeadEndpointTest() throws IOException {
        dead.behave((connection, out) -> {
            if (connection.getInputStream().read() < 0) {
                throw new IOException("given up");
            }
        });
        alive.behave(RawServer.json("{\"jobs\":[]}"));
    }

    @AfterEach
    void close() throws IOException {
        try (dead;
                alive) {
            assertThat(alive.requests()).isPositive();
        }
    }

    private FlinkRestTransport transport(Duration timeout) {
        return FlinkRestTransport.create(
                cluster -> URI.create(cluster.equals(DEAD) ? dead.url() : alive.url()),
                FlinkRestConfig.builder()
                        .requestTimeout(timeout)
                        .maxRequestsPerEndpoint(PLACES)
                        .build());
    }

    @Test
    void takesFewConnectionsAndNothingFromTheOthers() {
        FlinkRestTransport transport = transport(Duration.ofMinutes(5));
        List<CompletableFuture<OperationObservation>> waiting = IntStream.range(0, 200)
                .mapToObj(i -> transport.observeOperation(DEAD, JOB, TRIGGER))
                .toList();
        IntStream.range(0, 200).forEach(i -> transport.observeJob(DEAD, JOB));
        assertThat(answer(transport.observeJob(ALIVE, JOB))).isEqualTo(new JobObservation.NotFound());
        await().until(() -> dead.requests() == PLACES);
        for (int i = 0; i < 100; i++) {
            assertThat(answer(transport.observeJob(ALIVE, JOB))).isEqualTo(new JobObservation.NotFound());
        }
        assertThat(dead.requests()).isEqualTo(PLACES);
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void everyRequestEndsInItsTimeAndThoseThatWereNotSentSaySo() {
        FlinkRestTransport transport = transport(Duration.ofMillis(400));
        dead.behave(RawServer.json("{\"flink-version\":\"2.3.0\"}"));
        answer(transport.flinkVersion(DEAD));
        dead.behave((connection, out) -> {
            if (connection.getInputStream().read() < 0) {
                throw new IOException("given up");
            }
        });
        SavepointRequest request = new SavepointRequest(JOB, TRIGGER, Optional.empty(), SavepointFormat.CANONICAL);
        List<CompletableFuture<TriggerId>> all = IntStream.range(0, 60)
                .mapToObj(i -> transport.triggerSavepoint(DEAD, request))
                .toList();
        List<Throwable> failures = all.stream().map(Asking::failure).toList();
        assertThat(failures).allSatisfy(thrown -> assertThat(thrown).isInstanceOf(FlinkUnreachableException.class));
        // What may have arrived has come to the server; it may have come later than the client gave it up.
        long perhapsSent = failures.stream().filter(FlinkHttp::mayHaveArrived).count();
        assertThat(perhapsSent).isBetween((long) PLACES, 59L);
        assertThat((long) dead.requests()).isLessThanOrEqualTo(perhapsSent);
        assertThat(failure(transport.observeJob(DEAD, JOB))).hasMessageContaining("was not answered within 0.4 s");
        assertThat(answer(transport.observeJob(ALIVE, JOB))).isEqualTo(new JobObservation.NotFound());
    }
}
