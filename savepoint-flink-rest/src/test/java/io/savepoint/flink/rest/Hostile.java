package io.savepoint.flink.rest;

import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.RawServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.SavepointRequest;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** A server that answers as no Flink does, and a sound one, both asked by the same client. */
@Timeout(300)
abstract class Hostile {
    static final JobId JOB = JobId.of("ab".repeat(16));
    static final TriggerId TRIGGER = TriggerId.of("cd".repeat(16));
    static final SavepointRequest REQUEST =
            new SavepointRequest(JOB, TRIGGER, Optional.empty(), SavepointFormat.CANONICAL);
    static final int LIMIT = 64 * 1024;
    static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

    private static final ClusterId SOUND = ClusterId.of("default", "sound");

    RawServer server;
    FlinkRestTransport transport;
    private RawServer sound;

    @BeforeEach
    void start() throws IOException {
        server = new RawServer();
        sound = new RawServer().behave(json("{\"jobs\":[]}"));
        transport = withTimeout(Duration.ofSeconds(20));
    }

    FlinkRestTransport withTimeout(Duration requestTimeout) {
        return FlinkRestTransport.create(
                cluster -> URI.create((cluster.equals(SOUND) ? sound : server).url()),
                FlinkRestConfig.builder()
                        .requestTimeout(requestTimeout)
                        .launchTimeout(requestTimeout)
                        .maxBodyBytes(LIMIT)
                        .build());
    }

    /** Another cluster is asked by a client that has to do with the hostile one. */
    static void assertThatASoundClusterIsAsked(FlinkRestTransport asking) {
        assertThat(answer(asking.observeJob(SOUND, JOB))).isEqualTo(new JobObservation.NotFound());
    }

    @AfterEach
    void stillOfUse() throws IOException {
        server.behave(json("{\"jobs\":[]}"));
        try (RawServer first = server;
                RawServer second = sound) {
            assertThat(answer(transport.observeJob(CLUSTER, JOB))).isEqualTo(new JobObservation.NotFound());
            assertThatASoundClusterIsAsked(transport);
        }
    }
}
