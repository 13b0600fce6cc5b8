package io.savepoint.testing;

import static io.savepoint.testing.Faults.Fault.CONFLICT;
import static io.savepoint.testing.Faults.Fault.CRASH_AFTER;
import static io.savepoint.testing.Faults.Fault.CRASH_BEFORE;
import static io.savepoint.testing.Faults.Fault.FAIL_AFTER;
import static io.savepoint.testing.Faults.Fault.FAIL_BEFORE;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.JobId;
import io.savepoint.model.JobSpec;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.ClusterStateStore.WriteResult;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.LaunchRequest;
import io.savepoint.spi.StoreException;
import io.savepoint.spi.UnknownJobException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class FaultsTest {
    private static final ClusterId CLUSTER = ClusterId.of("test", "orders");

    private final ManualScheduler scheduler = new ManualScheduler();
    private final FakeFlink flink = FakeFlink.create(scheduler);
    private final JobId job = flink.cluster(CLUSTER).startJob();
    private final RecordingStore store = new RecordingStore();

    @Test
    void withoutFaultsEverythingGoesThroughAndIsLogged() {
        Faults process = Faults.none();

        assertThat(process.transport(flink).observeJob(CLUSTER, job)).isCompleted();
        assertThat(process.store(store).compareAndSet(CLUSTER, "1", ClusterStatus.empty()))
                .isCompletedWithValue(WriteResult.written("2"));
        assertThat(process.launcher(flink).launch(CLUSTER, launch())).isCompleted();

        assertThat(process.interactions()).containsExactly("observeJob", "compareAndSet", "launch");
        assertThat(process.crashed()).isFalse();
    }

    @Test
    void failBeforeHasNoEffectAndFails() {
        Faults process = Faults.at("cancelJob", 2, FAIL_BEFORE);
        FlinkTransport transport = process.transport(flink);

        assertThat(transport.observeJob(CLUSTER, job)).isCompleted();
        assertThat(transport.cancelJob(CLUSTER, job)).isCompleted();
        assertFailsWith(FlinkUnreachableException.class, transport.cancelJob(CLUSTER, job));
        assertThat(transport.cancelJob(CLUSTER, job)).isCompleted();

        assertThat(flink.ledger().requests("cancelJob")).isEqualTo(2);
    }

    @Test
    void failAfterHasItsEffectAndFails() {
        Faults process = Faults.at(1, FAIL_AFTER);

        assertFailsWith(FlinkUnreachableException.class, process.launcher(flink).launch(CLUSTER, launch()));
        assertThat(flink.cluster(CLUSTER).job(launch().jobId())).isPresent();
    }

    @Test
    void failuresOfTheStoreAreStoreExceptions() {
        ClusterStateStore faulty = Faults.at(1, FAIL_AFTER).store(store);

        assertFailsWith(StoreException.class, faulty.compareAndSet(CLUSTER, "1", ClusterStatus.empty()));
        assertThat(store.writes).hasSize(1);
    }

    @Test
    void conflictHasNoEffectOnTheStoreAndIsNothingToOthers() {
        ClusterStateStore faulty = Faults.at(1, CONFLICT).store(store);
        FlinkTransport transport = Faults.at(1, CONFLICT).transport(flink);

        assertThat(faulty.compareAndSet(CLUSTER, "1", ClusterStatus.empty()))
                .isCompletedWithValue(WriteResult.CONFLICT);
        assertThat(store.writes).isEmpty();
        assertThat(transport.observeJob(CLUSTER, job)).isCompleted();
    }

    @Test
    void crashBeforeHasNoEffectAndTheProcessIsDead() {
        assertDeadAfterCrash(Faults.at(2, CRASH_BEFORE), 0);
    }

    @Test
    void crashAfterHasItsEffectAndTheProcessIsDead() {
        assertDeadAfterCrash(Faults.at(2, CRASH_AFTER), 1);
    }

    private void assertDeadAfterCrash(Faults process, int writes) {
        ClusterStateStore faulty = process.store(store);
        List<String> ran = new ArrayList<>();
        faulty.watch(cluster -> ran.add("watch"));
        process.scheduler(scheduler).schedule(Duration.ofSeconds(1), () -> ran.add("task"));

        assertThat(faulty.load(CLUSTER)).isCompleted();
        assertThat(faulty.compareAndSet(CLUSTER, "1", ClusterStatus.empty())).isNotDone();
        assertThat(process.crashed()).isTrue();
        assertThat(faulty.compareAndSet(CLUSTER, "1", ClusterStatus.empty())).isNotDone();
        assertThat(process.transport(flink).cancelJob(CLUSTER, job)).isNotDone();
        process.scheduler(scheduler).schedule(Duration.ZERO, () -> ran.add("later task"));
        store.listeners.forEach(listener -> listener.accept(CLUSTER));
        faulty.watch(cluster -> ran.add("later watch")).close();
        scheduler.advance(Duration.ofMinutes(1));

        assertThat(store.writes).hasSize(writes);
        assertThat(flink.ledger().requests("cancelJob")).isZero();
        assertThat(ran).isEmpty();
        assertThat(process.interactions()).containsExactly("load", "compareAndSet");
    }

    @Test
    void aProcessCanBeKilledWhileAnAnswerIsOnItsWay() {
        flink.cluster(CLUSTER).latency(Duration.ofSeconds(1));
        Faults process = Faults.none();
        CompletionStage<?> answer = process.transport(flink).observeJob(CLUSTER, job);

        process.crash();
        scheduler.advance(Duration.ofSeconds(2));

        assertThat(answer).isNotDone();
    }

    @Test
    void aCrashWithinACallStopsWhatTheCallBringsAbout() {
        Faults process = Faults.at("compareAndSet", 1, CRASH_AFTER);
        ClusterStateStore faulty = process.store(store);
        List<String> seen = new ArrayList<>();
        faulty.watch(cluster -> seen.add("watch"));
        store.reportWrites = true;

        assertThat(faulty.compareAndSet(CLUSTER, "1", ClusterStatus.empty())).isNotDone();

        assertThat(store.writes).hasSize(1);
        assertThat(seen).isEmpty();
    }

    @Test
    void failuresOfTheRealThingArriveAsTheyAre() {
        FlinkTransport transport = Faults.none().transport(flink);

        assertFailsWith(UnknownJobException.class, transport.cancelJob(CLUSTER, launch().jobId()));
    }

    @Test
    void aPlanDecidesInteractionByInteraction() {
        List<String> asked = new ArrayList<>();
        FlinkTransport transport = Faults.by((number, name) -> {
                    asked.add(number + name);
                    return number % 2 == 0 ? Optional.of(FAIL_BEFORE) : Optional.empty();
                })
                .transport(flink);

        assertThat(transport.observeJob(CLUSTER, job)).isCompleted();
        assertFailsWith(FlinkUnreachableException.class, transport.savepointHistory(CLUSTER, job));
        assertThat(asked).containsExactly("1observeJob", "2savepointHistory");
    }

    private static LaunchRequest launch() {
        return new LaunchRequest(JobId.of("aa".repeat(16)), JobSpec.builder().build(), Optional.empty(), false);
    }

    private static void assertFailsWith(Class<? extends Throwable> kind, CompletionStage<?> stage) {
        assertThat(stage)
                .failsWithin(Duration.ZERO)
                .withThrowableOfType(Exception.class)
                .havingCause()
                .isInstanceOf(kind);
    }

    /** Only what the decorator needs. */
    private static final class RecordingStore implements ClusterStateStore {
        private final List<ClusterStatus> writes = new ArrayList<>();
        private final List<Consumer<ClusterId>> listeners = new ArrayList<>();
        private boolean reportWrites;

        @Override
        public CompletionStage<Optional<ClusterState>> load(ClusterId cluster) {
            return CompletableFuture.completedFuture(Optional.empty());
        }

        @Override
        public CompletionStage<WriteResult> compareAndSet(ClusterId cluster, String version, ClusterStatus status) {
            writes.add(status);
            if (reportWrites) {
                listeners.forEach(listener -> listener.accept(cluster));
            }
            return CompletableFuture.completedFuture(WriteResult.written("2"));
        }

        @Override
        public CompletionStage<Boolean> acknowledgeControl(ClusterId cluster, String version, ControlRequest control) {
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public CompletionStage<List<ClusterId>> list() {
            return CompletableFuture.completedFuture(List.of());
        }

        @Override
        public Watch watch(Consumer<ClusterId> listener) {
            listeners.add(listener);
            return () -> listeners.remove(listener);
        }
    }
}
