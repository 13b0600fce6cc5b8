package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.SavepointRequest;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The requests that begin a savepoint or a stop, as each version of Flink takes them. */
final class SavepointRequests {
    private final FlinkRequests requests;
    private final Clock clock;

    SavepointRequests(FlinkRequests requests, Clock clock) {
        this.requests = requests;
        this.clock = clock;
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
        boolean isNative = request.format() == SavepointFormat.NATIVE;
        return requests.send(cluster, endpoint, FlinkVersion::takesTriggerIdAndFormat, version -> {
                    Map<String, Object> body = new LinkedHashMap<>();
                    request.targetDirectory().ifPresent(target -> body.put(directory, target));
                    body.putAll(more);
                    if (version.takesTriggerIdAndFormat()) {
                        body.put("formatType", request.format().label());
                        body.put("triggerId", request.trigger().hex());
                    }
                    String path = "/jobs/" + request.job() + action;
                    Call call = Call.post(cluster, endpoint, path, body, timeLeft(asked));
                    if (isNative && !version.takesTriggerIdAndFormat()) {
                        throw FlinkRequests.tooOld(
                                call, "savepointFormatType NATIVE", "1.15", version, "use CANONICAL");
                    }
                    return call;
                })
                .thenApply(Answers::requestId);
    }

    /** The question for the version counts, so that nothing arrives later than the manager expects. */
    private Duration timeLeft(Instant asked) {
        return TimeLeft.of(requests.timeout(), asked, clock);
    }
}
