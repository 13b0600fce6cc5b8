package io.savepoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobState;
import io.savepoint.model.Launch;
import io.savepoint.spi.JobLauncher;
import io.savepoint.spi.LaunchRequest;
import io.savepoint.testing.Faults;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Launches that take long before they submit anything, on the fake Flink. */
class SlowLaunchTest {
    private final World world = new World();
    private final List<Instant> recorded = new ArrayList<>();

    /** A launcher that has something to do first. */
    private final class Slow implements JobLauncher {
        private final Duration preparation;

        Slow(Duration preparation) {
            this.preparation = preparation;
        }

        @Override
        public CompletionStage<Outcome> launch(ClusterId cluster, LaunchRequest request) {
            throw new AssertionError("a manager asks before it submits");
        }

        @Override
        public CompletionStage<Outcome> launch(ClusterId cluster, LaunchRequest request, GoAhead goAhead) {
            CompletableFuture<Void> prepared = new CompletableFuture<>();
            world.time.schedule(preparation, () -> prepared.complete(null));
            return prepared.thenCompose(done -> goAhead.confirm()).thenCompose(confirmed -> {
                world.store
                        .load(cluster)
                        .toCompletableFuture()
                        .join()
                        .flatMap(state -> state.status().bookkeeping().launch())
                        .map(Launch::lastSentAt)
                        .ifPresent(recorded::add);
                return world.flink.launch(cluster, request);
            });
        }
    }

    private void startSlow(Duration preparation) {
        world.store.put(World.ORDERS, World.spec().build());
        world.manager(Faults.none(), builder -> builder.launcher(new Slow(preparation)))
                .start();
        world.await("an intent", () -> world.status().bookkeeping().launch().isPresent());
    }

    /** Lets the job get to run, and tells when that was intended. */
    private Instant runAfter(Duration preparation) {
        startSlow(preparation);
        Instant intended = world.time.now();
        world.await("the job to run", () -> world.jobState() == JobState.RUNNING);
        return intended;
    }

    private int runs() {
        return world.flink.ledger().runs().size();
    }

    @Test
    void isRecordedAnewBeforeItIsSubmitted() {
        try (world) {
            Instant intended = runAfter(Duration.ofSeconds(100));
            assertThat(recorded).containsExactly(intended.plusSeconds(100));
            assertThat(runs()).isEqualTo(1);
        }
    }

    @Test
    void isNotRecordedAnewWhenItWasQuick() {
        try (world) {
            Instant intended = runAfter(Duration.ofSeconds(10));
            assertThat(recorded).containsExactly(intended);
        }
    }

    @Test
    void submitsNothingForAClusterThatWasDeletedMeanwhile() {
        try (world) {
            startSlow(Duration.ofSeconds(100));
            world.store.remove(World.ORDERS);
            world.advance(Duration.ofMinutes(10));
            assertThat(recorded).isEmpty();
            assertThat(runs()).isZero();
        }
    }

    @Test
    void isTriedAgainWhenTheClusterWasEditedMeanwhile() {
        try (world) {
            startSlow(Duration.ofSeconds(100));
            world.edit(spec -> spec.autoSavepointSeconds(3600));
            world.await("the job to run", () -> world.jobState() == JobState.RUNNING);
            assertThat(recorded).hasSize(1);
            assertThat(runs()).isEqualTo(1);
        }
    }

    /** Otherwise the first manager would start beside the restarted run the one that the JobManager has forgotten. */
    @Test
    void isNotSubmittedWhenAnotherManagerWentOnAndTheJobManagerForgotIt() {
        try (world) {
            startSlow(Duration.ofSeconds(300));
            world.start();
            world.await("the job to run", () -> world.jobState() == JobState.RUNNING);
            world.edit(spec -> spec.savepointGeneration(1));
            world.await("a savepoint", () -> world.generation() == 1);
            world.cluster.restartJobManager(false);
            world.await("the restart", () -> world.job().restartCount() == 1 && world.jobState() == JobState.RUNNING);
            world.advance(Duration.ofMinutes(10));
            assertThat(recorded).isEmpty();
            assertThat(runs()).isEqualTo(2);
        }
    }
}
