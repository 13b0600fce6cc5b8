package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.SavepointRequest;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The requests that begin a savepoint or a stop, as each version of Flink takes them. */
final class SavepointRequests {
    private final Function<Call, CompletableFuture<Answer>> sender;
    private final FlinkVersions versions;
    private final FlinkRestConfig config;

    SavepointRequests(
            Function<Call, CompletableFuture<Answer>> sender, FlinkVersions versions, FlinkRestConfig config) {
        this.sender = sender;
        this.versions = versions;
        this.config = config;
    }

    CompletableFuture<TriggerId> savepoint(ClusterId cluster, URI endpoint, SavepointRequest request, Instant asked) {
        return trigger(cluster, endpoint, request, asked, "/savepoints", "target-directory", Map.of());
    }

    CompletableFuture<TriggerId> stop(
            ClusterId cluster, URI endpoint, SavepointRequest request, Instant asked, boolean drain) {
        // Unlike those of a savepoint, the fields of a stop are in camel case; a dashed one is refused or ignored.
        return trigger(cluster, endpoint, request, asked, "/stop", "targetDirectory", Map.of("drain", drain));
    }

    private CompletableFuture<TriggerId> trigger(
            ClusterId cluster,
            URI endpoint,
            SavepointRequest request,
            Instant asked,
            String action,
            String directory,
            Map<String, Object> more) {
        return versions.of(cluster, endpoint).thenCompose(version -> {
            Map<String, Object> body = new LinkedHashMap<>();
            request.targetDirectory().ifPresent(target -> body.put(directory, target));
            body.putAll(more);
            if (version.takesTriggerIdAndFormat()) {
                body.put("formatType", request.format().label());
                body.put("triggerId", request.trigger().hex());
            }
            Call call = Call.post(cluster, endpoint, "/jobs/" + request.job() + action, body, timeLeft(asked));
            if (request.format() == SavepointFormat.NATIVE && !version.takesTriggerIdAndFormat()) {
                throw new FlinkRefusedException(call + " was not sent: savepointFormatType NATIVE needs Flink 1.15 or"
                        + " newer, and this is " + version.text() + "; use CANONICAL");
            }
            return sender.apply(call).thenApply(answer -> {
                if (answer.status() == 400) {
                    // Perhaps for a field that another version does not know.
                    versions.forget(endpoint);
                }
                return Answers.requestId(answer);
            });
        });
    }

    /** The question for the version counts, so that nothing arrives later than the manager expects. */
    private Duration timeLeft(Instant asked) {
        return TimeLeft.of(config.requestTimeout(), asked, config.scheduler().clock());
    }
}
