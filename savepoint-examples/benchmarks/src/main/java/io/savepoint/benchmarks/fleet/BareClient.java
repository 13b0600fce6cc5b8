package io.savepoint.benchmarks.fleet;

import io.savepoint.flink.rest.FlinkRestConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** The JDK's HTTP client alone, sending what the manager of a run sent, at the same times, and doing nothing with it. */
final class BareClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    /** Else it sends what comes too late all at once, over as many connections, until there are no files left for them. */
    private static final int MOST_AT_ONCE = 1000;

    private BareClient() {}

    /** The numbers of the plan, the file with the requests, and the start of the run that it is of. */
    public static void main(String[] args) throws IOException, InterruptedException {
        FleetPlan plan = FleetPlan.of(args);
        Path file = Path.of(args[FleetPlan.NUMBERS]);
        Duration later =
                Duration.between(Instant.ofEpochMilli(Long.parseLong(args[FleetPlan.NUMBERS + 1])), plan.start());
        // As the SDK's: with a time limit for connecting the JDK's client keeps its first exchange for each connection.
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(FlinkRestConfig.builder().build().connectTimeout())
                .build();
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        Semaphore places = new Semaphore(MOST_AT_ONCE);
        Optional<Stopwatch> cpu = Optional.empty();
        long emptyHeap = Usage.liveHeap();
        boolean connected = false;
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Request request = Request.parse(line);
                Instant time = request.time().plus(later);
                if (!connected && !time.isBefore(plan.idleSince())) {
                    Usage.waitUntil(plan.idleSince());
                    Usage.tell("heap", Usage.liveHeap() - emptyHeap);
                    connected = true;
                }
                if (cpu.isEmpty() && !time.isBefore(plan.windowBegin())) {
                    Usage.waitUntil(plan.windowBegin());
                    cpu = Optional.of(Stopwatch.start());
                }
                if (!time.isBefore(plan.windowEnd())) {
                    break;
                }
                Usage.waitUntil(time);
                places.acquire();
                var unused = client.sendAsync(toHttp(plan, request), BodyHandlers.ofByteArray())
                        .whenComplete((response, thrown) -> {
                            places.release();
                            if (thrown == null && response.body().length > 0) {
                                answered.incrementAndGet();
                            } else if (request.endpoint() != FleetPlan.DEAD) {
                                failed.incrementAndGet();
                            }
                        });
            }
        }
        Usage.waitUntil(plan.windowEnd());
        cpu.orElseThrow().tell();
        Usage.tell("answered", answered.get());
        Usage.tell("failed", failed.get());
        Usage.tellDone();
    }

    private static HttpRequest toHttp(FleetPlan plan, Request request) {
        boolean hasBody = !request.body().isEmpty();
        HttpRequest.Builder http = HttpRequest.newBuilder(
                        URI.create(plan.urlOfEndpoint(request.endpoint()) + request.path()))
                .timeout(TIMEOUT)
                .method(request.method(), hasBody ? BodyPublishers.ofString(request.body()) : BodyPublishers.noBody())
                .header("Accept", "application/json");
        if (hasBody) {
            http.header("Content-Type", "application/json");
        }
        return http.build();
    }
}
