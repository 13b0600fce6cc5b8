package io.savepoint.simulation;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.SavepointResult;
import io.savepoint.testing.FakeJob;
import io.savepoint.testing.FlinkLedger;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Settles the accounts of a run that has come to rest: what was asked for, what was taken, and what is recorded. */
final class EndChecks {
    private static final int MOST_WRITES = 30;
    private static final int MOST_ATTEMPTS = 5;

    private final World world;
    private final Violations violations;

    EndChecks(World world) {
        this.world = world;
        this.violations = world.violations;
    }

    /** What is still under way; empty if nothing is. */
    Optional<String> unrest() {
        boolean awake = !world.managers.living().isEmpty()
                && world.managers.living().stream()
                        .noneMatch(manager -> manager.host().standsStill());
        if (!awake) {
            return Optional.of("no manager: " + world.managers.living());
        }
        for (ClusterId id : world.clusters) {
            Optional<String> reason = world.database.find(id).flatMap(this::unrest);
            if (reason.isPresent()) {
                return reason.map(why -> id + ": " + why);
            }
        }
        return world.managers.calls().stream()
                .filter(call -> !call.result().isDone() && isAlive(call))
                .map(call -> "I7 no-lost-request: " + call.what() + " has no answer")
                .findFirst();
    }

    private boolean isAlive(Managers.Call call) {
        return world.managers.living().stream().anyMatch(manager -> manager.host() == call.host());
    }

    private Optional<String> unrest(Database.Resource resource) {
        ClusterState state = resource.state();
        ClusterStatus status = state.status();
        if (state.control().isPresent()) {
            return Optional.of("I7 no-lost-request: the annotation is still there: " + state.control());
        }
        if (status.control().filter(control -> !control.state().isFinal()).isPresent()) {
            return Optional.of("I7 no-lost-request: " + status.control());
        }
        if (status.bookkeeping().operation().isPresent()) {
            return Optional.of("I3 exactly-once: " + status.bookkeeping().operation());
        }
        if (status.bookkeeping().launch().isPresent()) {
            return Optional.of("I6 one-run: " + status.bookkeeping().launch());
        }
        long wanted = state.spec().savepointGeneration();
        boolean unseen = world.plan.setup().servesGenerations() && StoreChecks.asksForOne(wanted, status);
        if (unseen || status.bookkeeping().requestsOf("generation").accepted().isPresent()) {
            return Optional.of("I7 no-lost-request: savepointGeneration " + wanted + ": "
                    + status.bookkeeping().requestsOf("generation"));
        }
        return world.retentionChecks.unrest(resource);
    }

    void check() {
        FlinkLedger ledger = world.flink.ledger();
        if (world.plan.setup().clientIds()) {
            ledger.attempts().stream().filter(attempt -> !attempt.foreign()).forEach(this::accounted);
            requests(ledger);
        } else if (world.tellsItsOwn() && !world.book.anyDeleted()) {
            ledger.savepoints().stream().filter(taken -> !taken.foreign()).forEach(this::recorded);
        }
        world.book.intents().forEach(this::ended);
        for (ClusterId id : world.clusters) {
            world.database.find(id).ifPresent(resource -> job(resource, ledger));
            world.database.find(id).ifPresent(world.retentionChecks::check);
        }
        world.managers.calls().forEach(this::answered);
    }

    /** A savepoint that exists is recorded, or its loss is, and is Flink's. */
    private void accounted(FlinkLedger.Savepoint attempt) {
        Optional<Book.Intent> found = world.book.intent(attempt.trigger());
        violations.require(found.isPresent(), "I2 intent-first", () -> attempt + " was never recorded as intended");
        if (found.isEmpty() || attempt.outcome() != FlinkLedger.Outcome.COMPLETED) {
            return;
        }
        Book.Intent intent = found.get();
        boolean recorded = intent.succeeded;
        boolean gone = world.book.isDeleted(intent.uid);
        Instant told = intent.ended.orElse(world.time.now());
        Instant completed = attempt.ended().orElseThrow();
        boolean forgotten = world.book.memoryLostBetween(attempt.cluster(), attempt.begun(), told)
                || Duration.between(completed, told)
                                .compareTo(world.plan.setup().resultStore().minusSeconds(1))
                        > 0;
        violations.require(
                recorded || gone || (intent.failure.isPresent() && forgotten),
                "I3 exactly-once",
                () -> attempt + " was taken, and is not recorded but " + intent.failure);
    }

    /** Where Flink chose the id, only the location tells which savepoint is recorded. */
    private void recorded(FlinkLedger.Savepoint taken) {
        boolean forgotten = world.book.memoryLostBetween(taken.cluster(), taken.begun(), world.time.now());
        violations.require(
                forgotten || world.book.isRecorded(taken.location().orElseThrow()),
                "I3 exactly-once",
                () -> taken + " was taken, and is not recorded");
    }

    /** One request, one savepoint. */
    private void requests(FlinkLedger ledger) {
        Map<String, FlinkLedger.Savepoint> served = new HashMap<>();
        for (FlinkLedger.Savepoint taken : ledger.savepoints()) {
            Optional<Book.Intent> intent = world.book.intent(taken.trigger()).filter(found -> found.succeeded);
            intent.filter(this::isOnce).ifPresent(known -> {
                FlinkLedger.Savepoint earlier = served.putIfAbsent(known.request, taken);
                violations.require(
                        earlier == null,
                        "I3 exactly-once",
                        () -> "request " + known.request + " has two savepoints: " + earlier + " and " + taken);
            });
        }
        Map<String, Integer> attempts = new HashMap<>();
        for (Book.Intent intent : world.book.intents()) {
            if (isOnce(intent)) {
                int count = attempts.merge(intent.request, 1, Integer::sum);
                int most = intent.operation.maxAttempts() == 1 ? 1 : MOST_ATTEMPTS;
                violations.require(
                        count <= most,
                        "I3 exactly-once",
                        () -> "request " + intent.request + " was tried " + count + " times");
            }
        }
    }

    /** A schedule, and a spec that asks for the job's end, ask again and again. */
    private boolean isOnce(Book.Intent intent) {
        return !intent.operation.policy().equals("periodic")
                && !(intent.operation.policy().equals("job-cancel")
                        && intent.operation.token().equals("spec"));
    }

    private void ended(Book.Intent intent) {
        violations.require(
                intent.ended.isPresent() || world.book.isDeleted(intent.uid),
                "I3 exactly-once",
                () -> intent.operation + " never ended");
        violations.require(
                intent.writes <= MOST_WRITES,
                "I10 bounded",
                () -> intent.operation + " took " + intent.writes + " writes");
    }

    private void job(Database.Resource resource, FlinkLedger ledger) {
        Optional<JobStatus> recorded = resource.state().status().job();
        if (recorded.isEmpty() || recorded.get().id().isEmpty()) {
            return;
        }
        JobStatus job = recorded.get();
        ClusterId id = resource.state().id();
        Optional<FakeJob> real = world.cluster(id).job(job.id().get());
        boolean alive = real.filter(seen -> seen.endTime().isEmpty()).isPresent();
        boolean runs = job.state() == JobState.RUNNING || job.state() == JobState.DEPLOYING;
        // Before 1.15 a submission that a wrong clock let go late starts a job again that has ended.
        boolean excused = !world.plan.setup().clientIds() && !world.promptness.clocksAreRight();
        violations.require(
                alive == runs || excused, "I9 converge", () -> "recorded is " + job + ", and Flink has " + real);
        Optional<FlinkLedger.Run> run = ledger.runs().stream()
                .filter(started -> started.job().equals(job.id().get()))
                .reduce((first, second) -> second);
        run.filter(started -> alive)
                .ifPresent(started -> violations.require(
                        started.restoredFrom().equals(job.fromSavepoint()),
                        "I6 one-run",
                        () -> "fromSavepoint of " + job + " is not what it was started from: " + started));
        boolean down = job.state() == JobState.FAILED || job.state() == JobState.LOST;
        violations.require(
                !down || resource.state().status().bookkeeping().message().isPresent(),
                "I9 converge",
                () -> job + " stays down, and nothing says why: "
                        + resource.state().status().bookkeeping());
        boolean others = world.cluster(id).jobs().stream()
                .filter(other ->
                        other.endTime().isEmpty() && !other.id().equals(job.id().get()))
                .anyMatch(other -> world.book
                        .launch(other.id())
                        .filter(launch -> launch.uid() == resource.uid())
                        .isPresent());
        violations.require(
                !others || !world.plan.setup().clientIds(),
                "I6 one-run",
                () -> "more runs than " + job + " are alive: "
                        + world.cluster(id).jobs());
    }

    private boolean wasTaken(SavepointResult saved) {
        return world.book
                        .intent(saved.triggerId())
                        .filter(intent -> intent.succeeded)
                        .isPresent()
                && world.flink.ledger().savepoints().stream()
                        .anyMatch(taken -> taken.location().equals(Optional.of(saved.location()))
                                && taken.job().equals(saved.jobId()));
    }

    private boolean wasStarted(Object job) {
        // Where another manager has carried it out, a later restart may have taken the run's place already.
        return world.book.launches().stream()
                        .anyMatch(intent -> intent.launch().jobId().equals(job))
                && world.flink.ledger().runs().stream()
                        .anyMatch(run -> run.job().equals(job));
    }

    private void answered(Managers.Call call) {
        if (call.result().isDone() && !call.result().isCompletedExceptionally()) {
            Object answer = call.result().join();
            boolean isTrue = answer instanceof SavepointResult saved ? wasTaken(saved) : wasStarted(answer);
            violations.require(isTrue, "I5 truth", () -> call.what() + " was answered with " + answer);
        }
        if (call.result().isCompletedExceptionally() && !call.result().isCancelled()) {
            List<String> reason = call.result()
                    .handle((value, failure) -> List.of(String.valueOf(failure.getMessage())))
                    .join();
            violations.require(
                    !reason.get(0).isBlank()
                            && reason.get(0).contains(call.cluster().toString()),
                    "I7 no-lost-request",
                    () -> call.what() + " failed and does not say why: " + reason);
        }
    }
}
