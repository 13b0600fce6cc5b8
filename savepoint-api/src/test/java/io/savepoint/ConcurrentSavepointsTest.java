package io.savepoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.OperationObservation;
import io.savepoint.store.InMemoryClusterStateStore;
import io.savepoint.testing.FakeFlink;
import io.savepoint.testing.ManualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A fleet whose savepoints are due at once, and a storage that bears only a few of them. */
class ConcurrentSavepointsTest {
    private static final int JOBS = 12;

    private final ManualScheduler time = new ManualScheduler();
    private final InMemoryClusterStateStore store = new InMemoryClusterStateStore();
    private final FakeFlink flink =
            FakeFlink.builder(time).savepointDuration(Duration.ofSeconds(2)).build();
    private final List<ClusterId> clusters = new ArrayList<>();

    /** Lets every job take a savepoint. {@return how many were under way at once at most} */
    private long most(Consumer<SavepointManagerBuilder> limit) {
        for (int i = 0; i < JOBS; i++) {
            ClusterId id = ClusterId.of("default", "job-" + i);
            clusters.add(id);
            store.put(
                    id,
                    World.spec()
                            .savepointsDir("file:///savepoints/" + i % 2)
                            .autoSavepointSeconds(60)
                            .build());
        }
        SavepointManagerBuilder builder = SavepointManager.builder()
                .store(store)
                .flink(flink)
                .launcher(flink)
                .scheduler(time)
                .random(new SplittableRandom(42));
        limit.accept(builder);
        long most = 0;
        try (SavepointManager manager = builder.build()) {
            manager.start();
            for (int step = 0; step < 1000; step++) {
                time.advance(Duration.ofMillis(100));
                most = Math.max(most, clusters.stream().filter(this::takesOne).count());
            }
        }
        assertThat(clusters)
                .allSatisfy(id -> assertThat(job(id).savepointGeneration()).isEqualTo(1));
        return most;
    }

    private JobStatus job(ClusterId id) {
        return store.load(id)
                .toCompletableFuture()
                .join()
                .orElseThrow()
                .status()
                .job()
                .orElseThrow();
    }

    private boolean takesOne(ClusterId id) {
        return store.load(id)
                .toCompletableFuture()
                .join()
                .orElseThrow()
                .status()
                .bookkeeping()
                .operation()
                .filter(operation -> flink.observeOperation(id, operation.jobId(), operation.triggerId())
                        .toCompletableFuture()
                        .join()
                        .equals(new OperationObservation.InProgress()))
                .isPresent();
    }

    @Test
    void allAtOnceUnlessTold() {
        assertThat(most(builder -> {})).isEqualTo(JOBS);
        assertThat(job(clusters.get(0)).state()).isEqualTo(JobState.RUNNING);
    }

    @Test
    void asManyAsAreAllowed() {
        assertThat(most(builder -> builder.maxConcurrentSavepoints(3))).isEqualTo(3);
    }

    @Test
    void asManyAsADirectoryBears() {
        assertThat(most(builder -> builder.maxConcurrentSavepointsPerDirectory(2)))
                .isEqualTo(4);
    }

    @Test
    void aLimitOfNoneIsRefused() {
        assertThatThrownBy(() -> SavepointManager.builder().maxConcurrentSavepoints(0))
                .hasMessage("maxConcurrentSavepoints must be > 0, was 0");
        assertThatThrownBy(() -> SavepointManager.builder().maxConcurrentSavepointsPerDirectory(-1))
                .hasMessage("maxConcurrentSavepointsPerDirectory must be > 0, was -1");
    }
}
