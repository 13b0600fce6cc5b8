package io.savepoint.testing;

import static io.savepoint.testing.FakeFlinkFixture.CLUSTER;
import static io.savepoint.testing.FakeFlinkFixture.DIRECTORY;
import static io.savepoint.testing.FakeFlinkFixture.ID;
import static io.savepoint.testing.FakeFlinkFixture.OTHER_ID;
import static io.savepoint.testing.FakeFlinkFixture.UNKNOWN_JOB;
import static io.savepoint.testing.FakeFlinkFixture.assertFails;
import static io.savepoint.testing.FakeFlinkFixture.now;
import static io.savepoint.testing.FakeFlinkFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.FlinkJobState;
import io.savepoint.model.OperationObservation.Completed;
import io.savepoint.model.OperationObservation.InProgress;
import io.savepoint.spi.UnknownJobException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Stopping and cancelling as measured; every test is named by the fact it stands for. */
class FakeFlinkStopTest {
    private final FakeFlinkFixture f = new FakeFlinkFixture();

    @Test
    void theJobIsFinishedWhenTheStopIsCompleted() {
        f.stop(ID);
        assertThat(f.operation(ID)).isEqualTo(new InProgress());
        assertThat(f.state()).isEqualTo(FlinkJobState.RUNNING);
        f.passSavepointDuration();

        assertThat(f.operation(ID)).isInstanceOf(Completed.class);
        assertThat(f.state()).isEqualTo(FlinkJobState.FINISHED);
        assertThat(f.history())
                .singleElement()
                .satisfies(savepoint -> assertThat(savepoint.stop()).isTrue());
        assertThat(f.flink.ledger().runs()).singleElement().satisfies(run -> {
            assertThat(run.end()).contains(f.scheduler.now());
            assertThat(run.endState()).contains(FlinkJobState.FINISHED);
        });
    }

    @Test
    void theSameIdAgainIsSafeInProgressAndAfterTheEnd() {
        f.stop(ID);
        f.stop(ID);
        f.passSavepointDuration();
        String location = f.location(ID);
        f.stop(ID);
        f.passSavepointDuration();

        assertThat(f.location(ID)).isEqualTo(location);
        assertThat(f.state()).isEqualTo(FlinkJobState.FINISHED);
        assertThat(f.flink.ledger().attempts()).hasSize(1);
    }

    @Test
    void anotherIdAfterTheEndFindsNoJob() {
        f.stop(ID);
        f.passSavepointDuration();
        f.stop(OTHER_ID);

        assertThat(f.failure(OTHER_ID)).contains("FlinkJobNotFoundException");
    }

    @Test
    void anotherIdWhileOneIsInProgressKillsBothAndTheJob() {
        f.stop(ID);
        f.pass(Duration.ofMillis(100));
        f.stop(OTHER_ID);
        f.passSavepointDuration();

        assertThat(f.failure(ID)).contains("suspending");
        assertThat(f.failure(OTHER_ID)).contains("declined");
        assertThat(f.state()).isEqualTo(FlinkJobState.FAILED);
        assertThat(f.flink.ledger().savepoints()).isEmpty();
    }

    @Test
    void underTheIdOfASavepointTheJobIsNotStoppedAndTheResultIsTheSavepoints() {
        f.savepoint(ID);
        f.passSavepointDuration();
        String location = f.location(ID);
        f.stop(ID);
        f.passSavepointDuration();

        assertThat(f.location(ID)).isEqualTo(location);
        assertThat(f.state()).isEqualTo(FlinkJobState.RUNNING);
        assertThat(f.flink.ledger().attempts()).hasSize(1);
    }

    @Test
    void savepointsInProgressFailAndTheStopSucceeds() {
        f.savepoint(ID);
        f.stop(OTHER_ID);
        f.passSavepointDuration();

        assertThat(f.failure(ID)).endsWith("Checkpoint Coordinator is suspending.");
        assertThat(f.operation(OTHER_ID)).isInstanceOf(Completed.class);
    }

    @Test
    void aSavepointAfterTheStopBeganSucceedsWithIt() {
        f.stop(ID);
        f.pass(Duration.ofMillis(500));
        f.savepoint(OTHER_ID);
        f.passSavepointDuration();

        assertThat(f.operation(ID)).isInstanceOf(Completed.class);
        assertThat(f.operation(OTHER_ID)).isInstanceOf(Completed.class);
        assertThat(f.flink.ledger().savepoints()).hasSize(2);
    }

    @Test
    void anUnwritableDirectoryLeavesTheJobRunning() {
        now(f.flink.stopWithSavepoint(CLUSTER, request(f.job, ID, Optional.of("file:///proc/nope")), false));

        assertThat(f.failure(ID)).contains("IO-problem detected");
        assertThat(f.state()).isEqualTo(FlinkJobState.RUNNING);
    }

    @Test
    void aTimeoutFailsTheJob() {
        f.cluster.expireNextSavepoint();
        f.stop(ID);
        f.passSavepointDuration();

        assertThat(f.failure(ID)).endsWith("Checkpoint expired before completing.");
        assertThat(f.state()).isEqualTo(FlinkJobState.FAILED);
    }

    @Test
    void aThrowingSnapshotFailsTheJob() {
        f.cluster.throwInNextSnapshot();
        f.stop(ID);
        f.passSavepointDuration();

        assertThat(f.failure(ID)).endsWith("CheckpointCoordinator shutdown.");
        assertThat(f.state()).isEqualTo(FlinkJobState.FAILED);
    }

    @Test
    void tasksThatDoNotRunLeaveTheJobUntouched() {
        f.cluster.tasksRunning(f.job, false);
        f.stop(ID);
        f.passSavepointDuration();

        assertThat(f.failure(ID)).contains("Not all required tasks");
        assertThat(f.state()).isEqualTo(FlinkJobState.RUNNING);
    }

    @Test
    void aCancelWhileAStopIsInProgressWins() {
        f.stop(ID);
        now(f.flink.cancelJob(CLUSTER, f.job));
        f.passSavepointDuration();

        assertThat(f.failure(ID)).endsWith("CheckpointCoordinator shutdown.");
        assertThat(f.state()).isEqualTo(FlinkJobState.CANCELED);
    }

    @Test
    void aCancelledJobIsCancellingAndThenCanceled() {
        now(f.flink.cancelJob(CLUSTER, f.job));
        assertThat(f.state()).isEqualTo(FlinkJobState.CANCELLING);
        f.savepoint(ID);
        assertThat(f.failure(ID)).endsWith("CheckpointCoordinator shutdown.");
        now(f.flink.cancelJob(CLUSTER, f.job));
        f.pass(Duration.ofMillis(50));

        assertThat(f.state()).isEqualTo(FlinkJobState.CANCELED);
        assertThat(f.found(f.job).endTime()).contains(f.scheduler.now());
    }

    @Test
    void cancellingAnEndedJobIsAcceptedFrom115OnAndAnUnknownOneIsNot() {
        f.cluster.finishJob(f.job);
        now(f.flink.cancelJob(CLUSTER, f.job));
        assertThat(f.state()).isEqualTo(FlinkJobState.FINISHED);
        assertFails(f.flink.cancelJob(CLUSTER, UNKNOWN_JOB), UnknownJobException.class, "Job could not be found.");

        FakeFlinkFixture old = new FakeFlinkFixture("1.14.6");
        old.cluster.finishJob(old.job);
        assertFails(old.flink.cancelJob(CLUSTER, old.job), UnknownJobException.class, "Job could not be found.");
    }

    @Test
    void anotherUserCancelsPastTheTransport() {
        f.savepoint(f.job, ID, DIRECTORY);
        f.cluster.cancelFromOutside(f.job);
        f.pass(Duration.ofSeconds(1));

        assertThat(f.state()).isEqualTo(FlinkJobState.CANCELED);
        assertThat(f.flink.ledger().requests("cancelJob")).isZero();
    }
}
