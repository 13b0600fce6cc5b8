package io.savepoint.simulation;

import static io.savepoint.simulation.Mutant.of;
import static io.savepoint.simulation.Mutant.ofWorld;

import java.util.List;

/**
 * Bugs that a savepoint manager can have: those of which the field knows, and those that this one had. The simulation
 * must find every one of them.
 */
final class Mutants {
    private static final String RECORD_THEN =
            "return record(state.id(), state.version(), step.status(), now).thenCompose(result -> switch";

    /** Crashes between the request to Flink and the write that tells of it: orphans and doubles. */
    private static final List<Mutant> ORPHANS = List.of(
            of(
                    "act before the intent is recorded",
                    "internal/Engine.java",
                    RECORD_THEN,
                    "return actor.act(state, state.version(), step.action(), () -> CompletableFuture.completedFuture(null))"
                            + ".thenCompose(done -> record(state.id(), state.version(), step.status(), now))"
                            + ".thenCompose(result -> switch"),
            of(
                    "act on an intent that was not recorded, as somebody else wrote",
                    "internal/Engine.java",
                    "case CONFLICT -> CompletableFuture.completedFuture(conflict(session, state.id(), SOMEBODY_WROTE));",
                    "case CONFLICT -> recorded(session, state, state.version(), plan, now);"),
            of(
                    "a new id whenever a request is repeated",
                    "internal/OperationTracker.java",
                    ".sends(operation.sends() + 1)",
                    ".triggerId(io.savepoint.model.TriggerId.random("
                            + "new java.util.SplittableRandom(draft.now().toEpochMilli())))\n"
                            + ".sends(operation.sends() + 1)"),
            of(
                    "an id is repeated though the JobManager was restarted",
                    "internal/OperationTracker.java",
                    "repeatable = !restarted && !expired &&",
                    "repeatable = !expired &&"),
            of(
                    "an id is repeated though Flink may have forgotten it",
                    "internal/OperationTracker.java",
                    "repeatable = !restarted && !expired &&",
                    "repeatable = !restarted &&"),
            of(
                    "a request is repeated at once though Flink may have begun it under an id of its own",
                    "internal/OperationTracker.java",
                    "if (repeatable && !unknown.mayHaveAnotherId()) {",
                    "if (repeatable) {"),
            of(
                    "what is in progress under an id of Flink's own is not waited for",
                    "internal/OperationTracker.java",
                    "begun -> isInTime(begun, operation)",
                    "begun -> false"),
            of(
                    "a deposed leader wakes up and acts",
                    "internal/Engine.java",
                    ".compareTo(timings.sendWindow()) > 0;",
                    ".compareTo(timings.sendWindow()) > 1;"),
            of(
                    "a submission whose jar took long is sent on a record of long ago",
                    "internal/Clearance.java",
                    "return isLate.test(present.time())",
                    "return isLate.test(present.time()) && present.version().isEmpty()"),
            of(
                    "a submission is repeated under a new job id",
                    "internal/LaunchTracker.java",
                    ".sends(launch.sends() + 1)",
                    ".jobId(io.savepoint.model.JobId.random("
                            + "new java.util.SplittableRandom(draft.now().toEpochMilli())))\n"
                            + ".sends(launch.sends() + 1)"));

    /** Stale caches: a second stop, and a success overwritten by the failure of the second. */
    private static final List<Mutant> STALE = List.of(
            ofWorld(
                    "the status is overwritten from a stale copy",
                    "simulation/Database.java",
                    "if (!before.state.version().equals(version)) {",
                    "if (version.isEmpty()) {"),
            of(
                    "a second operation while one is in flight",
                    "internal/Planner.java",
                    "if (inFlight || draft.acts()) {\n            return Optional.empty();",
                    "if (draft.acts()) {\n            return Optional.empty();"),
            of(
                    "the annotation is removed whatever it says by now",
                    "internal/Actor.java",
                    "store.acknowledgeControl(state.id(), version, acknowledge.control())",
                    "store.load(state.id()).thenCompose(fresh -> store.acknowledgeControl(state.id(),"
                            + " fresh.orElseThrow().version(), fresh.orElseThrow().control()"
                            + ".orElse(acknowledge.control())))"));

    /** One failed poll, one 404 or one failover makes a failure of a good savepoint, and loses its location. */
    private static final List<Mutant> LOSSES = List.of(
            of(
                    "an unknown operation counts as failed",
                    "internal/OperationTracker.java",
                    "unknown(draft, operation, unknown, seen, hints.unknownFor());",
                    "Results.fail(draft, operation, SavepointState.FAILED, \"unknown\");"),
            of(
                    "a poll that fails counts as a failure",
                    "internal/Observer.java",
                    "new OperationObservation.Unreachable(Stages.describe(failure))",
                    "new OperationObservation.Failed(Stages.describe(failure))"),
            of(
                    "the checkpoint history is not looked at",
                    "internal/OperationTracker.java",
                    "if (likely.isPresent()) {",
                    "if (likely.isPresent() && draft.now().equals(Instant.EPOCH)) {"),
            of(
                    "the target directory is taken for the location",
                    "internal/Results.java",
                    ".savepointLocation(location)",
                    ".savepointLocation(operation.targetDirectory().orElse(location))"),
            of(
                    "a savepoint is counted twice",
                    "internal/Results.java",
                    ".savepointGeneration(draft.job().savepointGeneration() + 1)",
                    ".savepointGeneration(draft.job().savepointGeneration() + 2)"),
            of(
                    "a result and the answer to the next request share one write",
                    "internal/Planner.java",
                    "} else if (!stateChanged) {",
                    "} if (!stateChanged) {"));

    /** A generation that is ignored on a job without savepoints, or stuck for ever after a failure. */
    private static final List<Mutant> GENERATIONS = List.of(
            of(
                    "a generation is ignored on a job without savepoints",
                    "policy/GenerationTriggeredPolicy.java",
                    "if (wanted > recorded && wanted > known) {",
                    "if (recorded > 0 && wanted > recorded && wanted > known) {"),
            of(
                    "a generation is answered by the savepoint that was in flight when it was asked for",
                    "internal/Planner.java",
                    "if (policy.decide(before) instanceof Decision.AcceptRequest accept) {",
                    "if (draft.acts() && policy.decide(before) instanceof Decision.AcceptRequest accept) {"),
            of(
                    "a generation that failed is tried for ever",
                    "internal/Results.java",
                    "boolean givenUp = operation.maxAttempts() > 0 &&",
                    "boolean givenUp = operation.maxAttempts() > 1_000 &&"),
            of(
                    "a generation waits for ever for a job that is not started",
                    "policy/GenerationTriggeredPolicy.java",
                    "|| context.bookkeeping().message().isPresent();",
                    "|| context.spec().jarFile().isEmpty();"));

    /** A control that is in progress for ever; an annotation that is removed without effect, or executed twice. */
    private static final List<Mutant> CONTROLS = List.of(
            of(
                    "the annotation is removed before its acceptance is recorded",
                    "internal/Engine.java",
                    RECORD_THEN,
                    "CompletableFuture<?> first = step.action() instanceof Action.Acknowledge"
                            + " ? actor.act(state, state.version(), step.action(),"
                            + " () -> CompletableFuture.completedFuture(null))"
                            + " : CompletableFuture.completedFuture(null);\n"
                            + "return first.thenCompose(done -> record(state.id(), state.version(), step.status(), now))"
                            + ".thenCompose(result -> switch"),
            of(
                    "a control does not end with its savepoint",
                    "internal/Results.java",
                    "endControl(draft, operation, ControlState.SUCCEEDED, Optional.empty());\n        if (stop) {",
                    "if (stop) {"),
            of(
                    "a control that was accepted is accepted again",
                    "internal/Planner.java",
                    "if (accepted.isPresent() && accepted.equals(control.map(ControlRequest::value))) {",
                    "if (accepted.isPresent() && control.isEmpty()) {"),
            of(
                    "a control is carried out before the annotation is gone",
                    "internal/Planner.java",
                    "if (Decider.servesControl(decision)\n",
                    "if (decision instanceof Decision.Nothing\n"));

    /** One cluster that holds up others, calls without a bound, and hosts that disturb a tick. */
    private static final List<Mutant> BLOCKED = List.of(
            of(
                    "the ticks of all clusters wait for each other",
                    "internal/Engine.java",
                    "CompletableFuture<Reconciliation> tick = session.tick(() -> tick(id));",
                    "CompletableFuture<Reconciliation> tick = session(ClusterId.of(\"all\", \"clusters\"))"
                            + ".tick(() -> tick(id));"),
            of(
                    "calls that wait have no bound",
                    "internal/DirectCalls.java",
                    "if (calls.size() >= MOST_WAITING) {",
                    "if (calls.size() > 64 * MOST_WAITING) {"),
            of(
                    "a listener that throws breaks the tick",
                    "internal/Announcer.java",
                    "LOG.warn(\"{}: a listener failed on {}\", event.cluster(), event.type(), broken);",
                    "throw broken;"),
            of(
                    "the back-off is forgotten",
                    "internal/Planner.java",
                    "return timings.unreachable().delay(hints.unreachableInARow() + 1);",
                    "return Duration.ofMillis(1);"));

    /** A time base that gets lost, and schedules that overlap. */
    private static final List<Mutant> SCHEDULES = List.of(
            of(
                    "the period counts from the job's start alone",
                    "policy/PeriodicPolicy.java",
                    "Instant base = lastTrigger.isAfter(runningSince) ? lastTrigger : runningSince;",
                    "Instant base = runningSince;"),
            of(
                    "the period begins anew with every look",
                    "policy/PeriodicPolicy.java",
                    "Instant base = lastTrigger.isAfter(runningSince) ? lastTrigger : runningSince;",
                    "Instant base = context.now();"));

    /** A job taken for lost on one empty answer while it recovers, so that two run. */
    private static final List<Mutant> RUNS = List.of(
            of(
                    "no grace before a job is lost",
                    "internal/JobTracker.java",
                    "if (draft.since(since).compareTo(grace) >= 0 && hints.sameFor().compareTo(grace) >= 0) {",
                    "if (!grace.isZero()) {"),
            of(
                    "a restart while the old run may live",
                    "policy/RestartFromSavepointOnFailurePolicy.java",
                    "if (!down || !knownToBeOver(context.job())) {",
                    "if (context.now().isBefore(failedAt(context)) || state == JobState.PENDING) {"),
            of(
                    "a restore does not wait for the run before",
                    "internal/LaunchTracker.java",
                    "if (found.state().isTerminal()) {",
                    "if (launch.sends() > 0) {"),
            of(
                    "a restart from elsewhere than the last savepoint",
                    "policy/RestartFromSavepointOnFailurePolicy.java",
                    "context.bookkeeping().restoredFrom().or(job::savepointLocation);",
                    "context.spec().fromSavepoint().or(job::savepointLocation);"),
            of(
                    "what a job was started from is not told",
                    "internal/LaunchTracker.java",
                    "draft.updateJob(job -> job.fromSavepoint(launch.fromSavepoint()));",
                    "draft.updateJob(job -> job.fromSavepoint(Optional.empty()));"));

    /** Results that are noticed seconds or minutes late. */
    private static final List<Mutant> LATE = List.of(of(
            "savepoints are polled at a fixed interval",
            "internal/Draft.java",
            "return PollSchedule.nextPoll(since(operation.lastSentAt()).abs(), expected());",
            "return Duration.ofSeconds(5 + expected().map(Duration::toSeconds).orElse(0L) / 100);"));

    /** Documents put together from pieces of text, so that some values break them. */
    private static final List<Mutant> DOCUMENTS = List.of(
            of(
                    "values are cut at a character that means something to JSON",
                    "store/StatusDocument.java",
                    ".put(\"name\", control.name())",
                    ".put(\"name\", control.name().replaceAll(\"\\\".*\", \"\"))"),
            of(
                    "fields of others are dropped",
                    "store/StatusDocument.java",
                    "return FieldWriter.merge(existing, write(status), STATUS);",
                    "return new java.util.LinkedHashMap<>(write(status));"),
            of(
                    "messages have no bound",
                    "internal/Texts.java",
                    "return text.length() <= LONGEST",
                    "return text.length() <= LONGEST * LONGEST"),
            of(
                    "every look is a write",
                    "internal/Engine.java",
                    "if (step.status().equals(state.status())) {",
                    "if (step.status().equals(state.status()) && step.events().size() > 3) {"));

    /** A deadline of the manager's own, after which a savepoint that Flink completes is nobody's. */
    private static final List<Mutant> DEADLINES = List.of(of(
            "a savepoint counts as failed after a minute of the manager's own",
            "internal/OperationTracker.java",
            "} else if (result instanceof OperationObservation.InProgress) {",
            "} else if (draft.since(operation.triggerTime()).toSeconds() > 60) {\n"
                    + "Results.fail(draft, operation, SavepointState.FAILED, \"timed out\");\n"
                    + "} else if (result instanceof OperationObservation.InProgress) {"));

    /** Clocks that go back, clusters that go away, and operations that hang. */
    private static final List<Mutant> MISHAPS = List.of(
            of(
                    "an operation is in progress for ever though its job has ended",
                    "internal/Observer.java",
                    "if (inProgress && takesLong) {",
                    "if (inProgress && takesLong && operation.sends() < 0) {"),
            of(
                    "a clock that went back lets savepoints be polled without a break",
                    "internal/Draft.java",
                    "since(operation.lastSentAt()).abs()",
                    "since(operation.lastSentAt())"),
            of(
                    "a restore waits for a cluster that was made anew",
                    "internal/Engine.java",
                    "session.calls().giveUpForgotten(state.status(), now);",
                    ""),
            of(
                    "a restore by hand outlives the savepoints that are taken later",
                    "internal/Results.java",
                    ".consecutiveRestarts(0)\n                .restoredFrom(Optional.empty())",
                    ".consecutiveRestarts(0)"),
            of(
                    "a generation is taken for served when it is accepted",
                    "internal/Decider.java",
                    "log -> log.accepted(accept.token())",
                    "log -> log.served(accept.token())"),
            of(
                    "the age of a savepoint does not matter",
                    "policy/RestartFromSavepointOnFailurePolicy.java",
                    "return age > allowed\n",
                    "return age > 1_000 * allowed\n"));

    private Mutants() {}

    static Mutant named(String name) {
        return all().stream()
                .filter(mutant -> mutant.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Savepoints that are lost because somebody tidied up. */
    private static final List<Mutant> DISPOSALS = List.of(
            of(
                    "the savepoint that the present run was started from is disposed of",
                    "policy/RetentionPolicy.java",
                    "context.status().job().flatMap(JobStatus::fromSavepoint).ifPresent(needed::add);",
                    ""),
            of(
                    "a disposal is not recorded before Flink is asked",
                    "internal/History.java",
                    ".disposingSince(draft.now())",
                    ""),
            of(
                    "a savepoint is forgotten as soon as Flink is asked to dispose of it",
                    "internal/History.java",
                    "return Optional.of(disposing);",
                    "return Optional.empty();"),
            of(
                    "a disposal that nobody remembers is not asked for again",
                    "internal/History.java",
                    "if (!inProgress && !draft.acts()) {",
                    "if (seen.disposal().isPresent() && !inProgress && !draft.acts()) {"));

    static List<Mutant> all() {
        return List.of(
                        ORPHANS,
                        STALE,
                        LOSSES,
                        GENERATIONS,
                        CONTROLS,
                        BLOCKED,
                        SCHEDULES,
                        RUNS,
                        LATE,
                        DOCUMENTS,
                        DEADLINES,
                        DISPOSALS,
                        MISHAPS)
                .stream()
                .flatMap(List::stream)
                .toList();
    }
}
