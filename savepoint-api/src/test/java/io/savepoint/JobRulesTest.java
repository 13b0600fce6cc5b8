package io.savepoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.JobState;
import io.savepoint.model.RestartPolicy;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointResult;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The rules of how a job starts, fails, is restarted, is lost and ends, one by one, on the fake Flink. */
class JobRulesTest {
    private static final String OTHER = "file:/elsewhere/savepoint-1";

    @Test
    void aJobStartsFreshAndSaysSo() {
        try (World world = World.withRunningJob(spec -> spec)) {
            assertThat(world.job().name()).isEqualTo("orders-job");
            assertThat(world.job().fromSavepoint()).isEmpty();
            assertThat(world.job().restartCount()).isZero();
            assertThat(world.count(SavepointEvent.Type.JOB_STARTED)).isEqualTo(1);
            assertThat(world.count(SavepointEvent.Type.JOB_RUNNING)).isEqualTo(1);
        }
    }

    @Test
    void aJobStartsFromTheSavepointItNames() {
        try (World world = new World()) {
            world.flink.addSavepoint(OTHER);
            world.store.put(World.ORDERS, World.spec().fromSavepoint(OTHER).build());
            world.start();
            world.await("the job to run", () -> world.jobState() == JobState.RUNNING);
            assertThat(world.job().fromSavepoint()).contains(OTHER);
            assertThat(world.flink.ledger().runs().get(0).restoredFrom()).contains(OTHER);
        }
    }

    @Test
    void aStartThatFlinkRefusesFailsWithItsReasonAndIsTriedAgainWhenTheSpecIsMended() {
        try (World world = new World()) {
            world.flink.addSavepoint(OTHER);
            world.flink.addUnclaimedState(OTHER);
            world.store.put(World.ORDERS, World.spec().fromSavepoint(OTHER).build());
            world.start();
            world.await("the refusal", () -> world.jobState() == JobState.FAILED);
            assertThat(world.status().bookkeeping().failureReason().orElseThrow())
                    .contains(OTHER)
                    .contains("Cannot map checkpoint/savepoint state for operator");
            assertThat(world.job().fromSavepoint())
                    .as("what it really started from")
                    .isEmpty();
            world.await(
                    "the explanation",
                    () -> world.status().bookkeeping().message().isPresent());
            world.assertAtRest();
            world.edit(spec -> spec.allowNonRestoredState(true));
            world.await("the job to run", () -> world.jobState() == JobState.RUNNING);
            assertThat(world.job().fromSavepoint()).contains(OTHER);
            assertThat(world.flink.ledger().runs()).hasSize(1);
        }
    }

    @Test
    void aJobThatFailsWithNothingRecordedStaysFailedAndSaysWhy() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.start();
            world.cluster.failJob(world.jobId());
            world.await(
                    "the explanation",
                    () -> world.status().bookkeeping().message().isPresent());
            assertThat(world.jobState()).isEqualTo(JobState.FAILED);
            assertThat(world.status().bookkeeping().message())
                    .contains("the job stays Failed: no savepoint is recorded to restart it from");
            world.assertAtRest();
            assertThat(world.flink.ledger().runs()).hasSize(1);
        }
    }

    @Test
    void neverAndAnOldSavepointKeepAJobFailed() {
        try (World world =
                World.withRunningJob(spec -> spec.savepointGeneration(1).restartPolicy(RestartPolicy.NEVER))) {
            world.start();
            world.await("a savepoint", () -> world.generation() == 1);
            world.advance(Duration.ofMinutes(10));
            world.cluster.failJob(world.jobId());
            world.await(
                    "Never",
                    () -> world.status()
                            .bookkeeping()
                            .message()
                            .filter(text -> text.contains("Never"))
                            .isPresent());
            world.edit(spec ->
                    spec.restartPolicy(RestartPolicy.FROM_SAVEPOINT_ON_FAILURE).maxStateAgeToRestoreSeconds(300));
            world.await(
                    "too old",
                    () -> world.status()
                            .bookkeeping()
                            .message()
                            .filter(text -> text.contains("maxStateAge"))
                            .isPresent());
            assertThat(world.jobState()).isEqualTo(JobState.FAILED);
            world.edit(spec -> spec.maxStateAgeToRestoreSeconds(OptionalLong.empty()));
            world.await("the restart", () -> world.jobState() == JobState.RUNNING);
            assertThat(world.job().restartCount()).isEqualTo(1);
        }
    }

    @Test
    void aJobThatKeepsFailingIsRestartedEverMoreSlowlyAndThenLeft() {
        try (World world = World.withRunningJob(spec -> spec.savepointGeneration(1))) {
            world.start();
            world.await("a savepoint", () -> world.generation() == 1);
            world.advance(Duration.ofSeconds(5));
            Instant first = world.time.now();
            for (int restarts = 0; restarts < 10; restarts++) {
                int expected = restarts + 1;
                world.cluster.failJob(world.jobId());
                world.await(
                        "restart " + expected,
                        () -> world.job().restartCount() == expected && world.jobState() == JobState.RUNNING);
            }
            world.cluster.failJob(world.jobId());
            world.await("the end", () -> world.status().bookkeeping().message().isPresent());
            assertThat(world.status().bookkeeping().message().orElseThrow()).contains("10 restarts in a row failed");
            assertThat(Duration.between(first, world.time.now()))
                    .as("10+20+40+80+160 and four times 300 s")
                    .isBetween(Duration.ofSeconds(1500), Duration.ofSeconds(1700));
            world.assertAtRest();
            world.edit(spec -> spec.addArgs("mended"));
            world.await(
                    "one more restart", () -> world.job().restartCount() == 11 && world.jobState() == JobState.RUNNING);
            assertThat(world.status().bookkeeping().consecutiveRestarts()).isEqualTo(1);
        }
    }

    @Test
    void aSavepointInTheFirstSecondOfARunEndsTheRowOfRestarts() {
        try (World world = World.withRunningJob(spec -> spec.savepointGeneration(1))) {
            SavepointManager manager = world.start();
            world.await("a savepoint", () -> world.generation() == 1);
            world.cluster.failJob(world.jobId());
            manager.reconcile(World.ORDERS);
            world.await("the restart", () -> world.job().restartCount() == 1 && world.jobState() == JobState.RUNNING);
            assertThat(world.status().bookkeeping().consecutiveRestarts()).isEqualTo(1);
            Instant running = world.status().bookkeeping().runningSince().orElseThrow();
            world.advance(Duration.ofMillis(400));
            CompletableFuture<SavepointResult> taken = manager.takeSavepoint(World.ORDERS);
            world.await("another savepoint", taken::isDone);
            assertThat(world.job().lastSavepointTime().orElseThrow())
                    .as("in whole seconds")
                    .isBefore(running);
            world.cluster.failJob(world.jobId());
            world.await("the next restart", () -> world.job().restartCount() == 2);
            assertThat(world.status().bookkeeping().consecutiveRestarts()).isEqualTo(1);
        }
    }

    @Test
    void aLostJobIsRestartedAfterAGracePeriod() {
        try (World world = World.withRunningJob(spec -> spec.savepointGeneration(1))) {
            world.start();
            world.await("a savepoint", () -> world.generation() == 1);
            Instant killed = world.time.now();
            world.cluster.restartJobManager(false);
            world.await("the loss", () -> world.count(SavepointEvent.Type.JOB_LOST) == 1);
            assertThat(Duration.between(killed, world.time.now())).isGreaterThan(Duration.ofSeconds(30));
            world.await("the restart", () -> world.jobState() == JobState.RUNNING);
            assertThat(world.job().fromSavepoint()).isEqualTo(world.job().savepointLocation());
        }
    }

    @Test
    void aJobThatFinishesOrIsCancelledByOthersIsSeenAndLeft() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.start();
            world.cluster.finishJob(world.jobId());
            world.await("the end", () -> world.jobState() == JobState.SUCCEEDED);
            world.assertAtRest();
        }
        try (World world = World.withRunningJob(spec -> spec.savepointGeneration(1))) {
            world.start();
            world.await("a savepoint", () -> world.generation() == 1);
            world.cluster.cancelFromOutside(world.jobId());
            world.await("the end", () -> world.jobState() == JobState.CANCELLED);
            world.assertAtRest();
            assertThat(world.flink.ledger().runs()).hasSize(1);
        }
    }
}
