package io.savepoint.testing;

import static io.savepoint.testing.FakeFlinkFixture.CLUSTER;
import static io.savepoint.testing.FakeFlinkFixture.ID;
import static io.savepoint.testing.FakeFlinkFixture.OTHER_ID;
import static io.savepoint.testing.FakeFlinkFixture.UNKNOWN_JOB;
import static io.savepoint.testing.FakeFlinkFixture.assertFails;
import static io.savepoint.testing.FakeFlinkFixture.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.model.ClusterId;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobObservation.NotFound;
import io.savepoint.model.OperationObservation.Completed;
import io.savepoint.model.OperationObservation.Unknown;
import io.savepoint.spi.FlinkLeaderElectionException;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.UnknownJobException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What JobManagers remember and forget, as measured; every test is named by the fact it stands for. */
class FakeFlinkJobManagerTest {
    private final FakeFlinkFixture f = new FakeFlinkFixture();
    private final Instant start = f.scheduler.now();

    @Test
    void withoutHighAvailabilityJobsIdsAndHistoryAreGoneAndTheSavepointStays() {
        f.savepoint(ID);
        f.passSavepointDuration();
        String location = f.location(ID);
        f.cluster.restartJobManager(false);
        assertFails(f.flink.observeJob(CLUSTER, f.job), FlinkUnreachableException.class, "connection refused");
        f.pass(Duration.ofSeconds(3));

        assertThat(now(f.flink.observeJob(CLUSTER, f.job))).isEqualTo(new NotFound());
        assertThat(f.operation(ID)).isEqualTo(new Unknown());
        assertFails(f.flink.savepointHistory(CLUSTER, f.job), UnknownJobException.class, "");
        assertThat(f.flink.savepointsOnDisk()).containsExactly(location);
        assertThat(f.flink.ledger().runs()).singleElement().satisfies(run -> {
            assertThat(run.end()).isPresent();
            assertThat(run.endState()).isEmpty();
        });
    }

    @Test
    void withHighAvailabilityTheJobComesBackWithANewStartTimeAndIdsAndHistoryAreGone() {
        f.savepoint(ID);
        f.passSavepointDuration();
        f.cluster.restartJobManager(true);
        assertFails(f.flink.observeJob(CLUSTER, f.job), FlinkLeaderElectionException.class, "503");
        f.pass(Duration.ofSeconds(5));
        assertThat(f.state()).isEqualTo(FlinkJobState.INITIALIZING);
        assertThat(f.found(f.job).readyForSavepoint()).isFalse();
        f.pass(Duration.ofMillis(500));

        assertThat(f.found(f.job).readyForSavepoint()).isTrue();
        assertThat(f.found(f.job).startTime()).isAfter(start);
        assertThat(f.operation(ID)).isEqualTo(new Unknown());
        assertThat(f.history()).isEmpty();
        assertThat(f.flink.ledger().runs())
                .singleElement()
                .satisfies(run -> assertThat(run.end()).isEmpty());
    }

    @Test
    void aSavepointInProgressIsLostAndLeavesAnEmptyDirectoryAndTheSameIdTakesASecondOne() {
        f.savepoint(ID);
        f.cluster.restartJobManager(true);
        f.pass(Duration.ofMinutes(1));

        assertThat(f.operation(ID)).isEqualTo(new Unknown());
        assertThat(f.flink.savepointsOnDisk()).isEmpty();
        assertThat(f.flink.emptyDirectories()).hasSize(1);
        f.savepoint(ID);
        f.passSavepointDuration();
        assertThat(f.operation(ID)).isInstanceOf(Completed.class);
        assertThat(f.flink.ledger().attempts())
                .extracting(FlinkLedger.Savepoint::outcome)
                .containsExactly(FlinkLedger.Outcome.LOST, FlinkLedger.Outcome.COMPLETED);
    }

    @Test
    void endedJobsDoNotComeBack() {
        f.cluster.failJob(f.job);
        f.cluster.restartJobManager(true);
        f.pass(Duration.ofMinutes(1));

        assertThat(now(f.flink.observeJob(CLUSTER, f.job))).isEqualTo(new NotFound());
    }

    @Test
    void aRecoveringJobManagerMayNotListItsJobsYet() {
        f.cluster.unlistedAfterRecovery(Duration.ofSeconds(20));
        f.cluster.restartJobManager(true);
        f.pass(Duration.ofSeconds(5));
        assertThat(now(f.flink.observeJob(CLUSTER, f.job))).isEqualTo(new NotFound());
        f.pass(Duration.ofMillis(20_500));

        assertThat(f.found(f.job).readyForSavepoint()).isTrue();
    }

    @Test
    void aRestartInTheMiddleOfARecoveryBeginsItAnew() {
        f.cluster.restartJobManager(true);
        f.pass(Duration.ofSeconds(4));
        f.cluster.restartJobManager(true);
        f.pass(Duration.ofSeconds(4));
        assertFails(f.flink.observeJob(CLUSTER, f.job), FlinkLeaderElectionException.class, "503");
        f.pass(Duration.ofSeconds(1));
        assertThat(f.state()).isEqualTo(FlinkJobState.INITIALIZING);
        f.pass(Duration.ofMillis(500));

        assertThat(f.state()).isEqualTo(FlinkJobState.RUNNING);
    }

    @Test
    void aCancelDoesNotSurviveARestart() {
        now(f.flink.cancelJob(CLUSTER, f.job));
        f.cluster.restartJobManager(true);
        f.pass(Duration.ofMinutes(1));

        assertThat(f.state()).isEqualTo(FlinkJobState.RUNNING);
    }

    @Test
    void flinkGoesOnWhileUnreachable() {
        f.savepoint(ID);
        f.cluster.unreachable(true);
        assertFails(f.flink.observeOperation(CLUSTER, f.job, ID), FlinkUnreachableException.class, "");
        assertFails(f.flink.cancelJob(CLUSTER, f.job), FlinkUnreachableException.class, "");
        f.passSavepointDuration();
        f.cluster.unreachable(false);

        assertThat(f.operation(ID)).isInstanceOf(Completed.class);
        assertThat(f.state()).isEqualTo(FlinkJobState.RUNNING);
    }

    @Test
    void aForgottenJobIsNotFound() {
        f.savepoint(ID);
        f.cluster.forgetJob(f.job);

        assertThat(now(f.flink.observeJob(CLUSTER, f.job))).isEqualTo(new NotFound());
        assertThat(f.flink.ledger().runs().get(0).end()).isPresent();
        assertThatThrownBy(() -> f.cluster.failJob(f.job)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void clustersHaveNothingToDoWithEachOther() {
        ClusterId other = ClusterId.of("test", "payments");
        f.cluster.unreachable(true);
        JobId job = f.flink.cluster(other).startJob();

        assertThat(now(f.flink.observeJob(other, job))).isInstanceOf(JobObservation.Found.class);
        assertThat(now(f.flink.observeJob(other, f.job))).isEqualTo(new NotFound());
        assertThat(f.cluster.jobs()).extracting(FakeJob::id).containsExactly(f.job);
    }

    @Test
    void anAnswerTakesTheLatencyAndTheRequestItsEffectAtOnce() {
        f.cluster.latency(Duration.ofSeconds(5));
        CompletionStage<?> answer =
                f.flink.triggerSavepoint(CLUSTER, FakeFlinkFixture.request(f.job, ID, java.util.Optional.of("/x")));
        f.pass(Duration.ofSeconds(4));
        assertThat(answer).isNotDone();
        assertThat(f.flink.ledger().savepoints()).hasSize(1);
        f.pass(Duration.ofSeconds(1));

        assertThat(answer).isCompleted();
        CompletionStage<?> failure = f.flink.cancelJob(CLUSTER, UNKNOWN_JOB);
        assertThat(failure).isNotDone();
        f.pass(Duration.ofSeconds(5));
        assertFails(failure, UnknownJobException.class, "");
    }

    @Test
    void theLedgerCountsRequestsEvenInVainAndIsACopy() {
        FlinkLedger before = f.flink.ledger();
        f.cluster.unreachable(true);
        f.flink.observeJob(CLUSTER, f.job);
        f.cluster.unreachable(false);
        f.savepoint(OTHER_ID);

        assertThat(before.requests()).isEmpty();
        assertThat(before.attempts()).isEmpty();
        assertThat(f.flink.ledger().requests("observeJob")).isEqualTo(1);
        assertThat(f.flink.ledger().requests("triggerSavepoint")).isEqualTo(1);
        assertThat(f.flink.ledger().requests("launch")).isZero();
    }

    @Test
    void itTakesNoTasksInTheScheduler() {
        f.savepoint(ID);
        f.cluster.cancelFromOutside(f.job);

        assertThat(f.scheduler.taskCount()).isZero();
    }
}
