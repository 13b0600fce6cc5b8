package io.savepoint;

import static io.savepoint.World.startRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.JobState;
import io.savepoint.model.SavepointEvent;
import io.savepoint.testing.Faults;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The rules of the control annotation and of {@code cancelRequested}, one by one, on the fake Flink. */
class ControlRulesTest {
    @Test
    void anAnnotationSetAgainIsANewRequest() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.start();
            for (long number = 1; number <= 3; number++) {
                long expected = number;
                world.annotate(ControlRequest.SAVEPOINT);
                world.await(
                        "savepoint " + number,
                        () -> world.generation() == expected
                                && world.controlState().equals(Optional.of(ControlState.SUCCEEDED)));
                assertThat(world.status().control().orElseThrow().savepointTriggerId())
                        .isEqualTo(world.job().lastSavepointTriggerId());
                assertThat(world.status().control().orElseThrow().jobId())
                        .isEqualTo(world.job().id());
            }
            assertThat(world.count(SavepointEvent.Type.CONTROL_REQUESTED)).isEqualTo(3);
            assertThat(world.count(SavepointEvent.Type.CONTROL_SUCCEEDED)).isEqualTo(3);
        }
    }

    @Test
    void anAnnotationOfAnyLengthIsRefusedInFewWords() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.start();
            world.annotate("x".repeat(100_000));
            world.await("the refusal", () -> world.controlState().equals(Optional.of(ControlState.FAILED)));
            assertThat(world.status().control().orElseThrow().toString()).hasSizeLessThan(2000);
            world.await("its removal", () -> world.state().control().isEmpty());
        }
    }

    @Test
    void anAnnotationIsAcceptedAtOnceAndServedAfterTheSavepointInFlight() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.savepointDuration(Duration.ofMinutes(3));
            world.edit(spec -> spec.savepointGeneration(1));
            world.start();
            world.await("one in flight", () -> !world.ourAttempts().isEmpty());
            world.annotate(ControlRequest.SAVEPOINT);
            world.advance(Duration.ofSeconds(1));
            assertThat(world.controlState()).contains(ControlState.REQUESTED);
            assertThat(world.state().control()).isEmpty();
            world.await("both", () -> world.generation() == 2);
            assertThat(world.controlState()).contains(ControlState.SUCCEEDED);
        }
    }

    @Test
    void jobCancelWaitsForTheSavepointInFlight() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.savepointDuration(Duration.ofSeconds(20));
            world.edit(spec -> spec.savepointGeneration(1));
            world.start();
            world.await("one in flight", () -> !world.ourAttempts().isEmpty());
            world.annotate(ControlRequest.JOB_CANCEL);
            world.await("the end", () -> world.jobState() == JobState.CANCELLED);
            assertThat(world.generation()).isEqualTo(2);
            assertThat(world.ourSavepoints().get(1).stop()).isTrue();
            world.assertAtRest();
        }
    }

    @Test
    void aStopWhoseSavepointFailsLeavesTheJobRunning() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.start();
            world.cluster.failNextSavepoint("disk full");
            world.annotate(ControlRequest.JOB_CANCEL);
            world.await("the failure", () -> world.controlState().equals(Optional.of(ControlState.FAILED)));
            world.advance(Duration.ofMinutes(1));
            assertThat(world.jobState()).isEqualTo(JobState.RUNNING);
            assertThat(world.status().control().orElseThrow().message().orElseThrow())
                    .contains("disk full", "the job goes on: annotate again");
        }
    }

    @Test
    void cancelRequestedStopsTheJobAndKeepsItStopped() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.start();
            world.cluster.failNextSavepoint("disk full");
            world.edit(spec -> spec.cancelRequested(true));
            world.await("the end", () -> world.jobState() == JobState.CANCELLED);
            assertThat(world.ourAttempts()).as("the first failed").hasSize(2);
            world.assertAtRest();
            assertThat(world.flink.ledger().runs()).hasSize(1);
        }
    }

    @Test
    void cancelRequestedOfAJobWhoseTasksDoNotRunIsReportedWithWhatToDo() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.failAndRestartJob(world.jobId(), Duration.ofDays(1));
            world.start();
            world.edit(spec -> spec.cancelRequested(true));
            world.advance(Duration.ofSeconds(59));
            assertThat(world.messagesOf(SavepointEvent.Type.SAVEPOINT_REQUESTED))
                    .contains("cancelRequested asks for a stop with savepoint");
            world.await("a failure", () -> world.count(SavepointEvent.Type.SAVEPOINT_FAILED) == 1);
            assertThat(world.status().savepoint().orElseThrow().message().orElseThrow())
                    .contains(
                            "Not all required tasks are currently running",
                            "without savepointsDir the job is cancelled");
            world.edit(spec -> spec.savepointsDir(Optional.empty()));
            world.await("the end", () -> world.jobState() == JobState.CANCELLED);
        }
    }

    @Test
    void cancelRequestedThatIsTakenBackBeginsToWaitAnewTheNextTime() {
        try (World world = World.withRunningJob(spec -> spec)) {
            world.cluster.tasksRunning(world.jobId(), false);
            world.start();
            world.edit(spec -> spec.cancelRequested(true));
            world.advance(Duration.ofSeconds(50));
            world.edit(spec -> spec.cancelRequested(false));
            world.advance(Duration.ofMinutes(5));
            assertThat(world.messagesOf(SavepointEvent.Type.REQUEST_REFUSED)).contains("taken back");
            world.edit(spec -> spec.cancelRequested(true));
            world.advance(Duration.ofSeconds(59));
            assertThat(world.ourAttempts()).isEmpty();
            world.cluster.tasksRunning(world.jobId(), true);
            world.await("the end", () -> world.jobState() == JobState.CANCELLED);
            assertThat(world.generation()).isEqualTo(1);
        }
    }

    @Test
    void aCancelThatIsRefusedIsTriedAgainWithABackOff() {
        try (World world = World.withRunningJob(spec -> spec.savepointsDir(Optional.empty()))) {
            Faults process = startRefused(world, "cancelJob");
            world.edit(spec -> spec.cancelRequested(true));
            world.advance(Duration.ofMinutes(5));
            assertThat(process.interactions().stream()
                            .filter("cancelJob"::equals)
                            .count())
                    .as("after 0, 10, 30, 70, 150 s")
                    .isEqualTo(5);
        }
    }

    @Test
    void withoutADirectoryNothingIsTakenOfItsOwnAccord() {
        try (World world = World.withRunningJob(spec -> spec.savepointsDir(Optional.empty()))) {
            world.start();
            world.annotate(ControlRequest.SAVEPOINT);
            world.advance(Duration.ofHours(2));
            assertThat(world.ourAttempts()).isEmpty();
            assertThat(world.status().control().orElseThrow().message().orElseThrow())
                    .contains("savepointsDir");
        }
    }
}
