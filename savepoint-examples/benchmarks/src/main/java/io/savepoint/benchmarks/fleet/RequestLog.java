package io.savepoint.benchmarks.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** What the JobManagers of a run were asked in the time that counts, and how late. */
final class RequestLog {
    private static final Duration LATE = Duration.ofSeconds(1);

    private final FleetPlan plan;
    private long requests;
    private long savepoints;
    private long polls;
    private long late;
    private Duration latest = Duration.ZERO;
    private final Map<Integer, Instant> last = new HashMap<>();
    /** The jobs that had their second savepoint. */
    private final BitSet served = new BitSet();

    private RequestLog(FleetPlan plan) {
        this.plan = plan;
    }

    static RequestLog read(FleetPlan plan, Path file) throws IOException {
        RequestLog log = new RequestLog(plan);
        try (Stream<String> lines = Files.lines(file)) {
            lines.map(Request::parse).forEach(log::add);
        }
        return log;
    }

    private void add(Request request) {
        if (request.isSavepoint()) {
            addSavepoint(request);
        }
        if (!request.time().isBefore(plan.windowBegin()) && request.time().isBefore(plan.windowEnd())) {
            requests++;
            savepoints += request.isSavepoint() ? 1 : 0;
            polls += request.isPoll() ? 1 : 0;
        }
    }

    /** The first of a job is due by the plan, and each other one a period after the one before. */
    private void addSavepoint(Request request) {
        Instant before = last.put(request.job(), request.time());
        Instant due = before == null ? plan.due(request.job()) : before.plusSeconds(plan.periodSeconds());
        if (before != null) {
            served.set(request.job());
        }
        Duration by = Duration.between(due, request.time());
        late += by.compareTo(LATE) > 0 ? 1 : 0;
        latest = by.compareTo(latest) > 0 ? by : latest;
    }

    int jobsServed() {
        return served.cardinality();
    }

    long savepoints() {
        return savepoints;
    }

    double perSavepoint() {
        return (double) requests / savepoints;
    }

    double pollsPerSavepoint() {
        return (double) polls / savepoints;
    }

    long late() {
        return late;
    }

    Duration latest() {
        return latest;
    }
}
