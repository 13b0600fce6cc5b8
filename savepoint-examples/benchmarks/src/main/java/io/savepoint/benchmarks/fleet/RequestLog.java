package io.savepoint.benchmarks.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
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

    /** The first and the second of each job have their times; after a third one nobody asks. */
    private void addSavepoint(Request request) {
        Instant due = plan.due(request.job());
        if (!request.time().isBefore(due.plusSeconds(plan.periodSeconds() / 2))) {
            due = due.plusSeconds(plan.periodSeconds());
            served.set(request.job());
        }
        Duration by = Duration.between(due, request.time());
        if (by.toSeconds() < plan.periodSeconds() / 2) {
            late += by.compareTo(LATE) > 0 ? 1 : 0;
            latest = by.compareTo(latest) > 0 ? by : latest;
        }
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
