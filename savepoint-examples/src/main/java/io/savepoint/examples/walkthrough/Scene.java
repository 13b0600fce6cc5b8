package io.savepoint.examples.walkthrough;

import io.savepoint.SavepointManager;
import io.savepoint.examples.cluster.Await;
import io.savepoint.examples.cluster.CounterJobControl;
import io.savepoint.examples.cluster.CounterJobControl.Restored;
import io.savepoint.examples.cluster.CounterJobControl.Snapshot;
import io.savepoint.examples.cluster.LocalFlink;
import io.savepoint.examples.jdbc.JdbcClusterStateStore;
import io.savepoint.flink.rest.FlinkRestTransport;
import io.savepoint.flink.rest.RestJobLauncher;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.JobId;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.RestartPolicy;
import io.savepoint.model.TriggerId;
import io.savepoint.model.TriggerReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The steps of the walkthrough and what they work on. Used by one thread. */
final class Scene implements AutoCloseable {
    private static final ClusterId ORDERS = ClusterId.of("default", "orders");
    private static final ClusterId FRAGILE = ClusterId.of("default", "fragile");
    private static final ClusterId COPY = ClusterId.of("default", "copy");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** Long enough for the periodic savepoints to be switched off after the second one, even by a slow machine. */
    private static final Duration PERIOD = Duration.ofSeconds(3);

    private static final int TICKS = 5;

    private final LocalFlink flink;
    private final String jar;
    private final Path databaseFile;
    private final EmbeddedDatabase database;
    private final JdbcClusterStateStore store;
    private final WrittenStatuses written;
    private final FlinkRestTransport transport;
    private SavepointManager manager;
    private Map<Long, Long> countsSaved = Map.of();

    private record Trigger(TriggerReason reason, Instant time) {}

    private Scene(LocalFlink flink, String jar) {
        this.flink = flink;
        this.jar = jar;
        this.databaseFile = flink.workDirectory().resolve("savepoints-db");
        this.database = EmbeddedDatabase.open(databaseFile);
        this.store = database.store();
        this.written = new WrittenStatuses(store);
        this.transport = FlinkRestTransport.at(flink.restUrl().toString());
        this.manager = startManager();
    }

    static Scene open(LocalFlink flink, String jar) {
        return new Scene(flink, jar);
    }

    private SavepointManager startManager() {
        SavepointManager started = SavepointManager.builder()
                .store(written)
                .flink(transport)
                .launcher(RestJobLauncher.create(transport))
                .observeInterval(Duration.ofMillis(200))
                .build();
        started.start();
        return started;
    }

    void startsFresh() throws Exception {
        store.putSpec(ORDERS, spec(ORDERS).addArgs("--extra-operator").build());
        ClusterStatus status = await(ORDERS, "Running", candidate -> state(candidate) == JobState.RUNNING);
        check(job(status).fromSavepoint().isEmpty(), "it is recorded to have started from no savepoint");
        Restored restored = restored(ORDERS, job(status));
        check(restored.fromJobId() == null && restored.counts().isEmpty(), "the job says that it began with nothing");
    }

    void takesPeriodicSavepoints() throws Exception {
        edit(ORDERS, spec -> spec.autoSavepointSeconds(PERIOD.toSeconds()));
        await("generation 2", () -> job(status(ORDERS)).savepointGeneration() >= 2);
        edit(ORDERS, spec -> spec.autoSavepointSeconds(OptionalLong.empty()));
        ClusterStatus settled = await(ORDERS, "no savepoint in flight", Scene::isIdle);
        check(job(settled).savepointGeneration() == 2, "two savepoints, not more, are recorded");
        check(savepointsOnDisk() == 2, "two savepoints, not more, were taken");
        List<Trigger> triggers = written.of(
                ORDERS,
                status -> status.bookkeeping()
                        .operation()
                        .map(operation -> new Trigger(operation.reason(), operation.triggerTime())));
        check(
                triggers.size() == 2
                        && triggers.stream().allMatch(trigger -> trigger.reason() == TriggerReason.SCHEDULED),
                "both were scheduled: " + triggers);
        Duration between =
                Duration.between(triggers.get(0).time(), triggers.get(1).time());
        check(between.compareTo(PERIOD) >= 0, "the second was triggered a period after the first: " + between);
    }

    void servesARaisedGeneration() throws Exception {
        edit(ORDERS, spec -> spec.savepointGeneration(3));
        await(ORDERS, "generation 3", status -> job(status).savepointGeneration() == 3 && isIdle(status));
        check(savepointsOnDisk() == 3, "exactly one more savepoint was taken");
    }

    void servesTheAnnotation() throws Exception {
        store.requestControl(ORDERS, ControlRequest.SAVEPOINT);
        ClusterStatus status = await(ORDERS, "control Succeeded", Scene::controlSucceeded);
        ControlStatus reported = status.control().orElseThrow();
        check(reported.jobId().equals(job(status).id()), "control details have the job id");
        check(
                reported.savepointTriggerId().equals(job(status).lastSavepointTriggerId()),
                "control details have the trigger id of the savepoint recorded");
        check(load(ORDERS).control().isEmpty(), "the annotation is gone");
        check(job(status).savepointGeneration() == 4, "exactly one more savepoint is recorded");
        check(savepointsOnDisk() == 4, "exactly one more savepoint was taken");
        // The store had it before its writer knew.
        await("the last state of control", () -> controlStates().contains(ControlState.SUCCEEDED));
        check(
                controlStates()
                        .equals(List.of(ControlState.REQUESTED, ControlState.IN_PROGRESS, ControlState.SUCCEEDED)),
                "control went Requested, InProgress, Succeeded: " + controlStates());
    }

    private List<ControlState> controlStates() {
        return written.of(ORDERS, status -> status.control().map(ControlStatus::state));
    }

    void isNotConfusedByOthers() throws Exception {
        ClusterStatus before = status(ORDERS);
        JobId jobId = job(before).id().orElseThrow();
        PlainRest.triggerSavepoint(flink.restUrl(), jobId, savepointsDir());
        String location = transport
                .takeSavepoint(jobId, savepointsDir())
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .location();
        System.out.println("the one-call convenience took " + location);
        await("both savepoints on disk", () -> savepointsOnDisk() == 6);
        tick(ORDERS);
        print(status(ORDERS));
        check(status(ORDERS).equals(before), "the status is as it was");
    }

    void restartsFromTheLastSavepoint() throws Exception {
        JobStatus before = job(status(ORDERS));
        control(ORDERS).failNow();
        ClusterStatus status = await(
                ORDERS,
                "a restart",
                candidate -> job(candidate).restartCount() == 1 && state(candidate) == JobState.RUNNING);
        JobStatus after = job(status);
        check(after.fromSavepoint().equals(before.savepointLocation()), "it started from the last savepoint recorded");
        List<Snapshot> saved =
                control(ORDERS).snapshots(before.id().orElseThrow().hex());
        Restored restored = restored(ORDERS, after);
        // Six were taken of that run, the last two of them past the manager.
        Snapshot recorded = saved.get(3);
        System.out.println("counters in the savepoint:  " + recorded.counts());
        System.out.println("counters after the restart: " + restored.counts());
        countsSaved = recorded.counts();
        check(!countsSaved.isEmpty(), "the savepoint has counters");
        check(restored.counts().equals(recorded.counts()), "the counters are where the savepoint had them");
        check(saved.size() == 6 && restored.fromCheckpointId() == recorded.checkpointId(), "it is the fourth of six");
    }

    void leavesFailedWhatHasNoSavepoint() throws Exception {
        store.putSpec(FRAGILE, spec(FRAGILE).build());
        await("Running", () -> state(status(FRAGILE)) == JobState.RUNNING);
        control(FRAGILE).failNow();
        ClusterStatus status = await(
                FRAGILE,
                "Failed",
                failed -> state(failed) == JobState.FAILED && why(failed).isPresent());
        check(why(status).orElseThrow().contains("no savepoint is recorded"), "the message says why it stays Failed");
        tick(FRAGILE);
        check(status(FRAGILE).equals(status), "it stays Failed");
    }

    void startsFromASavepoint() throws Exception {
        String location = job(status(ORDERS)).savepointLocation().orElseThrow();
        store.putSpec(COPY, spec(COPY).fromSavepoint(location).build());
        ClusterStatus refused = await(COPY, "Failed", status -> state(status) == JobState.FAILED);
        String reason = refused.bookkeeping().failureReason().orElse("");
        check(reason.contains("Cannot map checkpoint/savepoint state for operator"), "Flink's reason is told");
        check(reason.contains("allowNonRestoredState"), "what to do is told");
        edit(COPY, spec -> spec.allowNonRestoredState(true));
        ClusterStatus status = await(COPY, "Running", candidate -> state(candidate) == JobState.RUNNING);
        check(job(status).fromSavepoint().equals(Optional.of(location)), "fromSavepoint is recorded");
        check(restored(COPY, job(status)).counts().equals(countsSaved), "the counters are those of that savepoint");
    }

    void cancelsWithASavepoint() throws Exception {
        JobStatus before = job(status(ORDERS));
        int onDisk = savepointsOnDisk();
        store.requestControl(ORDERS, ControlRequest.JOB_CANCEL);
        ClusterStatus status = await(ORDERS, "Cancelled", candidate -> state(candidate) == JobState.CANCELLED);
        check(controlSucceeded(status), "control Succeeded");
        JobStatus after = job(status);
        ControlStatus reported = status.control().orElseThrow();
        check(reported.name().equals(ControlRequest.JOB_CANCEL), "it is the control of the job-cancel");
        check(
                after.lastSavepointTriggerId().isPresent()
                        && reported.savepointTriggerId().equals(after.lastSavepointTriggerId())
                        && !after.lastSavepointTriggerId().equals(before.lastSavepointTriggerId()),
                "control details have the trigger id of its savepoint");
        check(after.savepointGeneration() == before.savepointGeneration() + 1, "its savepoint is recorded");
        check(!after.savepointLocation().equals(before.savepointLocation()), "at another location");
        check(savepointsOnDisk() == onDisk + 1, "exactly one more savepoint was taken");
        String said = PlainRest.status(flink.restUrl(), after.id().orElseThrow());
        check(after.id().equals(before.id()) && said.contains("\"FINISHED\""), "Flink says of the job: " + said);
    }

    void survivesADyingManager() throws Exception {
        manager.close();
        int onDisk = savepointsOnDisk();
        edit(COPY, spec -> spec.savepointGeneration(1));
        int exitCode = DyingManager.run(databaseFile, flink.restUrl());
        System.out.println("the manager died with exit code " + exitCode + "; what it left behind:");
        check(exitCode == DyingManager.EXIT_CODE, "it died right after asking Flink");
        ClusterStatus left = status(COPY);
        print(left);
        check(job(left).savepointGeneration() == 0, "no savepoint of the copy is recorded");
        TriggerId intended = left.bookkeeping().operation().orElseThrow().triggerId();
        System.out.println("it had recorded that it would ask for " + intended);
        manager = startManager();
        ClusterStatus status =
                await(COPY, "generation 1", candidate -> job(candidate).savepointGeneration() == 1);
        check(isIdle(status), "nothing is in flight");
        tick(COPY);
        check(job(status(COPY)).savepointGeneration() == 1, "one savepoint is recorded");
        check(
                job(status(COPY)).lastSavepointTriggerId().equals(Optional.of(intended)),
                "it is the one that the dead manager had asked for");
        String jobId = job(status).id().orElseThrow().hex();
        check(control(COPY).snapshots(jobId).size() == 1, "the job made one snapshot");
        check(savepointsOnDisk() == onDisk + 1, "one savepoint more is on disk");
    }

    @Override
    public void close() {
        manager.close();
        database.close();
    }

    private JobSpec.Builder spec(ClusterId cluster) throws IOException {
        return JobSpec.builder()
                .jarFile(jar)
                .className("io.savepoint.examples.job.CounterJob")
                .addArgs("--control-dir", control(cluster).directory().toString())
                .savepointsDir(savepointsDir())
                .restartPolicy(RestartPolicy.FROM_SAVEPOINT_ON_FAILURE);
    }

    private CounterJobControl control(ClusterId cluster) throws IOException {
        return CounterJobControl.in(flink.workDirectory().resolve("control-" + cluster.name()));
    }

    /** What a run says it began with. */
    private Restored restored(ClusterId cluster, JobStatus run) throws Exception {
        String jobId = run.id().orElseThrow().hex();
        CounterJobControl control = control(cluster);
        return Await.answer("the restored counters", PATIENCE, () -> control.restored(jobId));
    }

    /** Has the manager look again and again, lest something comes late. */
    private void tick(ClusterId cluster) throws Exception {
        for (int i = 0; i < TICKS; i++) {
            manager.reconcile(cluster).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private String savepointsDir() {
        return flink.savepointDirectory().toUri().toString();
    }

    private int savepointsOnDisk() throws IOException {
        try (Stream<Path> entries = Files.list(flink.savepointDirectory())) {
            return (int) entries.filter(entry -> Files.exists(entry.resolve("_metadata")))
                    .count();
        }
    }

    private void edit(ClusterId cluster, Consumer<JobSpec.Builder> change) {
        store.updateSpec(cluster, spec -> {
            JobSpec.Builder builder = JobSpec.builder().from(spec);
            change.accept(builder);
            return builder.build();
        });
    }

    private ClusterState load(ClusterId cluster) {
        return store.load(cluster).toCompletableFuture().join().orElseThrow();
    }

    private ClusterStatus status(ClusterId cluster) {
        return load(cluster).status();
    }

    private ClusterStatus await(ClusterId cluster, String what, Predicate<ClusterStatus> condition) throws Exception {
        ClusterStatus found = Await.answer(
                cluster + ": " + what,
                PATIENCE,
                () -> Optional.of(status(cluster))
                        .filter(status -> status.job().isPresent() && condition.test(status)));
        print(found);
        return found;
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(String what, Condition condition) throws Exception {
        Await.<Boolean, Exception>answer(
                what, PATIENCE, () -> condition.holds() ? Optional.of(true) : Optional.empty());
    }

    private static void print(ClusterStatus status) {
        System.out.print(StatusPrinter.describe(status));
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("not so: " + what);
        }
        System.out.println("  ok: " + what);
    }

    private static JobStatus job(ClusterStatus status) {
        return status.job().orElseThrow(() -> new IllegalStateException("no job is recorded yet"));
    }

    private static JobState state(ClusterStatus status) {
        return status.job().map(JobStatus::state).orElse(JobState.PENDING);
    }

    private static Optional<String> why(ClusterStatus status) {
        return status.bookkeeping().message();
    }

    private static boolean isIdle(ClusterStatus status) {
        return status.bookkeeping().operation().isEmpty();
    }

    private static boolean controlSucceeded(ClusterStatus status) {
        return status.control()
                .filter(control -> control.state() == ControlState.SUCCEEDED)
                .isPresent();
    }
}
