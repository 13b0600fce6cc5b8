package io.savepoint.simulation;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.Operation;
import io.savepoint.spi.LaunchRequest;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.testing.FakeFlink;
import io.savepoint.testing.FlinkLedger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Holds every request to Flink against what is recorded, and what Flink then really does against the invariants. */
final class FlinkChecks {
    private final FakeFlink flink;
    private final Book book;
    private final Violations violations;
    private final boolean strict;
    private final boolean tellsItsOwn;

    /**
     * Watches.
     *
     * @param strict whether Flink remembers the ids of jobs that have ended
     * @param tellsItsOwn whether a manager can tell what became of each of its requests for savepoints
     */
    FlinkChecks(FakeFlink flink, Book book, Violations violations, boolean strict, boolean tellsItsOwn) {
        this.flink = flink;
        this.book = book;
        this.violations = violations;
        this.strict = strict;
        this.tellsItsOwn = tellsItsOwn;
    }

    void leaving(ClusterId cluster, SavepointRequest request, boolean stop) {
        Operation.Kind kind = stop ? Operation.Kind.STOP : Operation.Kind.SAVEPOINT;
        Optional<Book.Intent> intent = book.intent(request.trigger())
                .filter(recorded -> recorded.cluster.equals(cluster)
                        && recorded.operation.jobId().equals(request.job())
                        && recorded.operation.kind() == kind);
        violations.require(
                intent.isPresent(),
                "I2 intent-first",
                () -> kind + " " + request + " was not recorded before it was sent");
        intent.ifPresent(recorded -> violations.require(
                recorded.operation.targetDirectory().equals(request.targetDirectory()),
                "I2 intent-first",
                () -> request + " goes elsewhere than recorded: " + recorded.operation));
    }

    void cancelling(ClusterId cluster, JobId job) {
        boolean intended = book.intents().stream()
                        .anyMatch(intent -> intent.operation.kind() == Operation.Kind.CANCEL
                                && intent.operation.jobId().equals(job))
                || book.launches().stream()
                        .anyMatch(intent -> intent.launch().replaces().equals(Optional.of(job)));
        violations.require(
                intended, "I2 intent-first", () -> "cancel of job " + job + " of " + cluster + " was not recorded");
    }

    void launching(ClusterId cluster, LaunchRequest request) {
        Optional<Book.LaunchIntent> intent = book.launch(request.jobId())
                .filter(recorded -> recorded.cluster().equals(cluster));
        violations.require(intent.isPresent(), "I2 intent-first", () -> "launch " + request + " was not recorded");
        intent.ifPresent(recorded -> violations.require(
                recorded.launch().fromSavepoint().equals(request.fromSavepoint()),
                "I6 one-run",
                () -> request + " starts from elsewhere than recorded: " + recorded));
    }

    /** Checks what a request did when it arrived. */
    <T> CompletionStage<T> arrived(ClusterId cluster, CompletionStage<T> result) {
        FlinkLedger ledger = flink.ledger();
        oneInFlight(cluster, ledger);
        oneRun(cluster, ledger);
        return result;
    }

    /** Only the attempt that was begun last is new. */
    private void oneInFlight(ClusterId cluster, FlinkLedger ledger) {
        List<FlinkLedger.Savepoint> ours = ledger.attempts().stream()
                .filter(attempt -> !attempt.foreign() && attempt.cluster().equals(cluster))
                .toList();
        if (ours.isEmpty() || !tellsItsOwn) {
            return;
        }
        FlinkLedger.Savepoint last = ours.get(ours.size() - 1);
        // At once, where there was no such job, or none that could be saved.
        boolean refused = last.outcome() == FlinkLedger.Outcome.FAILED;
        for (FlinkLedger.Savepoint earlier : ours.subList(0, ours.size() - 1)) {
            if (!earlier.job().equals(last.job())) {
                continue;
            }
            violations.require(
                    refused || !last.begun().isBefore(earlier.ended().orElse(Instant.MAX)),
                    "I1 one-in-flight",
                    () -> last + " overlaps " + earlier);
            violations.require(
                    !earlier.trigger().equals(last.trigger()),
                    "I3 exactly-once",
                    () -> "one id, two savepoints: " + earlier + " and " + last);
        }
    }

    private void oneRun(ClusterId cluster, FlinkLedger ledger) {
        List<FlinkLedger.Run> runs = ledger.runs().stream()
                .filter(run -> run.cluster().equals(cluster))
                .toList();
        if (runs.isEmpty()) {
            return;
        }
        FlinkLedger.Run last = runs.get(runs.size() - 1);
        boolean again = runs.stream().map(FlinkLedger.Run::job).distinct().count() < runs.size();
        if (again && !strict) {
            // Before 1.15 a request for a job that comes when it has ended starts it again; nothing is promised there.
            return;
        }
        for (FlinkLedger.Run earlier : runs.subList(0, runs.size() - 1)) {
            // A cluster that is deleted leaves its job to its user.
            boolean oneResource = uid(earlier).equals(uid(last));
            violations.require(
                    !oneResource || !last.start().isBefore(earlier.end().orElse(Instant.MAX)),
                    "I6 one-run",
                    () -> last + " was started while " + earlier + " was alive");
        }
        violations.require(
                uid(last).isPresent(), "I2 intent-first", () -> last + " was started without being recorded");
    }

    private Optional<Long> uid(FlinkLedger.Run run) {
        return book.launch(run.job()).map(Book.LaunchIntent::uid);
    }
}
