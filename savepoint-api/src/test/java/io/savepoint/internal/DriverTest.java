package io.savepoint.internal;

import static io.savepoint.internal.Situation.ORDERS;
import static io.savepoint.internal.Situation.found;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.internal.Situation.Wants;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobSpec;
import io.savepoint.model.SavepointOptions;
import io.savepoint.policy.Decision;
import io.savepoint.policy.GenerationTriggeredPolicy;
import io.savepoint.policy.Precedence;
import io.savepoint.policy.SavepointPolicy;
import io.savepoint.store.InMemoryClusterStateStore;
import io.savepoint.testing.FakeFlink;
import io.savepoint.testing.ForwardingStore;
import io.savepoint.testing.ForwardingTransport;
import io.savepoint.testing.ManualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When ticks come: a running job is looked at every 5 seconds, and clusters are listed every minute. */
class DriverTest {
    private static final ClusterId PAYMENTS = ClusterId.of("default", "payments");

    private final ManualScheduler time = new ManualScheduler(Situation.NOW);
    private final InMemoryClusterStateStore memory = new InMemoryClusterStateStore();
    private final Store store = new Store();
    private final Driver driver = driver(GenerationTriggeredPolicy.create());

    /** The in-memory store; it keeps the times of ticks, and holds them up if a test wants it. */
    private final class Store extends ForwardingStore {
        private final List<Long> loads = new ArrayList<>();
        private int watches;
        private boolean deaf;
        private Optional<CompletableFuture<Void>> gate = Optional.empty();
        private Optional<CompletableFuture<Void>> listGate = Optional.empty();

        Store() {
            super(memory);
        }

        @Override
        public CompletionStage<Optional<ClusterState>> load(ClusterId cluster) {
            loads.add(Duration.between(Situation.NOW, time.now()).toMillis());
            return gate.orElseGet(() -> CompletableFuture.completedFuture(null))
                    .thenCompose(open -> super.load(cluster));
        }

        @Override
        public CompletionStage<List<ClusterId>> list() {
            return listGate.orElseGet(() -> CompletableFuture.completedFuture(null))
                    .thenCompose(open -> super.list());
        }

        @Override
        public Watch watch(Consumer<ClusterId> listener) {
            watches++;
            Watch watch = super.watch(cluster -> {
                if (!deaf) {
                    listener.accept(cluster);
                }
            });
            return () -> {
                watches--;
                watch.close();
            };
        }
    }

    private Driver driver(SavepointPolicy... policies) {
        ForwardingTransport flink = new ForwardingTransport(FakeFlink.create(time)) {
            @Override
            public CompletionStage<JobObservation> observeJob(ClusterId cluster, JobId job) {
                return CompletableFuture.completedFuture(found(FlinkJobState.RUNNING));
            }
        };
        EngineParts parts = new EngineParts(
                store,
                flink,
                Optional.empty(),
                List.of(policies),
                List.of(),
                time,
                new SplittableRandom(42),
                false,
                10,
                new ConcurrencyLimit(Integer.MAX_VALUE, Integer.MAX_VALUE),
                IllegalStateException::new);
        return new Driver(new Engine(parts, Situation.TIMINGS), parts, Duration.ofMinutes(1));
    }

    @BeforeEach
    void aRunningJob() {
        put(ORDERS);
    }

    private void put(ClusterId cluster) {
        memory.put(
                cluster, JobSpec.builder().savepointsDir("file:///savepoints").build());
        memory.compareAndSet(
                cluster,
                memory.state(cluster).version(),
                Situation.running().recorded().status());
    }

    /** The times of the ticks until then, in milliseconds. */
    private List<Long> ticksUntil(long millis) {
        store.loads.clear();
        time.advanceTo(Situation.NOW.plusMillis(millis));
        return store.loads;
    }

    private void touch() {
        memory.updateSpec(ORDERS, spec -> spec);
    }

    @Test
    void aJobIsLookedAtWhenItIsDueAndWhenItsClusterChanges() {
        driver.start();
        assertThat(ticksUntil(12_000)).containsExactly(0L, 5000L, 10_000L);
        touch();
        assertThat(ticksUntil(19_000)).containsExactly(12_000L, 17_000L);
    }

    @Test
    void startingTwiceDoesNothing() {
        driver.start();
        driver.start();
        assertThat(store.watches).isEqualTo(1);
        assertThat(ticksUntil(6000)).containsExactly(0L, 5000L);
    }

    @Test
    void aChangeDuringATickIsFollowedByOneMore() {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        store.gate = Optional.of(gate);
        driver.start();
        assertThat(ticksUntil(1000)).containsExactly(0L);
        touch();
        touch();
        assertThat(ticksUntil(2000)).isEmpty();
        store.gate = Optional.empty();
        gate.complete(null);
        assertThat(ticksUntil(8000)).containsExactly(2000L, 7000L);
    }

    @Test
    void afterABugItWaits() {
        store.gate = Optional.of(CompletableFuture.failedFuture(new IllegalStateException("a bug")));
        driver.start();
        assertThat(ticksUntil(1000)).containsExactly(0L);
        store.gate = Optional.empty();
        assertThat(ticksUntil(36_000)).containsExactly(30_000L, 35_000L);
    }

    @Test
    void whatTheWatchMissedIsFoundByAListAndNothingElseIsWoken() {
        driver.start();
        time.advance(Duration.ofSeconds(3));
        touch();
        store.deaf = true;
        assertThat(ticksUntil(50_000)).startsWith(3000L, 8000L);
        put(PAYMENTS);
        assertThat(ticksUntil(59_000)).containsExactly(53_000L, 58_000L);
        assertThat(ticksUntil(66_000)).containsExactly(60_000L, 63_000L, 65_000L);
        assertThat(ticksUntil(121_000)).doesNotContain(120_001L).contains(118_000L, 120_000L);
    }

    @Test
    void aListThatFailsIsTriedAgain() {
        store.listGate = Optional.of(CompletableFuture.failedFuture(new IllegalStateException("no answer")));
        driver.start();
        assertThat(ticksUntil(59_000)).isEmpty();
        store.listGate = Optional.empty();
        assertThat(ticksUntil(61_000)).containsExactly(60_000L);
    }

    @Test
    void closingEndsEverything() {
        driver.start();
        time.advance(Duration.ofSeconds(1));
        assertThat(driver.close()).isCompleted();
        assertThat(time.taskCount()).isZero();
        assertThat(store.watches).isZero();
        touch();
        assertThat(ticksUntil(100_000)).isEmpty();
        assertThatThrownBy(driver::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void whatIsUnderWayWhenItIsClosedIsTheLast() {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        CompletableFuture<Void> listGate = new CompletableFuture<>();
        driver.start();
        store.gate = Optional.of(gate);
        store.listGate = Optional.of(listGate);
        assertThat(ticksUntil(60_000)).containsExactly(0L);
        CompletableFuture<Void> closed = driver.close();
        assertThat(closed).isNotDone();
        listGate.complete(null);
        gate.complete(null);
        assertThat(closed).isCompleted();
        assertThat(time.taskCount()).isZero();
        assertThat(ticksUntil(200_000)).isEmpty();
    }

    @Test
    void aClusterThatIsGoneIsForgottenUntilItComesBack() {
        driver.start();
        time.advance(Duration.ofSeconds(1));
        memory.remove(ORDERS);
        assertThat(ticksUntil(2000)).containsExactly(1000L);
        assertThat(time.taskCount()).as("the next list").isEqualTo(1);
        put(ORDERS);
        assertThat(ticksUntil(8000)).containsExactly(2000L, 7000L);
    }

    @Test
    void aCallIsServedWithoutAStartAndNoTickFollowsIt() {
        memory.remove(ORDERS);
        CompletableFuture<Object> call =
                driver.call(ORDERS, DirectRequest.Kind.SAVEPOINT, SavepointOptions.defaults(), "");
        assertThat(ticksUntil(100_000)).containsExactly(0L);
        assertThat(call).isCompletedExceptionally();
        assertThat(time.taskCount()).isZero();
    }

    @Test
    void aCallGivenUpIsFollowedByNoTick() {
        CompletableFuture<Object> call = driver.call(
                ORDERS, DirectRequest.Kind.RESTORE, SavepointOptions.defaults(), "file:/savepoints/savepoint-1");
        assertThat(ticksUntil(100_000)).containsExactly(0L);
        assertThat(call).isCompletedExceptionally();
        assertThat(time.taskCount()).isZero();
    }

    @Test
    void aTickThatChangedSomethingIsFollowedAtOnce() {
        driver.start();
        time.advance(Duration.ofSeconds(1));
        memory.updateSpec(
                ORDERS,
                spec -> JobSpec.builder()
                        .from(spec)
                        .savepointGeneration(1)
                        .savepointsDir(Optional.empty())
                        .build());
        assertThat(ticksUntil(2000)).as("accepted, refused, at rest").containsExactly(1000L, 1000L, 1000L);
    }

    @Test
    void ticksThatChangeNothingKeepADistance() {
        Driver hasty = driver(new Wants(Precedence.PERIODIC, new Decision.Wait(Situation.NOW.plusMillis(1))));
        hasty.start();
        assertThat(ticksUntil(9)).containsExactly(0L, 4L, 8L);
    }

    /** A fleet does not come to be looked at in one moment, at the start and every five seconds from then on. */
    @Test
    void manyClustersAreLookedAtAHundredAtATime() {
        for (int i = 1; i < 250; i++) {
            put(ClusterId.of("fleet", "job-" + i));
        }
        driver.start();
        assertThat(ticksUntil(99))
                .hasSize(200)
                .startsWith(0L)
                .endsWith(50L)
                .filteredOn(tick -> tick == 0)
                .hasSize(100);
        memory.list().toCompletableFuture().join().forEach(id -> memory.updateSpec(id, spec -> spec));
        assertThat(ticksUntil(99)).as("a change does not wait").hasSize(250);
        assertThat(ticksUntil(5_049)).as("nothing is left of the first look").isEmpty();
        assertThat(ticksUntil(5_099)).as("a look at each").hasSize(250);
    }
}
