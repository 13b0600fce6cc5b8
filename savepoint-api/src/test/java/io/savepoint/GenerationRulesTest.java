package io.savepoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.RestartPolicy;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointResult;
import io.savepoint.model.SavepointState;
import io.savepoint.policy.PeriodicPolicy;
import io.savepoint.testing.Faults;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of {@code savepointGeneration}, one by one, on the fake Flink. */
class GenerationRulesTest {
    private static final String OTHER = "file:/elsewhere/savepoint-1";

    @Test
    void aSavepointInFlightDoesNotAbsorbAGenerationRequest() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.savepointDuration(Duration.ofSeconds(30));
            world.start();
            world.annotate(ControlRequest.SAVEPOINT);
            world.await("one in flight", () -> !world.ourAttempts().isEmpty());
            world.edit(spec -> spec.savepointGeneration(1));
            Instant edited = world.time.now();
            world.await("both", () -> world.generation() == 2);
            assertThat(world.ourSavepoints().get(1).begun()).isAfterOrEqualTo(edited);
            world.assertAtRest();
            assertThat(world.generation()).isEqualTo(2);
        }
    }

    @Test
    void aSavepointThatEndsWhileNoManagerRunsDoesNotAnswerWhatWasAskedForMeanwhile() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.savepointDuration(Duration.ofSeconds(30));
            SavepointManager first = world.start();
            CompletableFuture<SavepointResult> taken = first.takeSavepoint(World.ORDERS);
            world.await("one in flight", () -> !world.ourAttempts().isEmpty());
            first.close();
            assertThat(taken).isCompletedExceptionally();
            world.edit(spec -> spec.savepointGeneration(1));
            Instant edited = world.time.now();
            world.advance(Duration.ofMinutes(1));
            world.start();
            world.await("both", () -> world.generation() == 2);
            assertThat(world.ourSavepoints().get(1).begun()).isAfterOrEqualTo(edited);
            world.assertAtRest();
            assertThat(world.generation()).isEqualTo(2);
            assertThat(world.count(SavepointEvent.Type.REQUEST_REFUSED)).isZero();
        }
    }

    @Test
    void theFailureOfAnEarlierGenerationDoesNotCountAgainstALaterOne() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.savepointDuration(Duration.ofSeconds(30));
            world.cluster.failNextSavepoint("disk full");
            world.start();
            world.edit(spec -> spec.savepointGeneration(5));
            world.await("one in flight", () -> !world.ourAttempts().isEmpty());
            world.edit(spec -> spec.savepointGeneration(7));
            world.await("the failure", () -> world.count(SavepointEvent.Type.SAVEPOINT_FAILED) == 1);
            Instant failed = world.time.now();
            world.await("the next", () -> world.ourAttempts().size() == 2);
            assertThat(Duration.between(failed, world.time.now())).isLessThan(Duration.ofSeconds(2));
            world.await("its end", () -> world.generation() == 1);
            world.assertAtRest();
        }
    }

    @Test
    void aRefusalIsToldAfterTheResultOfWhatIsInFlight() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.savepointDuration(Duration.ofSeconds(30));
            CompletableFuture<SavepointResult> taken = world.start().takeSavepoint(World.ORDERS);
            world.await("one in flight", () -> !world.ourAttempts().isEmpty());
            world.edit(spec -> spec.savepointsDir(Optional.empty()).savepointGeneration(5));
            world.await("its end", taken::isDone);
            world.await("the refusal", () -> world.count(SavepointEvent.Type.REQUEST_REFUSED) == 1);
            world.assertAtRest();
            assertThat(world.generation()).isEqualTo(1);
            assertThat(world.status().savepoint().orElseThrow().message().orElseThrow())
                    .contains("savepointGeneration 5 needs savepointsDir");
        }
    }

    private static void awaitExplanation(World world, String text) {
        world.await(
                "an explanation",
                () -> world.status()
                        .bookkeeping()
                        .message()
                        .filter(message -> message.contains(text))
                        .isPresent());
    }

    private static void assertSavepointAfterMending(World world, Consumer<JobSpec.Builder> mend) {
        long wanted = world.generation() + 1;
        world.edit(spec -> mend.accept(spec.savepointGeneration(wanted)));
        world.await("the savepoint", () -> world.generation() == wanted);
        assertThat(world.messagesOf(SavepointEvent.Type.REQUEST_REFUSED)).doesNotContain("savepointGeneration");
    }

    @Test
    void anEditThatMendsTheRestartPolicyMayAskForASavepointToo() {
        try (World world =
                World.withRunningJob(spec -> spec.savepointGeneration(1).restartPolicy(RestartPolicy.NEVER))) {
            world.start();
            world.await("a savepoint", () -> world.generation() == 1);
            world.cluster.failJob(world.jobId());
            awaitExplanation(world, "restartPolicy is Never");
            assertSavepointAfterMending(world, spec -> spec.restartPolicy(RestartPolicy.FROM_SAVEPOINT_ON_FAILURE));
        }
    }

    @Test
    void aSavepointMayBeAskedForWhileARestartIsDelayed() {
        try (World world = World.withRunningJob(spec -> spec.savepointGeneration(1))) {
            world.start();
            world.await("a savepoint", () -> world.generation() == 1);
            world.cluster.failJob(world.jobId());
            world.await("the restart", () -> world.job().restartCount() == 1 && world.jobState() == JobState.RUNNING);
            world.edit(spec -> spec.restartPolicy(RestartPolicy.NEVER));
            world.cluster.failJob(world.jobId());
            awaitExplanation(world, "restartPolicy is Never");
            assertSavepointAfterMending(world, spec -> spec.restartPolicy(RestartPolicy.FROM_SAVEPOINT_ON_FAILURE));
        }
    }

    @Test
    void anEditThatMendsTheFirstStartMayAskForASavepointToo() {
        try (World world = new World()) {
            world.store.put(World.ORDERS, World.spec().fromSavepoint(OTHER).build());
            world.start();
            awaitExplanation(world, "no savepoint is recorded");
            assertSavepointAfterMending(world, spec -> spec.fromSavepoint(Optional.empty()));
        }
    }

    @Test
    void aGenerationThatIsLoweredAsksForNothing() {
        try (World world = World.withRunningJob(spec -> spec.savepointGeneration(1))) {
            world.start();
            world.await("one", () -> world.generation() == 1);
            world.edit(spec -> spec.savepointGeneration(0));
            world.advance(Duration.ofMinutes(5));
            world.edit(spec -> spec.savepointGeneration(1));
            world.advance(Duration.ofMinutes(5));
            assertThat(world.generation()).isEqualTo(1);
        }
    }

    /** A job whose period has outgrown what anybody asked for, which is 1. */
    private static World withPeriodicSavepoints() {
        World world = World.withRunningJob(spec -> spec.savepointGeneration(1).autoSavepointSeconds(60));
        SavepointManager first = world.start();
        world.await("a few", () -> world.generation() == 5 && world.isIdle());
        first.close();
        world.edit(spec -> spec.autoSavepointSeconds(OptionalLong.empty()));
        return world;
    }

    @Test
    void anEditThatAsksForNothingIsToldOnce() {
        try (World world = withPeriodicSavepoints()) {
            world.start();
            world.edit(spec -> spec.savepointGeneration(3));
            world.advance(Duration.ofMinutes(5));
            assertThat(world.messagesOf(SavepointEvent.Type.REQUEST_REFUSED))
                    .isEqualTo("savepointGeneration 3 asks for nothing, as 5 is recorded; raise it above 5 to ask for"
                            + " a savepoint");
            world.assertAtRest();
            world.edit(spec -> spec.savepointGeneration(5));
            world.advance(Duration.ofMinutes(5));
            assertThat(world.count(SavepointEvent.Type.REQUEST_REFUSED)).isEqualTo(2);
            world.edit(spec -> spec.savepointGeneration(6));
            world.await("what the message promised", () -> world.generation() == 6);
            assertThat(world.count(SavepointEvent.Type.REQUEST_REFUSED)).isEqualTo(2);
            assertThat(world.job().savepointLocation()).isPresent();
        }
    }

    @Test
    void theFirstEditOfAllIsToldToo() {
        try (World world = World.withRunningJob(spec -> spec.autoSavepointSeconds(60))) {
            world.start();
            world.await("a few", () -> world.generation() == 3);
            world.edit(spec -> spec.savepointGeneration(1));
            world.advance(Duration.ofMinutes(5));
            assertThat(world.messagesOf(SavepointEvent.Type.REQUEST_REFUSED))
                    .isEqualTo("savepointGeneration 1 asks for nothing, as 3 is recorded; raise it above 3 to ask for"
                            + " a savepoint");
        }
    }

    @Test
    void aValueBelowOneAskedForBeforeIsToldWithThatOne() {
        try (World world = World.withRunningJob(spec -> spec.savepointGeneration(10))) {
            world.start();
            world.await("one", () -> world.generation() == 1 && world.isIdle());
            world.edit(spec -> spec.savepointGeneration(7));
            world.advance(Duration.ofMinutes(5));
            assertThat(world.messagesOf(SavepointEvent.Type.REQUEST_REFUSED))
                    .isEqualTo("savepointGeneration 7 asks for nothing, as 1 is recorded and 10 was asked for before;"
                            + " raise it above 10 to ask for a savepoint");
            world.edit(spec -> spec.savepointGeneration(10));
            world.advance(Duration.ofMinutes(5));
            assertThat(world.count(SavepointEvent.Type.REQUEST_REFUSED))
                    .as("going back to what was served is no request")
                    .isEqualTo(1);
            assertThat(world.generation()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 3, 5})
    void aSpecThatWasLikeThatWhenItWasFirstSeenIsNoEdit(long generation) {
        try (World world = withPeriodicSavepoints()) {
            // As somebody else leaves it, or a version that did not remember this.
            world.edit(spec -> spec.savepointGeneration(generation));
            ClusterStatus foreign = ClusterStatus.builder()
                    .from(world.status())
                    .bookkeeping(Bookkeeping.builder().build())
                    .build();
            assertThat(world.store.compareAndSet(World.ORDERS, world.state().version(), foreign))
                    .isCompletedWithValueMatching(result -> result.isWritten());
            world.start();
            world.advance(Duration.ofMinutes(5));
            world.cluster.failJob(world.jobId());
            world.await("a restart", () -> world.job().restartCount() == 1 && world.jobState() == JobState.RUNNING);
            world.advance(Duration.ofMinutes(5));
            assertThat(world.messagesOf(SavepointEvent.Type.REQUEST_REFUSED)).doesNotContain("savepointGeneration");
        }
    }

    @Test
    void aRestoreOrAGenerationTakenBackIsNoRequest() {
        try (World world = withPeriodicSavepoints()) {
            SavepointManager manager = world.start();
            world.get(manager.restoreFrom(
                    World.ORDERS, world.job().savepointLocation().orElseThrow()));
            world.await("the run", () -> world.jobState() == JobState.RUNNING);
            world.advance(Duration.ofMinutes(5));
            world.edit(spec -> spec.savepointGeneration(0));
            world.assertAtRest();
            assertThat(world.count(SavepointEvent.Type.REQUEST_REFUSED)).isZero();
        }
    }

    @Test
    void whereNoPolicyServesGenerationsNothingIsToldOfThem() {
        try (World world = withPeriodicSavepoints()) {
            world.manager(Faults.none(), builder -> builder.policies(List.of(PeriodicPolicy.create())))
                    .start();
            world.edit(spec -> spec.savepointGeneration(3));
            world.advance(Duration.ofMinutes(5));
            assertThat(world.count(SavepointEvent.Type.REQUEST_REFUSED)).isZero();
        }
    }

    @Test
    void aGenerationRequestNeedsADirectory() {
        try (World world = World.withRunningJob(spec -> spec.savepointsDir(Optional.empty()))) {
            world.start();
            world.edit(spec -> spec.savepointGeneration(1));
            world.await("a refusal", () -> world.status().savepoint().isPresent());
            assertThat(world.status().savepoint().orElseThrow().state()).isEqualTo(SavepointState.TRIGGER_FAILED);
            assertThat(world.messagesOf(SavepointEvent.Type.REQUEST_REFUSED)).contains("needs savepointsDir");
            world.assertAtRest();
        }
    }

    @Test
    void aGenerationRequestOfAJobWhoseTasksDoNotRunIsReportedInTheEnd() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.tasksRunning(world.jobId(), false);
            world.start();
            world.edit(spec -> spec.savepointGeneration(1));
            world.advance(Duration.ofSeconds(59));
            assertThat(world.ourAttempts()).isEmpty();
            world.await(
                    "the end",
                    () -> world.status()
                            .savepoint()
                            .flatMap(savepoint -> savepoint.message())
                            .filter(message -> message.contains("given up after 5 attempts"))
                            .isPresent());
            assertThat(world.status().savepoint().orElseThrow().message().orElseThrow())
                    .contains("Not all required tasks are currently running");
            world.assertAtRest();
        }
    }
}
