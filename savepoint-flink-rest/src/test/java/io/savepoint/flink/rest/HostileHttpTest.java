package io.savepoint.flink.rest;

import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.failure;
import static io.savepoint.flink.rest.RawServer.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkUnreachableException;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP that is none, or is not what it seems. */
class HostileHttpTest extends Hostile {
    @ParameterizedTest
    @ValueSource(strings = {"\1\2\33[31m\n\n", "HTTP/1.1 200 OK\r\nx-\7: \7\r\n\r\n"})
    void whatTheServerSentIsRepeatedReadablyAndInPart(String bytes) {
        server.behave((connection, out) -> {
            write(out, "garbage".repeat(10_000) + bytes);
            connection.close();
        });
        assertThat(failure(transport.observeJob(CLUSTER, JOB)))
                .isInstanceOfAny(FlinkAnswerException.class, FlinkUnreachableException.class)
                .hasMessageContaining("GET /jobs/overview")
                .message()
                .hasSizeLessThan(700)
                .doesNotContainPattern("\\p{Cntrl}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "garbage\r\n\r\n",
                "HTTP/1.1 2x0 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nx y: 1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"
            })
    void theConnectionOfAnAnswerThatIsNotHttpIsGivenUp(String bytes) throws Exception {
        FlinkRestTransport hasty = withTimeout(Duration.ofSeconds(2));
        server.behave((connection, out) -> {
            write(out, bytes);
            if (connection.getInputStream().read() < 0) {
                throw new IOException("given up");
            }
        });
        assertThat(failure(hasty.observeJob(CLUSTER, JOB)))
                .isInstanceOfAny(FlinkAnswerException.class, FlinkUnreachableException.class);
        assertThat(server.awaitDropped()).as("connection given up").isTrue();
        assertThatASoundClusterIsAsked(hasty);
    }
}
