package io.savepoint.flink.rest;

import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.failure;
import static io.savepoint.flink.rest.RawServer.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.spi.FlinkAnswerException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON that says too much, or two things at once. */
class HostileJsonTest extends Hostile {
    private static final String FOUND =
            "{\"jid\":\"" + JOB + "\",\"state\":\"RUNNING\",\"start-time\":1,\"end-time\":-1}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"status\":{\"id\":\"IN_PROGRESS\"},\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"location\":\"x\"}}",
                "{\"status\":{\"id\":\"IN_PROGRESS\",\"id\":\"COMPLETED\"},\"operation\":{\"location\":\"x\"}}",
                "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":null,\"operation\":{\"location\":\"x\"}}",
                "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"location\":\"x\",\"location\":\"y\"}}",
                "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"location\":\"x\",\"loc\\u0061tion\":\"x\"}}"
            })
    void anOperationThatSaysTwoThingsIsNoAnswer(String body) {
        server.behave(json(body));
        assertThat(failure(transport.observeOperation(CLUSTER, JOB, TRIGGER)))
                .isInstanceOf(FlinkAnswerException.class)
                .hasMessageContaining("is there twice");
    }

    @Test
    void anOverviewThatSaysTwoThingsIsNoAnswer() {
        for (String jobs : new String[] {
            "\"jobs\":[" + FOUND + "],\"jobs\":[]",
            "\"jobs\":[],\"jobs\":[" + FOUND + "]",
            "\"jobs\":[" + FOUND.replace("{", "{\"state\":\"FAILED\",") + "]"
        }) {
            server.behave(json("{" + jobs + "}"));
            assertThat(failure(transport.observeJob(CLUSTER, JOB)))
                    .isInstanceOf(FlinkAnswerException.class)
                    .hasMessageContaining("is there twice");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "0", "{\"id\":1,\"is_savepoint\":false}"})
    void moreValuesThanAnyAnswerHasAreNotKept(String value) {
        byte[] body =
                ("{\"history\":[" + (value + ",").repeat(300_000) + value + "]}").getBytes(StandardCharsets.UTF_8);
        Call call = Call.get(CLUSTER, URI.create("http://x"), "/jobs/x/checkpoints", Duration.ofSeconds(1));
        assertThatThrownBy(() -> Answers.history(new Answer(call, 200, "application/json", body)))
                .isInstanceOf(FlinkAnswerException.class)
                .hasMessageContaining("more than 250000 values");
    }
}
