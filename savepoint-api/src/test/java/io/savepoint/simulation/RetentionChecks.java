package io.savepoint.simulation;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.HistoryEntry;
import io.savepoint.model.JobStatus;
import io.savepoint.model.Launch;
import io.savepoint.testing.FakeFlink;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/** Holds the history of savepoints, and their disposal, against what the retention promises. */
final class RetentionChecks {
    private static final String INVARIANT = "retention";

    private final FakeFlink flink;
    private final Violations violations;
    private final OptionalInt most;
    private final Set<String> dropped = new HashSet<>();

    /** @param most how many savepoints are kept, if there is a retention */
    RetentionChecks(FakeFlink flink, Violations violations, OptionalInt most) {
        this.flink = flink;
        this.violations = violations;
        this.most = most;
    }

    /** A request leaves a manager. */
    void disposing(ClusterId cluster, String location) {
        violations.require(
                dropped.contains(location),
                "I2 intent-first",
                () -> "the disposal of " + location + " of " + cluster + " was not recorded before it was sent");
    }

    void written(Database.Resource before, ClusterStatus is) {
        List<HistoryEntry> was = before.state().status().bookkeeping().savepointHistory();
        List<HistoryEntry> now = is.bookkeeping().savepointHistory();
        for (HistoryEntry entry : now) {
            if (entry.disposingSince().isPresent() && dropped.add(entry.location())) {
                needed(before, is)
                        .forEach(place -> violations.require(
                                !entry.isAt(place), INVARIANT, () -> entry + " is disposed of, and needed: " + is));
                violations.require(
                        is.bookkeeping().launch().isEmpty(),
                        INVARIANT,
                        () -> entry + " is disposed of while the job is submitted");
            }
        }
        now.stream()
                .filter(entry -> entry.disposingSince().isPresent())
                .forEach(entry -> violations.require(
                        is.bookkeeping()
                                .launch()
                                .flatMap(Launch::fromSavepoint)
                                .filter(entry::isAt)
                                .isEmpty(),
                        INVARIANT,
                        () -> entry + " is disposed of, and the job started from it: " + is));
        if (most.isPresent()) {
            Set<String> onDisk = flink.savepointsOnDisk();
            was.stream()
                    .filter(entry ->
                            now.stream().noneMatch(kept -> kept.triggerId().equals(entry.triggerId())))
                    .forEach(entry -> violations.require(
                            !onDisk.contains(entry.location()), INVARIANT, () -> entry + " is forgotten, and there"));
        }
    }

    private static Stream<String> needed(Database.Resource before, ClusterStatus is) {
        return Stream.of(
                        is.job().flatMap(JobStatus::savepointLocation),
                        is.job().flatMap(JobStatus::fromSavepoint),
                        is.bookkeeping().restoredFrom(),
                        before.state().spec().fromSavepoint())
                .flatMap(Optional::stream);
    }

    /** What is still to be done about a cluster that has come to rest; empty if nothing is. */
    Optional<String> unrest(Database.Resource resource) {
        ClusterStatus status = resource.state().status();
        List<HistoryEntry> history = status.bookkeeping().savepointHistory();
        Optional<String> disposing = history.stream()
                .filter(entry -> entry.disposingSince().isPresent())
                .findFirst()
                .map(entry -> INVARIANT + ": " + entry + " is not gone");
        List<String> needed = needed(resource, status).toList();
        long kept = history.stream()
                .filter(entry -> needed.stream().noneMatch(entry::isAt))
                .count();
        boolean tooMany = most.isPresent() && kept > most.getAsInt();
        return disposing.or(() -> tooMany ? Optional.of(INVARIANT + ": " + kept + " are kept") : Optional.empty());
    }

    /** What is listed is there. */
    void check(Database.Resource resource) {
        Set<String> onDisk = flink.savepointsOnDisk();
        for (HistoryEntry entry : resource.state().status().bookkeeping().savepointHistory()) {
            violations.require(onDisk.contains(entry.location()), INVARIANT, () -> entry + " is listed, and gone");
        }
    }
}
