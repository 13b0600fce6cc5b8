package io.savepoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobState;
import io.savepoint.model.Reconciliation;
import io.savepoint.model.SavepointOptions;
import io.savepoint.model.SavepointResult;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.StoreException;
import io.savepoint.testing.Faults;
import io.savepoint.testing.Faults.Fault;
import io.savepoint.testing.ForwardingStore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a store with a cache and a host with habits of its own do to a manager. */
class StoreAndHostTest {
    /** Answers loads with the state before the last write, as often as is said, like a cache that lags behind. */
    private static final class LaggingStore extends ForwardingStore {
        private static final int LAG = 3;
        private Optional<ClusterState> before = Optional.empty();
        private int left;

        LaggingStore(ClusterStateStore store) {
            super(store);
        }

        @Override
        public CompletionStage<Optional<ClusterState>> load(ClusterId cluster) {
            if (left > 0) {
                left--;
                return CompletableFuture.completedFuture(before);
            }
            return super.load(cluster);
        }

        @Override
        public CompletionStage<WriteResult> compareAndSet(ClusterId cluster, String version, ClusterStatus status) {
            return super.load(cluster)
                    .thenCompose(current -> super.compareAndSet(cluster, version, status)
                            .thenApply(result -> {
                                if (result.isWritten()) {
                                    before = current;
                                    left = LAG;
                                }
                                return result;
                            }));
        }
    }

    private static SavepointManager onLaggingStore(World world) {
        return world.manager(Faults.none(), builder -> builder.store(new LaggingStore(world.watchedStore())));
    }

    @Test
    void aCacheThatLagsEndsNoCallThatIsUnderWay() {
        try (World world = World.withRunningJob(spec -> spec)) {
            SavepointManager manager = onLaggingStore(world);
            SavepointResult first = world.get(manager.takeSavepoint(World.ORDERS));
            assertThat(first.generation()).isEqualTo(1);
            JobId run = world.get(manager.restoreFrom(World.ORDERS, first.location()));
            assertThat(run).isEqualTo(world.jobId());
            world.await("the run", () -> world.jobState() == JobState.RUNNING);
            assertThat(world.get(manager.stopWithSavepoint(World.ORDERS)).generation())
                    .isEqualTo(2);
            assertThat(world.ourAttempts()).hasSize(2);
        }
    }

    @Test
    void aCacheThatLagsCostsNoSavepointOfAnyKind() {
        try (World world = World.withRunningJob(spec -> spec.autoSavepointSeconds(60))) {
            onLaggingStore(world).start();
            world.annotate(ControlRequest.SAVEPOINT);
            world.await("the annotation's", () -> world.controlState().equals(Optional.of(ControlState.SUCCEEDED)));
            world.edit(spec -> spec.savepointGeneration(5));
            world.await("the generation's", () -> world.generation() == 2 && world.isIdle());
            world.advance(Duration.ofSeconds(65));
            assertThat(world.generation()).isEqualTo(3);
            assertThat(world.ourAttempts()).hasSize(3);
        }
    }

    @Test
    void anOldCopyIsToldAsAConflictAndDecidesNothing() {
        try (World world = World.withRunningJob(spec -> spec)) {
            SavepointManager manager = onLaggingStore(world);
            world.edit(spec -> spec.savepointGeneration(1));
            Reconciliation accepted = manager.reconcile(World.ORDERS).join();
            assertThat(accepted.outcome()).isEqualTo(Reconciliation.Outcome.RECORDED);
            int asked = world.flink.ledger().requests("observeJob");
            Reconciliation old = manager.reconcile(World.ORDERS).join();
            assertThat(old.outcome()).isEqualTo(Reconciliation.Outcome.CONFLICT);
            assertThat(old.message()).isEqualTo("the store gave an old copy");
            assertThat(world.flink.ledger().requests("observeJob")).isEqualTo(asked);
        }
    }

    @Test
    void aRemovalThatArrivesLateLeavesTheNextRequestAlone() {
        try (World world = World.withRunningJob(spec -> spec)) {
            CompletableFuture<String> late = new CompletableFuture<>();
            ClusterStateStore slow = new ForwardingStore(world.watchedStore()) {
                @Override
                public CompletionStage<Boolean> acknowledgeControl(
                        ClusterId cluster, String version, ControlRequest control) {
                    if (late.complete(version)) {
                        return CompletableFuture.failedFuture(new StoreException("no answer in time"));
                    }
                    return super.acknowledgeControl(cluster, version, control);
                }
            };
            SavepointManager first = world.manager(Faults.none(), builder -> builder.store(slow));
            first.start();
            world.annotate(ControlRequest.SAVEPOINT);
            world.await("the first", () -> world.generation() == 1 && world.isIdle());
            first.close();
            world.annotate(ControlRequest.SAVEPOINT);
            assertThat(world.store.acknowledgeControl(
                            World.ORDERS, late.join(), new ControlRequest(ControlRequest.SAVEPOINT)))
                    .isCompletedWithValue(false);
            world.start();
            world.await("the second", () -> world.generation() == 2);
        }
    }

    @Test
    void anAnnotationThatCannotBeRemovedHoldsUpNothingElse() {
        try (World world = World.withRunningJob(spec -> spec.autoSavepointSeconds(60))) {
            Faults forbidden = Faults.by((number, name) ->
                    name.equals("acknowledgeControl") ? Optional.of(Fault.FAIL_BEFORE) : Optional.empty());
            world.manager(forbidden, builder -> {}).start();
            world.annotate(ControlRequest.SAVEPOINT);
            world.await("a periodic savepoint", () -> world.generation() == 1);
            assertThat(world.controlState()).contains(ControlState.REQUESTED);
            JobId before = world.jobId();
            world.cluster.failJob(before);
            world.await("a restart", () -> !world.jobId().equals(before) && world.jobState() == JobState.RUNNING);
            assertThat(world.job().restartCount()).isEqualTo(1);
        }
    }

    @Test
    void theWaitForItsTurnIsNotTakenFromACallsPatience() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.savepointDuration(Duration.ofMinutes(3));
            SavepointManager manager = world.manager();
            CompletableFuture<SavepointResult> first = manager.takeSavepoint(World.ORDERS);
            CompletableFuture<SavepointResult> second = manager.takeSavepoint(World.ORDERS);
            world.advance(Duration.ofMinutes(2));
            world.cluster.tasksRunning(world.jobId(), false);
            world.await("the first", first::isDone);
            world.advance(Duration.ofSeconds(30));
            assertThat(second).isNotDone();
            world.cluster.tasksRunning(world.jobId(), true);
            world.await("the second", second::isDone);
            assertThat(second.join().generation()).isEqualTo(2);
        }
    }

    @Test
    void aRestoreThatAnotherManagerCarriedOutIsNotRepeated() {
        try (World world = World.withRunningJob(spec -> spec)) {
            String location =
                    world.get(world.manager().takeSavepoint(World.ORDERS)).location();
            world.await("rest", world::isIdle);
            // Its write arrives, the answer does not, and it is cut off until the other one is done.
            Faults cutOff = Faults.by((number, name) -> {
                boolean other = world.flink.ledger().runs().size() == 2 && world.jobState() == JobState.RUNNING;
                boolean write = name.equals("compareAndSet") || !world.isIdle();
                return other || !write
                        ? Optional.empty()
                        : Optional.of(name.equals("compareAndSet") ? Fault.FAIL_AFTER : Fault.FAIL_BEFORE);
            });
            SavepointManager first = world.manager(cutOff, builder -> {});
            CompletableFuture<JobId> restored = first.restoreFrom(World.ORDERS, location);
            world.start();
            world.await("the answer", restored::isDone);
            assertThat(restored.join()).isEqualTo(world.jobId());
            world.advance(Duration.ofMinutes(1));
            assertThat(world.flink.ledger().runs()).hasSize(2);
        }
    }

    @Test
    void aListenerThatFailsInAnyWayDoesNotHoldUpTheRequest() {
        try (World world = World.withRunningJob(spec -> spec)) {
            SavepointManager manager = world.manager(
                    Faults.none(),
                    builder -> builder.listener(event -> {
                        throw new AssertionError("a listener's own bug");
                    }));
            CompletableFuture<SavepointResult> taken = manager.takeSavepoint(World.ORDERS);
            world.advance(Duration.ofSeconds(5));
            assertThat(taken).isCompleted();
        }
    }

    @Test
    void callsAndTicksAfterTheEndFail() {
        try (World world = World.withRunningJob(spec -> spec)) {
            SavepointManager manager = world.manager();
            manager.close();
            int asked = world.flink.ledger().requests("observeJob");
            assertThatThrownBy(() -> manager.takeSavepoint(World.ORDERS)
                            .orTimeout(5, TimeUnit.SECONDS)
                            .join())
                    .hasCauseInstanceOf(SavepointException.class)
                    .hasMessageContaining("default/orders: the manager was closed");
            assertThatThrownBy(() -> manager.reconcile(World.ORDERS)
                            .orTimeout(5, TimeUnit.SECONDS)
                            .join())
                    .hasCauseInstanceOf(SavepointException.class);
            assertThat(world.flink.ledger().requests("observeJob")).isEqualTo(asked);
        }
    }

    @Test
    void closingWaitsForTheTickOfAHostWithALoopOfItsOwn() throws Exception {
        try (World world = World.withRunningJob(spec -> spec)) {
            CompletableFuture<Void> open = new CompletableFuture<>();
            CompletableFuture<Void> loading = new CompletableFuture<>();
            ClusterStateStore slow = new ForwardingStore(world.watchedStore()) {
                @Override
                public CompletionStage<Optional<ClusterState>> load(ClusterId cluster) {
                    loading.complete(null);
                    return open.thenCompose(now -> super.load(cluster));
                }
            };
            SavepointManager manager = world.manager(Faults.none(), builder -> builder.store(slow));
            CompletableFuture<Reconciliation> tick = manager.reconcile(World.ORDERS);
            loading.join();
            CompletableFuture<Void> closed = CompletableFuture.runAsync(manager::close);
            assertThatThrownBy(() -> closed.get(200, TimeUnit.MILLISECONDS))
                    .as("the close while the tick is under way")
                    .isInstanceOf(TimeoutException.class);
            open.complete(null);
            closed.join();
            assertThat(tick).isDone();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  "})
    void aBlankLocationOrDirectoryIsRefusedBeforeAnythingHappens(String blank) {
        try (World world = World.withRunningJob(spec -> spec)) {
            SavepointManager manager = world.manager();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> manager.restoreFrom(World.ORDERS, blank))
                    .withMessageContaining("default/orders: location must not be blank");
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> SavepointOptions.builder().directory(blank).build())
                    .withMessageContaining("directory must not be blank");
            assertThatThrownBy(() -> manager.restoreFrom(World.ORDERS, null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("location");
        }
    }
}
