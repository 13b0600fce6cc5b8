package io.savepoint.flink.rest;

import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.failure;
import static io.savepoint.flink.rest.RawServer.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkUnreachableException;
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
}
