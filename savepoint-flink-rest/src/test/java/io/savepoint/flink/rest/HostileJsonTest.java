package io.savepoint.flink.rest;

import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static io.savepoint.flink.rest.RawServer.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.model.OperationObservation;
import io.savepoint.spi.FlinkAnswerException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

    @Test
    void aTextThatNobodyCanReadOrKeepIsNoAnswer(@TempDir Path directory) throws IOException {
        Path jar = Files.createFile(directory.resolve("job.jar"));
        for (String text : new String[] {"\\u0000", "a\\nb", "\\ud800", "\\udc00\\ud800", "x".repeat(8193), "\u0085"}) {
            server.behave(json("{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"location\":\"" + text + "\"},"
                    + "\"flink-version\":\"" + text + "\",\"filename\":\"/" + text + "\",\"history\":[{\"id\":1,"
                    + "\"is_savepoint\":true,\"status\":\"COMPLETED\",\"trigger_timestamp\":1,\"external_path\":\""
                    + text
                    + "\"}]}"));
            assertThat(List.of(
                            failure(transport.observeOperation(CLUSTER, JOB, TRIGGER)),
                            failure(transport.flinkVersion(CLUSTER)),
                            failure(transport.jars().upload(CLUSTER, jar)),
                            failure(transport.savepointHistory(CLUSTER, JOB))))
                    .allSatisfy(thrown -> assertThat(thrown)
                            .isInstanceOf(FlinkAnswerException.class)
                            .hasMessageContaining("cannot be read")
                            .message()
                            .hasSizeLessThan(700)
                            .doesNotContainPattern("[\\p{Cntrl}\\p{Cs}]"));
        }
    }

    @Test
    void aLocationOfManyScriptsIsRead() {
        String location = "s3://bücket/" + "\ud83d\ude00".repeat(2000) + "/%20 \ufffd";
        server.behave(json("{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"location\":\"" + location + "\"}}"));
        assertThat(answer(transport.observeOperation(CLUSTER, JOB, TRIGGER)))
                .isEqualTo(new OperationObservation.Completed(location));
    }
}
