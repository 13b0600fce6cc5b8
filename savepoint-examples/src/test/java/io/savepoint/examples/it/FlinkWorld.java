package io.savepoint.examples.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.SavepointManager;
import io.savepoint.SavepointManagerBuilder;
import io.savepoint.examples.cluster.Await;
import io.savepoint.examples.cluster.CounterJobControl;
import io.savepoint.examples.cluster.CounterJobControl.Restored;
import io.savepoint.examples.cluster.CounterJobControl.Snapshot;
import io.savepoint.examples.cluster.LocalFlink;
import io.savepoint.examples.cluster.PlainFlinkRest;
import io.savepoint.flink.rest.FlinkRestTransport;
import io.savepoint.flink.rest.RestJobLauncher;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.RestartPolicy;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointState;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.store.InMemoryClusterStateStore;
import io.savepoint.testing.ForwardingTransport;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One cluster of a store on a real Flink: what a test does to it as its user, and what it sees of it in the store, in
 * Flink, on disk and in the state of the job. Nothing else runs on that Flink meanwhile.
 */
final class FlinkWorld implements AutoCloseable {
    static final ClusterId ORDERS = ClusterId.of("default", "orders");
    static final Duration TIMEOUT = Duration.ofSeconds(120);
    private static final int KEYS = 16;
    private static final Set<String> ENDS = Set.of("FAILED", "CANCELED", "FINISHED");

    private final Optional<LocalFlink> flink;
    final Path directory;
    final PlainFlinkRest rest;
    final FlinkRestTransport transport;
    final CounterJobControl control;
    final Path savepoints;
    final List<SavepointEvent> events = new CopyOnWriteArrayList<>();
    /** What the managers were told of the job and of savepoints under way, and why they were told nothing, in order. */
    final List<Object> seen = new CopyOnWriteArrayList<>();

    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicInteger operationLooks = new AtomicInteger();
    private final ClusterStateStore store;
    private final User user;
    private final List<SavepointManager> managers = new ArrayList<>();

    /** How a user writes to the store that a manager reads. */
    record User(BiConsumer<ClusterId, JobSpec> spec, BiConsumer<ClusterId, String> control) {}

    /** A savepoint, and what the job said went into it. */
    record Taken(String location, Snapshot snapshot) {}

    FlinkWorld(LocalFlink flink, Path directory, ClusterStateStore store, User user) throws IOException {
        this(Optional.of(flink), flink.restUrl(), directory, store, user);
    }

    private FlinkWorld(Optional<LocalFlink> flink, URI endpoint, Path directory, ClusterStateStore store, User user)
            throws IOException {
        this.flink = flink;
        this.directory = directory;
        this.rest = new PlainFlinkRest(endpoint);
        this.transport = FlinkRestTransport.at(endpoint.toString());
        this.control = CounterJobControl.in(directory.resolve("control"));
        this.savepoints = Files.createDirectories(directory.resolve("savepoints"));
        this.store = store;
        this.user = user;
    }

    static FlinkWorld inMemory(LocalFlink flink, Path directory) throws IOException {
        return inMemory(Optional.of(flink), flink.restUrl(), directory);
    }

    static FlinkWorld inMemory(URI endpoint, Path directory) throws IOException {
        return inMemory(Optional.empty(), endpoint, directory);
    }

    private static FlinkWorld inMemory(Optional<LocalFlink> flink, URI endpoint, Path directory) throws IOException {
        InMemoryClusterStateStore store = new InMemoryClusterStateStore();
        return new FlinkWorld(flink, endpoint, directory, store, new User(store::put, store::requestControl));
    }

    /** The Flink below, where it is a local one. */
    LocalFlink flink() {
        return flink.orElseThrow();
    }

    // What the user does.

    JobSpec.Builder spec(String... moreArgs) {
        return JobSpec.builder()
                .jarFile(System.getProperty("counter.job.jar"))
                .className("io.savepoint.examples.job.CounterJob")
                .addArgs("--control-dir", control.directory().toString())
                .addArgs(moreArgs)
                .savepointsDir(savepoints.toUri().toString())
                .restartPolicy(RestartPolicy.FROM_SAVEPOINT_ON_FAILURE);
    }

    void put(JobSpec.Builder spec) {
        user.spec().accept(ORDERS, spec.build());
    }

    void edit(Consumer<JobSpec.Builder> change) {
        JobSpec.Builder edited = JobSpec.builder().from(state().spec());
        change.accept(edited);
        put(edited);
    }

    void annotate(String value) {
        user.control().accept(ORDERS, value);
    }

    /** Raises the generation in the spec above the recorded one. */
    void askByGeneration() {
        long next = generation() + 1;
        edit(spec -> spec.savepointGeneration(next));
    }

    SavepointManagerBuilder builder() {
        return builder(transport);
    }

    /** With something between the manager and Flink. */
    SavepointManagerBuilder builder(FlinkTransport flink) {
        return SavepointManager.builder()
                .store(store)
                .flink(new ForwardingTransport(flink) {
                    @Override
                    public CompletionStage<JobObservation> observeJob(ClusterId cluster, JobId job) {
                        looks.incrementAndGet();
                        return noted(super.observeJob(cluster, job));
                    }

                    @Override
                    public CompletionStage<OperationObservation> observeOperation(
                            ClusterId cluster, JobId job, TriggerId trigger) {
                        operationLooks.incrementAndGet();
                        return noted(super.observeOperation(cluster, job, trigger));
                    }
                })
                .launcher(RestJobLauncher.create(transport))
                .observeInterval(Duration.ofMillis(200))
                .lostGrace(Duration.ofSeconds(1))
                .listener(events::add);
    }

    private <T> CompletionStage<T> noted(CompletionStage<T> look) {
        return look.whenComplete((answer, thrown) -> seen.add(answer == null ? thrown : answer));
    }

    SavepointManager start() {
        return start(builder());
    }

    SavepointManager start(SavepointManagerBuilder builder) {
        SavepointManager manager = builder.build();
        managers.add(manager);
        manager.start();
        return manager;
    }

    /** Puts the spec and starts a manager, which starts the job; waits until all of it runs. */
    SavepointManager startJob(JobSpec.Builder spec) throws Exception {
        return startJob(spec, builder());
    }

    SavepointManager startJob(JobSpec.Builder spec, SavepointManagerBuilder builder) throws Exception {
        put(spec);
        SavepointManager manager = start(builder);
        awaitRunning();
        return manager;
    }

    // What the store says.

    ClusterState state() {
        return store.load(ORDERS).toCompletableFuture().join().orElseThrow();
    }

    ClusterStatus status() {
        return state().status();
    }

    JobStatus job() {
        return status().job().orElseThrow();
    }

    String jobId() {
        return job().id().orElseThrow().hex();
    }

    JobState jobState() {
        return status().job().map(JobStatus::state).orElse(JobState.PENDING);
    }

    long generation() {
        return status().job().map(JobStatus::savepointGeneration).orElse(0L);
    }

    ControlStatus controlStatus() {
        return status().control().orElseThrow();
    }

    boolean isIdle() {
        return status().bookkeeping().operation().isEmpty()
                && status().bookkeeping().launch().isEmpty();
    }

    boolean controlIs(ControlState state) {
        return status().control().filter(control -> control.state() == state).isPresent();
    }

    /** Waits for something, and tells where everything stands if it doesn't come. */
    void await(String what, Callable<Boolean> condition) throws Exception {
        try {
            Await.answer(what, TIMEOUT, () -> Optional.of(condition.call()).filter(done -> done));
        } catch (TimeoutException late) {
            // A look may be under way.
            var looks = List.copyOf(seen);
            throw new AssertionError(
                    late.getMessage() + "; Flink has " + rest.states() + ", of which was last seen "
                            + looks.subList(Math.max(0, looks.size() - 3), looks.size()) + " of " + looks.size()
                            + " looks; the store has " + state() + "; happened: "
                            + events.stream().map(SavepointEvent::message).toList(),
                    late);
        }
    }

    /** Until the job is recorded as running and nothing is in flight, and really runs. */
    void awaitRunning() throws Exception {
        await("the job to run", () -> jobState() == JobState.RUNNING && isIdle());
        rest.awaitRunning(jobId());
    }

    /** Until another run than this one runs. */
    void awaitRestartAfter(String jobId) throws Exception {
        await("another run than " + jobId, () -> !jobId().equals(jobId));
        awaitRunning();
    }

    /** Until the manager has found nothing to do for a while: it has looked at the job so many times more. */
    void awaitLooks(int more) throws Exception {
        int before = looks.get();
        // One may be under way that saw less than is there now.
        await(more + " more looks at the job", () -> looks.get() > before + more);
    }

    /** Until the manager has asked so many times more for the operation in flight. */
    void awaitOperationLooks(int more) throws Exception {
        int before = operationLooks.get();
        await(more + " more looks at the operation", () -> operationLooks.get() > before + more);
    }

    // What Flink says.

    long livingJobs() throws Exception {
        return rest.states().values().stream()
                .filter(state -> !ENDS.contains(state))
                .count();
    }

    // What is on disk.

    /** All savepoints on disk, finished and others, by directory: whether it is finished. */
    Map<Path, Boolean> onDisk() throws IOException {
        Map<Path, Boolean> found = new TreeMap<>();
        try (Stream<Path> directories = Files.list(savepoints)) {
            directories.forEach(directory -> found.put(directory, Files.exists(directory.resolve("_metadata"))));
        }
        return found;
    }

    /** The one and only finished savepoint on disk, and nothing beside it, that wasn't there before. */
    Path newOnDisk(Set<Path> before) throws IOException {
        Map<Path, Boolean> added = onDisk();
        added.keySet().removeAll(before);
        assertThat(added)
                .as("directories of the savepoint, and whether there is _metadata in it")
                .hasSize(1);
        assertThat(added.values()).containsOnly(true);
        return added.keySet().iterator().next();
    }

    static Path path(String location) {
        return Path.of(URI.create(location));
    }

    /** Asserts what must hold of the savepoint that was recorded last: it is complete on disk, and all of one piece. */
    void assertRecorded(String location, long generation) {
        JobStatus job = job();
        assertThat(job.savepointLocation()).contains(location);
        assertThat(job.savepointGeneration()).isEqualTo(generation);
        assertThat(job.lastSavepointTriggerId()).isPresent();
        assertThat(job.lastSavepointTriggerTime()).isPresent();
        assertThat(job.lastSavepointTime()).isPresent();
        assertThat(status().savepoint()).hasValueSatisfying(savepoint -> {
            assertThat(savepoint.state()).isEqualTo(SavepointState.SUCCEEDED);
            assertThat(savepoint.triggerId()).isEqualTo(job.lastSavepointTriggerId());
        });
        assertThat(path(location)).startsWith(savepoints);
        assertThat(path(location).resolve("_metadata")).isNotEmptyFile();
    }

    // What is in the state of the job.

    /** The savepoint that was taken last of a job, with its contents. */
    Taken latest(String jobId, String location) throws IOException {
        List<Snapshot> snapshots = control.snapshots(jobId);
        return new Taken(location, snapshots.get(snapshots.size() - 1));
    }

    /** Takes savepoints by direct calls until one has seen all keys, so that the counts of any two of them differ. */
    Taken take(SavepointManager manager) throws Exception {
        return Await.answer("a savepoint with all keys", TIMEOUT, () -> {
            String location =
                    manager.takeSavepoint(ORDERS).get(60, TimeUnit.SECONDS).location();
            return Optional.of(latest(jobId(), location))
                    .filter(taken -> taken.snapshot().counts().size() == KEYS);
        });
    }

    Restored restored(String jobId) throws Exception {
        return Await.answer("counts of job " + jobId, TIMEOUT, () -> control.restored(jobId));
    }

    /** Asserts that the present run began with exactly the state of a savepoint. */
    void assertRestoredFrom(Taken taken) throws Exception {
        assertThat(job().fromSavepoint()).contains(taken.location());
        Snapshot snapshot = taken.snapshot();
        assertThat(restored(jobId()))
                .isEqualTo(new Restored(snapshot.jobId(), snapshot.checkpointId(), snapshot.counts()));
    }

    void assertStartedWithNothing() throws Exception {
        assertThat(job().fromSavepoint()).isEmpty();
        assertThat(restored(jobId())).isEqualTo(new Restored(null, -1, new TreeMap<>()));
    }

    /** Ends the managers, and cancels what runs so that the slots are free. */
    @Override
    public void close() throws Exception {
        managers.forEach(SavepointManager::close);
        control.unblockSnapshots();
        for (Map.Entry<String, String> job : rest.states().entrySet()) {
            if (!ENDS.contains(job.getValue())) {
                rest.askToCancel(job.getKey());
            }
        }
        await("the end of all jobs", () -> livingJobs() == 0);
    }
}
