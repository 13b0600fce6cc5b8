package io.savepoint.simulation;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.Launch;
import io.savepoint.model.Operation;
import io.savepoint.model.RestartPolicy;
import io.savepoint.model.SavepointState;
import io.savepoint.model.SavepointStatus;
import io.savepoint.policy.Decision;
import io.savepoint.policy.GenerationTriggeredPolicy;
import io.savepoint.testing.FakeFlink;
import io.savepoint.testing.FlinkLedger;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Holds every write of a manager against the invariants, and enters in the book what it means. */
final class StoreChecks implements Database.Witness {
    private static final int LONGEST_MESSAGE = 1100;

    private final FakeFlink flink;
    private final Book book;
    private final Violations violations;
    private final Supplier<Instant> now;
    private final Promptness promptness;
    private final RetentionChecks retention;
    private final boolean clientIds;
    private final boolean servesGenerations;
    private final Map<Long, Controls> controls = new HashMap<>();
    private long writes;

    StoreChecks(
            FakeFlink flink,
            Book book,
            Violations violations,
            Supplier<Instant> now,
            Promptness promptness,
            RetentionChecks retention,
            Setup setup) {
        this.retention = retention;
        this.clientIds = setup.clientIds();
        this.servesGenerations = setup.servesGenerations();
        this.flink = flink;
        this.book = book;
        this.violations = violations;
        this.now = now;
        this.promptness = promptness;
    }

    long writes() {
        return writes;
    }

    Controls controls(long uid) {
        return controls.computeIfAbsent(uid, absent -> new Controls(promptness.clocksAreRight()));
    }

    @Override
    public void controlRemoved(Database.Resource before, Database.Resource after) {
        writes++;
        controls(before.uid()).removed(before.state().status().control(), violations);
    }

    @Override
    public void statusWritten(Database.Resource before, Database.Resource after) {
        writes++;
        ClusterStatus was = before.state().status();
        ClusterStatus is = after.state().status();
        controls(before.uid()).written(before, is.control(), violations, now.get());
        generation(was, is);
        operations(before, is);
        controlTellsTheResult(is);
        generationIsServed(was, is);
        generationIsNotAbsorbed(before, is);
        launches(before, is);
        retention.written(before, is);
        violations.require(
                Neighbour.fieldsOf(before.status()).equals(Neighbour.fieldsOf(after.status())),
                "I8 good-neighbour",
                () -> "fields of others: " + Neighbour.fieldsOf(before.status()) + " became "
                        + Neighbour.fieldsOf(after.status()));
        violations.require(
                after.state().problems().size() <= before.state().problems().size(),
                "I8 good-neighbour",
                () -> "what was written cannot be read: " + after.state().problems());
        messages(is)
                .forEach(text -> violations.require(
                        text.length() <= LONGEST_MESSAGE, "I10 bounded", () -> text.length() + " characters: " + text));
    }

    private static Stream<String> messages(ClusterStatus status) {
        Bookkeeping kept = status.bookkeeping();
        return Stream.of(
                        status.control().flatMap(control -> control.message()),
                        status.control().map(control -> control.name()),
                        status.savepoint().flatMap(savepoint -> savepoint.message()),
                        kept.message(),
                        kept.failureReason())
                .flatMap(Optional::stream);
    }

    private void controlTellsTheResult(ClusterStatus status) {
        Optional<Book.Intent> ended = status.control()
                .flatMap(ControlStatus::savepointTriggerId)
                .flatMap(book::intent)
                .filter(intent -> intent.ended.isPresent());
        boolean saves = ended.filter(intent -> intent.operation.kind() != Operation.Kind.CANCEL)
                .isPresent();
        ControlState expected =
                ended.filter(intent -> intent.succeeded).isPresent() ? ControlState.SUCCEEDED : ControlState.FAILED;
        violations.require(
                !saves || status.control().orElseThrow().state() == expected,
                "I7 no-lost-request",
                () -> status.control() + " does not tell what became of its savepoint: " + status.savepoint());
    }

    /** What was served has had a savepoint that ended, or a refusal. */
    private void generationIsServed(ClusterStatus was, ClusterStatus is) {
        Optional<String> served = is.bookkeeping().requestsOf("generation").served();
        if (served.equals(was.bookkeeping().requestsOf("generation").served())) {
            return;
        }
        boolean ended = book.intents().stream()
                .anyMatch(intent -> intent.ended.equals(Optional.of(now.get()))
                        && intent.operation.policy().equals("generation")
                        && served.equals(Optional.of(intent.operation.token())));
        boolean refused = is.savepoint()
                .filter(savepoint -> savepoint.state() == SavepointState.TRIGGER_FAILED
                        && savepoint.message().isPresent())
                .isPresent();
        violations.require(
                ended || refused,
                "I7 no-lost-request",
                () -> "generation " + served + " counts as served, and nothing came of it: " + is.savepoint());
    }

    /** What was asked for before a savepoint was recorded is not answered by its number. */
    private void generationIsNotAbsorbed(Database.Resource before, ClusterStatus is) {
        ClusterStatus was = before.state().status();
        long wanted = before.state().spec().savepointGeneration();
        boolean asks = servesGenerations && asksForOne(wanted, was);
        boolean kept = wanted > recorded(is) || wanted == GenerationTriggeredPolicy.lastAsked(is.bookkeeping());
        violations.require(
                !asks || kept,
                "I7 no-lost-request",
                () -> "savepointGeneration " + wanted + " was above " + recorded(was) + ", and is answered by "
                        + is.savepoint());
    }

    /** Whether a generation asks for a savepoint that no manager has accepted yet. */
    static boolean asksForOne(long wanted, ClusterStatus status) {
        return wanted > recorded(status) && wanted > GenerationTriggeredPolicy.lastAsked(status.bookkeeping());
    }

    private static long recorded(ClusterStatus status) {
        return status.job().map(JobStatus::savepointGeneration).orElse(0L);
    }

    private void generation(ClusterStatus was, ClusterStatus is) {
        long before = recorded(was);
        long after = recorded(is);
        boolean sameSavepoint = was.job()
                .flatMap(JobStatus::lastSavepointTriggerId)
                .equals(is.job().flatMap(JobStatus::lastSavepointTriggerId));
        boolean sameLocation =
                was.job().flatMap(JobStatus::savepointLocation).equals(is.job().flatMap(JobStatus::savepointLocation));
        boolean grown = after == before + 1 && !sameSavepoint && !sameLocation;
        boolean untouched = after == before && sameSavepoint && sameLocation;
        violations.require(grown || untouched, "I4 generation", () -> "from " + was.job() + " to " + is.job());
        boolean timed = is.job()
                .filter(job -> job.lastSavepointTime().isPresent()
                        && job.lastSavepointTriggerTime().isPresent())
                .isPresent();
        boolean sameTimes =
                was.job().flatMap(JobStatus::lastSavepointTime).equals(is.job().flatMap(JobStatus::lastSavepointTime))
                        && was.job()
                                .flatMap(JobStatus::lastSavepointTriggerTime)
                                .equals(is.job().flatMap(JobStatus::lastSavepointTriggerTime));
        violations.require(
                grown ? timed : sameTimes, "I4 generation", () -> "times from " + was.job() + " to " + is.job());
        boolean ofAnOperation = !grown || was.bookkeeping().operation().isPresent();
        violations.require(ofAnOperation, "I4 generation", () -> "nothing was in flight before " + is.job());
    }

    private void operations(Database.Resource before, ClusterStatus is) {
        ClusterStatus was = before.state().status();
        Optional<Operation> earlier = was.bookkeeping().operation();
        Optional<Operation> later = is.bookkeeping().operation();
        boolean sameId = earlier.map(Operation::triggerId).equals(later.map(Operation::triggerId));
        if (earlier.isPresent() && later.isPresent() && !sameId) {
            boolean renamed = !clientIds
                    && earlier.get().token().equals(later.get().token())
                    && earlier.get().sends() == later.get().sends()
                    && earlier.get().triggerTime().equals(later.get().triggerTime());
            violations.require(
                    renamed,
                    "I1 one-in-flight",
                    () -> earlier.get() + " gave way to " + later.get() + " without a result");
            book.renamed(earlier.get().triggerId(), later.get().triggerId());
        } else if (earlier.isPresent() && later.isPresent()) {
            book.intent(later.get().triggerId()).ifPresent(intent -> intent.writes++);
        } else if (earlier.isPresent()) {
            ended(before, earlier.get(), is);
        } else if (later.isPresent()) {
            begun(before, later.get());
        }
    }

    private void begun(Database.Resource before, Operation operation) {
        boolean ofControl = operation.token().equals(Decision.CONTROL_TOKEN);
        String request = before.uid() + " " + operation.policy() + " " + operation.token()
                + (ofControl ? " " + controls(before.uid()).acceptances() : "");
        violations.require(
                book.intent(operation.triggerId()).isEmpty(),
                "I3 exactly-once",
                () -> operation + " has the id of an earlier one");
        violations.require(
                before.state().status().bookkeeping().launch().isEmpty(),
                "I6 one-run",
                () -> operation + " begins while a run is being submitted");
        book.intended(new Book.Intent(before.state().id(), before.uid(), operation, request, now.get()));
        promptness.begun(before.state(), operation);
    }

    private void ended(Database.Resource before, Operation operation, ClusterStatus is) {
        Book.Intent intent = book.intent(operation.triggerId()).orElseThrow();
        intent.ended = Optional.of(now.get());
        Optional<JobStatus> recorded =
                is.job().filter(job -> job.lastSavepointTriggerId().equals(Optional.of(operation.triggerId())));
        if (recorded.isPresent()) {
            intent.succeeded = true;
            truth(
                    before.state().id(),
                    before.uid(),
                    operation,
                    recorded.get().savepointLocation().orElse(""));
            return;
        }
        Optional<String> failure = is.savepoint()
                .filter(savepoint -> savepoint.triggerId().equals(Optional.of(operation.triggerId()))
                        && (savepoint.state() == SavepointState.FAILED
                                || savepoint.state() == SavepointState.TRIGGER_FAILED))
                .flatMap(SavepointStatus::message)
                .filter(message -> !message.isBlank());
        intent.failure = failure;
        promptness.lost(before.state().id(), operation, flink);
        violations.require(
                operation.kind() == Operation.Kind.CANCEL || failure.isPresent(),
                "I3 exactly-once",
                () -> operation + " ended without a recorded result: " + is.savepoint());
    }

    private void truth(ClusterId cluster, long uid, Operation operation, String location) {
        Optional<FlinkLedger.Savepoint> taken = flink.ledger().savepoints().stream()
                .filter(savepoint -> savepoint.cluster().equals(cluster)
                        && savepoint.job().equals(operation.jobId())
                        && savepoint.location().equals(Optional.of(location)))
                .findFirst();
        violations.require(
                taken.isPresent(),
                "I5 truth",
                () -> location + " was not completed by Flink for job " + operation.jobId() + ", recorded for "
                        + operation);
        taken.ifPresent(savepoint -> {
            boolean own = savepoint.trigger().equals(operation.triggerId());
            violations.require(
                    own || !operation.ownDirectory() || liesIn(location, operation),
                    "I5 truth",
                    () -> location + " is not of " + operation + " but " + savepoint);
            violations.require(
                    own || savepoint.foreign() || !clientIds,
                    "I5 truth",
                    () -> savepoint + " is ours, and not the one of " + operation);
            violations.require(
                    book.recordedOnce(uid, location), "I5 truth", () -> location + " is recorded a second time");
            violations.require(
                    savepoint.stop() == (operation.kind() == Operation.Kind.STOP),
                    "I5 truth",
                    () -> savepoint + " is recorded for " + operation);
            if (own) {
                promptness.recorded(savepoint);
            }
        });
    }

    /** Where Flink chose the id, the directory still names the one that was intended. */
    private static boolean liesIn(String location, Operation operation) {
        String directory = operation.targetDirectory().orElse("");
        return location.contains(directory.substring(directory.lastIndexOf('/')) + "/");
    }

    private void launches(Database.Resource before, ClusterStatus is) {
        ClusterStatus was = before.state().status();
        Optional<Launch> launch = is.bookkeeping().launch();
        was.bookkeeping()
                .launch()
                .filter(restored -> restored.kind() == Launch.Kind.RESTORE
                        && is.bookkeeping().restoredFrom().equals(restored.fromSavepoint()))
                .flatMap(Launch::fromSavepoint)
                .ifPresent(location -> book.restoreFromNowOn(before.uid(), location));
        boolean begun = launch.isPresent()
                && !was.bookkeeping().launch().map(Launch::jobId).equals(launch.map(Launch::jobId));
        if (!begun) {
            return;
        }
        violations.require(
                was.bookkeeping().launch().isEmpty(),
                "I6 one-run",
                () -> launch + " gave no chance to " + was.bookkeeping().launch());
        Launch intended = launch.get();
        book.intended(new Book.LaunchIntent(before.state().id(), before.uid(), intended));
        if (intended.kind() == Launch.Kind.RESTART) {
            restart(before, was, intended);
        } else if (intended.kind() == Launch.Kind.START) {
            violations.require(
                    intended.fromSavepoint().equals(before.state().spec().fromSavepoint()),
                    "I6 one-run",
                    () -> intended + " does not start from the fromSavepoint of the spec");
        }
    }

    private void restart(Database.Resource before, ClusterStatus was, Launch launch) {
        JobSpec spec = before.state().spec();
        JobStatus job = was.job().orElseThrow();
        // What another program has recorded is all that there is before the first of ours.
        Optional<String> last = book.restoreFrom(before.uid()).or(job::savepointLocation);
        long allowed = spec.maxStateAgeToRestoreSeconds().orElse(Long.MAX_VALUE);
        boolean young = was.bookkeeping()
                .failedAt()
                .flatMap(failed -> job.lastSavepointTime()
                        .map(taken -> Duration.between(taken, failed).toSeconds() <= allowed))
                .orElse(true);
        violations.require(
                young && !spec.cancelRequested(),
                "I6 one-run",
                () -> launch + " restarts from what is too old, or against " + spec);
        violations.require(
                launch.fromSavepoint().isPresent() && launch.fromSavepoint().equals(last),
                "I6 one-run",
                () -> launch + " does not start from the last recorded savepoint " + last);
        violations.require(
                spec.restartPolicy() == RestartPolicy.FROM_SAVEPOINT_ON_FAILURE
                        && (job.state() == JobState.FAILED || job.state() == JobState.LOST),
                "I6 one-run",
                () -> launch + " restarts a job that is " + job.state() + " under " + spec.restartPolicy());
    }
}
