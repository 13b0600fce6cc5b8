package io.savepoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.RestartPolicy;
import io.savepoint.model.SavepointEvent;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.store.InMemoryClusterStateStore;
import io.savepoint.testing.FakeCluster;
import io.savepoint.testing.FakeFlink;
import io.savepoint.testing.Faults;
import io.savepoint.testing.FlinkLedger;
import io.savepoint.testing.ManualScheduler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * One store, one Flink, virtual time, and any number of managers that live and die in it. The invariants are watched all
 * along and asserted on closing.
 */
final class World implements AutoCloseable {
    static final ClusterId ORDERS = ClusterId.of("default", "orders");
    static final String DIRECTORY = "file:///savepoints";

    final ManualScheduler time = new ManualScheduler();
    final InMemoryClusterStateStore store = new InMemoryClusterStateStore();
    final FakeFlink flink = FakeFlink.create(time);
    final FakeCluster cluster = flink.cluster(ORDERS);
    final List<SavepointEvent> events = new ArrayList<>();
    private final Invariants invariants = new Invariants(store);
    private final List<Runnable> endings = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(42);

    static JobSpec.Builder spec() {
        return JobSpec.builder()
                .jarFile("/jobs/orders.jar")
                .savepointsDir(DIRECTORY)
                .restartPolicy(RestartPolicy.FROM_SAVEPOINT_ON_FAILURE);
    }

    /** A world in which the cluster's job runs and no manager lives. */
    static World withRunningJob(UnaryOperator<JobSpec.Builder> change) {
        World world = new World();
        world.store.put(ORDERS, change.apply(spec()).build());
        SavepointManager first = world.manager();
        first.start();
        world.await("the job to run", () -> world.jobState() == JobState.RUNNING);
        first.close();
        return world;
    }

    SavepointManager manager() {
        return manager(Faults.none(), builder -> {});
    }

    SavepointManager manager(Faults process, Consumer<SavepointManagerBuilder> change) {
        SavepointManagerBuilder builder = SavepointManager.builder()
                .store(invariants.watch(process.store(store), this::completed))
                .flink(invariants.watch(process.transport(flink)))
                .launcher(invariants.watch(process.launcher(flink)))
                .scheduler(process.scheduler(time))
                .random(random)
                .listener(events::add);
        change.accept(builder);
        SavepointManager manager = builder.build();
        endings.add(() -> {
            // A dead process cannot be closed, its ticks never end.
            if (!process.crashed()) {
                manager.close();
            }
        });
        return manager;
    }

    /** The store as a manager sees it, for another one in front of it. */
    ClusterStateStore watchedStore() {
        return invariants.watch(store, this::completed);
    }

    /** Starts a manager that nothing happens to. */
    SavepointManager start() {
        SavepointManager manager = manager();
        manager.start();
        return manager;
    }

    /** Starts a manager whose requests of one kind are refused. */
    static Faults startRefused(World world, String request) {
        Faults process = Faults.none();
        FlinkTransport refusing = (FlinkTransport) Proxy.newProxyInstance(
                World.class.getClassLoader(),
                new Class<?>[] {FlinkTransport.class},
                (proxy, method, arguments) -> method.getName().equals(request)
                        ? CompletableFuture.failedFuture(new FlinkRefusedException("403 by a proxy"))
                        : method.invoke(world.flink, arguments));
        world.manager(process, builder -> builder.flink(process.transport(refusing)))
                .start();
        return process;
    }

    private boolean completed(Invariants.FlinkLedgerQuery query) {
        return flink.ledger().savepoints().stream()
                .anyMatch(savepoint -> savepoint.job().equals(query.job())
                        && savepoint.location().equals(Optional.of(query.location())));
    }

    void edit(Consumer<JobSpec.Builder> change) {
        store.updateSpec(ORDERS, spec -> {
            JobSpec.Builder builder = JobSpec.builder().from(spec);
            change.accept(builder);
            return builder.build();
        });
    }

    void annotate(String value) {
        invariants.controlSet();
        store.requestControl(ORDERS, value);
    }

    void advance(Duration duration) {
        time.advance(duration);
    }

    void await(String what, BooleanSupplier condition) {
        assertThat(time.runUntil(condition, Duration.ofMinutes(10)))
                .as("waited 10 virtual minutes for %s; status %s", what, status())
                .isTrue();
    }

    /** The answer of a direct call, or its failure. */
    <T> T get(CompletableFuture<T> call) {
        await("an answer", call::isDone);
        return call.join();
    }

    ClusterState state() {
        return store.state(ORDERS);
    }

    ClusterStatus status() {
        return state().status();
    }

    JobStatus job() {
        return status().job().orElseThrow();
    }

    JobId jobId() {
        return job().id().orElseThrow();
    }

    JobState jobState() {
        return status().job().map(JobStatus::state).orElse(JobState.PENDING);
    }

    long generation() {
        return status().job().map(JobStatus::savepointGeneration).orElse(0L);
    }

    Optional<ControlState> controlState() {
        return status().control().map(control -> control.state());
    }

    boolean isIdle() {
        return status().bookkeeping().operation().isEmpty()
                && status().bookkeeping().launch().isEmpty();
    }

    /** Everything our side asked of Flink that became a savepoint, in order. */
    List<FlinkLedger.Savepoint> ourSavepoints() {
        return flink.ledger().savepoints().stream()
                .filter(savepoint -> !savepoint.foreign())
                .toList();
    }

    List<FlinkLedger.Savepoint> ourAttempts() {
        return flink.ledger().attempts().stream()
                .filter(attempt -> !attempt.foreign())
                .toList();
    }

    String messagesOf(SavepointEvent.Type type) {
        return events.stream()
                .filter(event -> event.type() == type)
                .map(SavepointEvent::message)
                .collect(Collectors.joining("\n"));
    }

    long count(SavepointEvent.Type type) {
        return events.stream().filter(event -> event.type() == type).count();
    }

    /** Asserts that the status has come to rest: nothing is written in the hour that follows. */
    void assertAtRest() {
        String version = state().version();
        advance(Duration.ofHours(1));
        assertThat(state().version())
                .as("I9 converge: version after an hour of rest")
                .isEqualTo(version);
    }

    @Override
    public void close() {
        endings.forEach(Runnable::run);
        invariants.assertHold(flink.ledger());
    }
}
