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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
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

    private final LocalFlink flink;
    private final String jar;
    private final Path database;
    private final JdbcClusterStateStore store;
    private final FlinkRestTransport transport;
    private final Set<ControlState> controlStates = EnumSet.noneOf(ControlState.class);
    private SavepointManager manager;

    private Scene(LocalFlink flink, String jar) {
        this.flink = flink;
        this.jar = jar;
        this.database = flink.workDirectory().resolve("savepoints-db");
        this.store = Databases.open(database);
        this.transport = FlinkRestTransport.at(flink.restUrl().toString());
        this.manager = startManager();
    }

    static Scene open(LocalFlink flink, String jar) {
        return new Scene(flink, jar);
    }

    private SavepointManager startManager() {
        SavepointManager started = SavepointManager.builder()
                .store(store)
                .flink(transport)
                .launcher(RestJobLauncher.create(transport))
                .listener(event -> status(event.cluster())
                        .control()
                        .map(ControlStatus::state)
                        .ifPresent(controlStates::add))
                .observeInterval(Duration.ofMillis(200))
                .build();
        started.start();
        return started;
    }

    void startsFresh() throws Exception {
        store.putSpec(ORDERS, spec(ORDERS).addArgs("--extra-operator").build());
        await(ORDERS, "Running", status -> state(status) == JobState.RUNNING);
    }

    void takesPeriodicSavepoints() throws Exception {
        edit(ORDERS, spec -> spec.autoSavepointSeconds(2));
        await("generation 2", () -> job(status(ORDERS)).savepointGeneration() >= 2);
        edit(ORDERS, spec -> spec.autoSavepointSeconds(OptionalLong.empty()));
        ClusterStatus settled = await(ORDERS, "no savepoint in flight", Scene::isIdle);
        check(job(settled).savepointGeneration() == 2, "two savepoints, not more, are recorded");
        check(savepointsOnDisk() == 2, "two savepoints, not more, were taken");
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
        check(
                controlStates.equals(
                        EnumSet.of(ControlState.REQUESTED, ControlState.IN_PROGRESS, ControlState.SUCCEEDED)),
                "control went Requested, InProgress, Succeeded; seen: " + controlStates);
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
        manager.reconcile(ORDERS).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
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
        String newId = after.id().orElseThrow().hex();
        CounterJobControl control = control(ORDERS);
        Restored restored = Await.answer("the restored counters", PATIENCE, () -> control.restored(newId));
        // Six were taken of that run, the last two of them past the manager.
        Snapshot recorded = saved.get(3);
        System.out.println("counters in the savepoint:  " + recorded.counts());
        System.out.println("counters after the restart: " + restored.counts());
        check(!recorded.counts().isEmpty(), "the savepoint has counters");
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
        System.out.println("message: " + why(status).orElseThrow());
        check(why(status).orElseThrow().contains("no savepoint is recorded"), "the message says why it stays Failed");
        manager.reconcile(FRAGILE).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        check(status(FRAGILE).equals(status), "it stays Failed");
    }

    void startsFromASavepoint() throws Exception {
        String location = job(status(ORDERS)).savepointLocation().orElseThrow();
        store.putSpec(COPY, spec(COPY).fromSavepoint(location).build());
        ClusterStatus refused = await(COPY, "Failed", status -> state(status) == JobState.FAILED);
        String reason = refused.bookkeeping().failureReason().orElse("");
        System.out.println("reason: " + reason);
        check(reason.contains("allowNonRestoredState"), "Flink's reason is told");
        edit(COPY, spec -> spec.allowNonRestoredState(true));
        ClusterStatus status = await(COPY, "Running", candidate -> state(candidate) == JobState.RUNNING);
        check(job(status).fromSavepoint().equals(Optional.of(location)), "fromSavepoint is recorded");
        String id = job(status).id().orElseThrow().hex();
        CounterJobControl control = control(COPY);
        Restored restored = Await.answer("the restored counters", PATIENCE, () -> control.restored(id));
        check(!restored.counts().isEmpty(), "the counters came along");
    }

    void cancelsWithASavepoint() throws Exception {
        long before = job(status(ORDERS)).savepointGeneration();
        store.requestControl(ORDERS, ControlRequest.JOB_CANCEL);
        ClusterStatus status = await(ORDERS, "Cancelled", candidate -> state(candidate) == JobState.CANCELLED);
        check(controlSucceeded(status), "control Succeeded");
        check(job(status).savepointGeneration() == before + 1, "its savepoint is recorded");
    }

    void survivesADyingManager() throws Exception {
        manager.close();
        int onDisk = savepointsOnDisk();
        edit(COPY, spec -> spec.savepointGeneration(1));
        int exitCode = DyingManager.run(database, flink.restUrl());
        System.out.println("the manager died with exit code " + exitCode + "; what it left behind:");
        check(exitCode == DyingManager.EXIT_CODE, "it died right after asking Flink");
        print(status(COPY));
        manager = startManager();
        ClusterStatus status =
                await(COPY, "generation 1", candidate -> job(candidate).savepointGeneration() == 1);
        check(isIdle(status), "nothing is in flight");
        check(savepointsOnDisk() == onDisk + 1, "Flink took one savepoint");
        manager.reconcile(COPY).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        check(job(status(COPY)).savepointGeneration() == 1, "one is recorded");
    }

    @Override
    public void close() {
        manager.close();
        store.close();
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
