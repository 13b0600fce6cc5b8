package io.savepoint.examples.chaos;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.JobStatus;
import io.savepoint.model.Operation;
import io.savepoint.model.SavepointState;
import io.savepoint.model.SavepointStatus;
import io.savepoint.model.TriggerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What follows from every status that was ever written: each is checked against the one before. */
final class Ledger {
    /** A savepoint that was recorded, and the run it was taken of. */
    record Recorded(String location, String triggerId, String jobId) {}

    private final List<String> problems = new ArrayList<>();
    private final Map<String, Operation> intended = new HashMap<>();
    private final Map<String, String> failed = new HashMap<>();
    private final Set<String> runs = new HashSet<>();
    private final Map<String, Recorded> recorded = new LinkedHashMap<>();
    private final Set<String> servedTokens = new HashSet<>();
    private ClusterStatus last = ClusterStatus.builder().build();
    private int accepted;
    private int refused;
    private int periodic;

    void add(ClusterStatus status) {
        intents(status);
        savepoints(status);
        ends(status);
        launches(status);
        controls(status);
        last = status;
    }

    /** What must never be, and was. */
    List<String> problems() {
        return problems;
    }

    /** By location. */
    Map<String, Recorded> recorded() {
        return recorded;
    }

    /** The messages of the savepoints that were recorded as failed, by trigger id. */
    Map<String, String> failed() {
        return failed;
    }

    boolean isIntended(String id) {
        return intended.containsKey(id) || runs.contains(id);
    }

    /** How many controls were accepted. */
    int accepted() {
        return accepted;
    }

    /** How many controls were accepted or refused. */
    int answered() {
        return accepted + refused;
    }

    /** How many periodic savepoints have ended. */
    int periodic() {
        return periodic;
    }

    private static Bookkeeping books(ClusterStatus status) {
        return status.bookkeeping();
    }

    private static long generation(ClusterStatus status) {
        return status.job().map(JobStatus::savepointGeneration).orElse(0L);
    }

    private void intents(ClusterStatus status) {
        books(status)
                .operation()
                .ifPresent(operation -> intended.put(operation.triggerId().hex(), operation));
        books(status).launch().ifPresent(launch -> runs.add(launch.jobId().hex()));
    }

    /** I4: one more, in the same write as location and trigger id, or none of them changes. */
    private void savepoints(ClusterStatus status) {
        long before = generation(last);
        long now = generation(status);
        Optional<String> location = status.job().flatMap(JobStatus::savepointLocation);
        if (now == before) {
            check(location.equals(last.job().flatMap(JobStatus::savepointLocation)), "location changed alone", status);
            check(trigger(status).equals(trigger(last)), "trigger id changed alone", status);
            return;
        }
        check(now == before + 1, "generation went from " + before + " to " + now, status);
        String id = trigger(status).map(TriggerId::hex).orElse("none");
        Operation operation = intended.get(id);
        check(operation != null, "recorded without an intent", status);
        check(!failed.containsKey(id), "recorded after it was recorded as failed", status);
        check(location.isPresent(), "recorded without a location", status);
        if (operation != null && location.isPresent()) {
            Recorded savepoint =
                    new Recorded(location.get(), id, operation.jobId().hex());
            check(recorded.put(location.get(), savepoint) == null, "duplicate: location recorded twice", status);
            boolean named = operation.policy().equals("generation");
            check(!named || servedTokens.add(operation.token()), "duplicate: generation served twice", status);
        }
    }

    private static Optional<TriggerId> trigger(ClusterStatus status) {
        return status.job().flatMap(JobStatus::lastSavepointTriggerId);
    }

    /** I1 and I7: an operation ends with a result, before another one begins. */
    private void ends(ClusterStatus status) {
        Optional<Operation> before = books(last).operation();
        Optional<TriggerId> now = books(status).operation().map(Operation::triggerId);
        if (before.isEmpty() || before.map(Operation::triggerId).equals(now)) {
            return;
        }
        String id = before.get().triggerId().hex();
        if (before.get().policy().equals("periodic")) {
            periodic++;
        }
        Optional<SavepointStatus> savepoint =
                status.savepoint().filter(told -> told.triggerId().equals(before.map(Operation::triggerId)));
        SavepointState state = savepoint.map(SavepointStatus::state).orElse(SavepointState.IN_PROGRESS);
        String message = savepoint.flatMap(SavepointStatus::message).orElse("");
        if (state == SavepointState.SUCCEEDED) {
            check(generation(status) == generation(last) + 1, "succeeded without a generation", status);
        } else if (state == SavepointState.IN_PROGRESS) {
            check(false, "forgot " + id, status);
        } else {
            check(!message.isBlank(), "failed without a message", status);
            failed.put(id, message);
        }
    }

    /** I6: from what was recorded last. */
    private void launches(ClusterStatus status) {
        books(status)
                .launch()
                .filter(launch -> !books(last).launch().equals(Optional.of(launch)))
                .ifPresent(launch -> check(
                        launch.fromSavepoint().equals(last.job().flatMap(JobStatus::savepointLocation)),
                        "started from something else than the last recorded savepoint",
                        status));
    }

    private void controls(ClusterStatus status) {
        boolean acknowledges = books(status).controlToAcknowledge().isPresent();
        if (acknowledges && books(last).controlToAcknowledge().isEmpty()) {
            accepted++;
            return;
        }
        boolean over = last.control()
                .map(ControlStatus::state)
                .filter(state -> !state.isFinal())
                .isEmpty();
        boolean changed = !status.control().equals(last.control());
        if (over && changed && status.control().isPresent()) {
            refused++;
        }
        status.control()
                .filter(control -> changed && control.state().isFinal())
                .ifPresent(control -> check(
                        control.message().isPresent()
                                || control.savepointTriggerId().isPresent(),
                        "a control ended without a message",
                        status));
    }

    private void check(boolean fine, String problem, ClusterStatus status) {
        if (!fine) {
            problems.add(problem + ": after " + last + " came " + status);
        }
    }
}
