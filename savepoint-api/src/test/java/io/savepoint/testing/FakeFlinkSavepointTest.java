package io.savepoint.testing;

import static io.savepoint.testing.FakeFlinkFixture.CLUSTER;
import static io.savepoint.testing.FakeFlinkFixture.DIRECTORY;
import static io.savepoint.testing.FakeFlinkFixture.ID;
import static io.savepoint.testing.FakeFlinkFixture.OTHER_ID;
import static io.savepoint.testing.FakeFlinkFixture.SAVEPOINT_DURATION;
import static io.savepoint.testing.FakeFlinkFixture.UNKNOWN_JOB;
import static io.savepoint.testing.FakeFlinkFixture.assertFails;
import static io.savepoint.testing.FakeFlinkFixture.now;
import static io.savepoint.testing.FakeFlinkFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.OperationObservation.Completed;
import io.savepoint.model.OperationObservation.InProgress;
import io.savepoint.model.OperationObservation.Unknown;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.SavepointRecord;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.spi.UnknownJobException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Flink's savepoints as measured; every test is named by the fact it stands for. */
class FakeFlinkSavepointTest {
    private final FakeFlinkFixture f = new FakeFlinkFixture();
    private final Instant start = f.scheduler.now();

    @Test
    void aSavepointIsInProgressAndThenHasALocationNamedAfterItsJob() {
        assertThat(f.savepoint(ID)).isEqualTo(ID);
        f.pass(SAVEPOINT_DURATION.minusMillis(1));
        assertThat(f.operation(ID)).isEqualTo(new InProgress());
        f.pass(Duration.ofMillis(1));

        assertThat(f.location(ID))
                .matches("file:/savepoints/savepoint-" + f.job.hex().substring(0, 6) + "-[0-9a-f]{12}");
        assertThat(f.flink.savepointsOnDisk()).containsExactly(f.location(ID));
    }

    @Test
    void theSameIdAgainIsTheSameOperationAndOtherFieldsAreIgnored() {
        f.savepoint(ID);
        f.savepoint(f.job, ID, "file:///elsewhere");
        f.passSavepointDuration();
        String location = f.location(ID);
        f.savepoint(f.job, ID, "file:///elsewhere");
        f.passSavepointDuration();

        assertThat(f.location(ID)).isEqualTo(location).startsWith("file:/savepoints/");
        assertThat(f.flink.ledger().savepoints()).hasSize(1);
        assertThat(f.flink.ledger().attempts()).hasSize(1);
    }

    @Test
    void aFailedResultSticksToItsId() {
        f.savepoint(f.job, ID, "file:///proc/nope");
        assertThat(f.failure(ID)).contains("Failed to create savepoint directory at file:///proc/nope");

        f.savepoint(f.job, ID, DIRECTORY);
        f.passSavepointDuration();

        assertThat(f.failure(ID)).contains("/proc/nope");
        assertThat(f.flink.ledger().attempts()).hasSize(1);
    }

    @Test
    void theResultIsKeptForAWhileAfterCompletionAndPollingDoesNotProlongIt() {
        f.savepoint(ID);
        f.passSavepointDuration();
        f.pass(Duration.ofMinutes(5).minusMillis(1));
        assertThat(f.operation(ID)).isInstanceOf(Completed.class);
        f.pass(Duration.ofMillis(1));

        assertThat(f.operation(ID)).isEqualTo(new Unknown());
    }

    @Test
    void aLongSavepointDoesNotExpireWhileInProgress() {
        f.cluster.savepointDuration(Duration.ofMinutes(20));
        f.savepoint(ID);
        f.pass(Duration.ofMinutes(10));
        assertThat(f.operation(ID)).isEqualTo(new InProgress());
        f.savepoint(ID);
        f.pass(Duration.ofMinutes(10));

        assertThat(f.operation(ID)).isInstanceOf(Completed.class);
        assertThat(f.flink.ledger().attempts()).hasSize(1);
    }

    @Test
    void theSameIdAfterExpiryTakesASecondSavepoint() {
        f.savepoint(ID);
        f.pass(Duration.ofMinutes(6));
        f.savepoint(ID);
        f.passSavepointDuration();

        assertThat(f.flink.ledger().savepoints())
                .hasSize(2)
                .extracting(FlinkLedger.Savepoint::trigger)
                .containsOnly(ID);
        assertThat(f.flink.savepointsOnDisk()).hasSize(2);
    }

    @Test
    void savepointsAtTheSameTimeAreAllCompleted() {
        f.savepoint(ID);
        f.pass(Duration.ofMillis(500));
        f.savepoint(OTHER_ID);
        assertThat(f.operation(ID)).isEqualTo(new InProgress());
        assertThat(f.operation(OTHER_ID)).isEqualTo(new InProgress());
        f.passSavepointDuration();

        assertThat(f.location(ID)).isNotEqualTo(f.location(OTHER_ID));
    }

    @Test
    void anotherJobMayUseTheSameId() {
        JobId other = f.cluster.startJob();
        f.savepoint(ID);
        f.savepoint(other, ID, DIRECTORY);
        f.passSavepointDuration();

        assertThat(f.flink.ledger().savepoints()).hasSize(2);
        assertThat(f.operation(UNKNOWN_JOB, ID)).isEqualTo(new Unknown());
    }

    @Test
    void anUnknownOrEndedJobIsToldInTheStatusOnly() {
        f.savepoint(UNKNOWN_JOB, ID, DIRECTORY);
        assertThat(f.failure(UNKNOWN_JOB, ID))
                .isEqualTo("FlinkJobNotFoundException: Could not find Flink job (" + UNKNOWN_JOB + ")");

        f.cluster.finishJob(f.job);
        f.savepoint(ID);
        assertThat(f.failure(ID)).contains("Could not find Flink job");
        assertThat(f.state()).isEqualTo(FlinkJobState.FINISHED);
    }

    @Test
    void withoutTargetAndDefaultDirectoryItIsRefused() {
        assertFails(
                f.flink.triggerSavepoint(CLUSTER, request(f.job, ID, Optional.empty())),
                FlinkRefusedException.class,
                "[target-directory] must be provided");
        assertFails(
                f.flink.stopWithSavepoint(CLUSTER, request(UNKNOWN_JOB, ID, Optional.empty()), false),
                FlinkRefusedException.class,
                "[target-directory] must be provided");
        assertThat(f.operation(ID)).isEqualTo(new Unknown());
    }

    @Test
    void withADefaultDirectoryItGoesThere() {
        FakeFlink flink = FakeFlink.builder(f.scheduler)
                .defaultSavepointDirectory("s3://bucket/default/")
                .savepointDuration(Duration.ZERO)
                .build();
        JobId job = flink.cluster(CLUSTER).startJob();
        now(flink.triggerSavepoint(CLUSTER, request(job, ID, Optional.empty())));

        assertThat(((Completed) now(flink.observeOperation(CLUSTER, job, ID))).location())
                .startsWith("s3://bucket/default/savepoint-");
    }

    @ParameterizedTest
    @CsvSource({
        "'',Can not create a Path from an empty string",
        "nosuchscheme://x/y,UnsupportedFileSystemSchemeException",
        "file:///proc/nope,Failed to create savepoint directory",
        "file:///read-only,Failed to create savepoint directory"
    })
    void aDirectoryThatDoesNotWorkIsToldInTheStatus(String directory, String reason) {
        f.flink.writable("file:/read-only", false);

        f.savepoint(f.job, ID, directory);
        assertThat(f.failure(ID)).contains(reason);
        assertThat(f.state()).isEqualTo(FlinkJobState.RUNNING);

        f.flink.writable("file:/read-only", true);
        f.savepoint(f.job, OTHER_ID, "file:///read-only");
        f.passSavepointDuration();
        assertThat(f.operation(OTHER_ID)).isInstanceOf(Completed.class);
    }

    @Test
    void notAllTasksRunningFailsAtOnceAndTheJobIsUntouched() {
        f.cluster.tasksRunning(f.job, false);
        assertThat(f.found(f.job).readyForSavepoint()).isFalse();
        f.savepoint(ID);
        assertThat(f.failure(ID)).contains("Not all required tasks are currently running.");
        assertThat(f.state()).isEqualTo(FlinkJobState.RUNNING);

        f.cluster.tasksRunning(f.job, true);
        f.savepoint(OTHER_ID);
        f.passSavepointDuration();
        assertThat(f.operation(OTHER_ID)).isInstanceOf(Completed.class);
    }

    @Test
    void aJobCancelledOrFailedMeanwhileFailsIt() {
        f.savepoint(ID);
        now(f.flink.cancelJob(CLUSTER, f.job));
        assertThat(f.failure(ID)).endsWith("CheckpointCoordinator shutdown.");

        JobId other = f.cluster.startJob();
        f.savepoint(other, ID, DIRECTORY);
        f.cluster.failJob(other);
        assertThat(f.failure(other, ID)).endsWith("CheckpointCoordinator shutdown.");
        f.passSavepointDuration();
        assertThat(f.flink.ledger().savepoints()).isEmpty();
        assertThat(f.flink.savepointsOnDisk()).isEmpty();
    }

    @Test
    void aJobRestartedByFlinkMeanwhileFailsItAndRunsOnUnderTheSameStartTime() {
        f.savepoint(ID);
        f.pass(Duration.ofSeconds(1));
        f.cluster.failAndRestartJob(f.job, Duration.ofSeconds(3));
        assertThat(f.failure(ID)).endsWith("Checkpoint Coordinator is suspending.");
        assertThat(f.state()).isEqualTo(FlinkJobState.RESTARTING);
        f.savepoint(OTHER_ID);
        assertThat(f.failure(OTHER_ID)).contains("Not all required tasks");
        f.pass(Duration.ofSeconds(3));

        assertThat(f.found(f.job).readyForSavepoint()).isTrue();
        assertThat(f.found(f.job).startTime()).isEqualTo(start);
        assertThat(f.flink.ledger().runs()).hasSize(1);
    }

    @Test
    void anExpiredSavepointLeavesTheJobRunningAndAThrowingSnapshotDoesNot() {
        f.cluster.expireNextSavepoint();
        f.cluster.throwInNextSnapshot();
        f.savepoint(ID);
        f.passSavepointDuration();
        assertThat(f.failure(ID)).endsWith("Checkpoint expired before completing.");
        assertThat(f.state()).isEqualTo(FlinkJobState.RUNNING);

        f.savepoint(OTHER_ID);
        f.passSavepointDuration();
        assertThat(f.failure(OTHER_ID)).endsWith("CheckpointCoordinator shutdown.");
        assertThat(f.state()).isEqualTo(FlinkJobState.FAILED);
    }

    @Test
    void failNextSavepointHoldsForOneSavepoint() {
        f.cluster.failNextSavepoint("disk full");
        f.savepoint(ID);
        assertThat(f.operation(ID)).isEqualTo(new InProgress());
        f.passSavepointDuration();
        assertThat(f.failure(ID)).isEqualTo("disk full");

        f.savepoint(OTHER_ID);
        f.passSavepointDuration();
        assertThat(f.operation(OTHER_ID)).isInstanceOf(Completed.class);
    }

    @Test
    void theResultStaysReadableAfterTheJobEnded() {
        f.savepoint(ID);
        f.passSavepointDuration();
        f.cluster.failJob(f.job);

        assertThat(f.operation(ID)).isInstanceOf(Completed.class);
        assertThat(f.history()).hasSize(1);
    }

    @Test
    void theHistoryTellsTimesAndSizesButNoIds() {
        f.pass(Duration.ofSeconds(10));
        f.savepoint(ID);
        f.passSavepointDuration();

        assertThat(f.history()).hasSize(1);
        SavepointRecord savepoint = f.history().get(0);
        assertThat(savepoint.location()).isEqualTo(f.location(ID));
        assertThat(savepoint.triggerTime()).isEqualTo(start.plusSeconds(10));
        assertThat(savepoint.duration()).isEqualTo(SAVEPOINT_DURATION);
        assertThat(savepoint.sizeBytes()).isPresent();
        assertThat(savepoint.stop()).isFalse();
    }

    @Test
    void theHistoryHoldsTenCheckpointsOldestFirst() {
        f.cluster.savepointDuration(Duration.ZERO);
        for (int i = 0; i < 12; i++) {
            f.savepoint(TriggerId.of(String.format("%032x", i)));
            f.pass(Duration.ofSeconds(1));
        }
        assertThat(f.history())
                .hasSize(10)
                .isSortedAccordingTo((a, b) -> a.triggerTime().compareTo(b.triggerTime()));

        f.cluster.takeCheckpoints(f.job, 9);
        assertThat(f.history()).hasSize(1);
    }

    @Test
    void theHistoryMayBeStaleAndTheStatusIsNot() {
        f.cluster.historyStaleness(Duration.ofSeconds(3));
        f.savepoint(ID);
        f.passSavepointDuration();
        f.pass(Duration.ofSeconds(3).minusMillis(1));
        assertThat(f.operation(ID)).isInstanceOf(Completed.class);
        assertThat(f.history()).isEmpty();
        f.pass(Duration.ofMillis(1));

        assertThat(f.history()).hasSize(1);
    }

    @Test
    void theHistoryOfAnUnknownJobIsNone() {
        assertFails(f.flink.savepointHistory(CLUSTER, UNKNOWN_JOB), UnknownJobException.class, "Could not find");
    }

    @Test
    void aSavepointPastTheManagerHasAnIdOfFlinksChoiceAndShowsInHistoryAndLedger() {
        TriggerId foreign = f.cluster.takeSavepointPastTheManager(f.job, DIRECTORY);
        f.passSavepointDuration();

        assertThat(f.history()).hasSize(1);
        assertThat(f.operation(foreign)).isInstanceOf(Completed.class);
        assertThat(f.flink.ledger().savepoints()).singleElement().satisfies(savepoint -> {
            assertThat(savepoint.foreign()).isTrue();
            assertThat(savepoint.ended()).contains(start.plus(SAVEPOINT_DURATION));
        });
    }

    @Test
    void whatIsInProgressIsAsStaleAsTheHistory() {
        f.cluster.historyStaleness(SAVEPOINT_DURATION.dividedBy(2));
        f.savepoint(ID);
        assertThat(f.inProgress()).isEmpty();
        f.pass(SAVEPOINT_DURATION.dividedBy(2));
        assertThat(f.inProgress()).containsExactly(start);
        f.pass(SAVEPOINT_DURATION);
        assertThat(f.inProgress()).isEmpty();
        assertThat(f.history()).hasSize(1);
        assertFails(f.flink.savepointsInProgress(CLUSTER, UNKNOWN_JOB), UnknownJobException.class, "Could not find");
    }

    @Test
    void before115FlinkChoosesTheIdSoThatARepetitionTakesASecondSavepoint() {
        FakeFlinkFixture old = new FakeFlinkFixture("1.14.6");
        TriggerId first = old.savepoint(ID);
        TriggerId second = old.savepoint(ID);
        assertThat(old.inProgress()).hasSize(2);
        old.passSavepointDuration();

        assertThat(first).isNotEqualTo(ID).isNotEqualTo(second);
        assertThat(old.operation(ID)).isEqualTo(new Unknown(true));
        assertThat(old.operation(first)).isInstanceOf(Completed.class);
        assertThat(old.flink.ledger().savepoints()).hasSize(2);
        assertFails(
                old.flink.triggerSavepoint(
                        CLUSTER, new SavepointRequest(old.job, ID, Optional.of(DIRECTORY), SavepointFormat.NATIVE)),
                FlinkRefusedException.class,
                "formatType");
    }
}
