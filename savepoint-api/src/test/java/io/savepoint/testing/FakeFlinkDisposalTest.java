package io.savepoint.testing;

import static io.savepoint.testing.FakeFlinkFixture.CLUSTER;
import static io.savepoint.testing.FakeFlinkFixture.ID;
import static io.savepoint.testing.FakeFlinkFixture.UNKNOWN_JOB;
import static io.savepoint.testing.FakeFlinkFixture.assertFails;
import static io.savepoint.testing.FakeFlinkFixture.now;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.DisposalObservation;
import io.savepoint.model.DisposalObservation.Done;
import io.savepoint.model.DisposalObservation.Failed;
import io.savepoint.model.DisposalObservation.InProgress;
import io.savepoint.model.DisposalObservation.Missing;
import io.savepoint.model.DisposalObservation.Unknown;
import io.savepoint.model.JobId;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.UnknownJobException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Disposals, and why jobs failed. */
class FakeFlinkDisposalTest {
    private static final Duration DISPOSAL = Duration.ofMillis(20);

    private final FakeFlinkFixture f = new FakeFlinkFixture();

    private String savepoint() {
        f.savepoint(ID);
        f.passSavepointDuration();
        return f.location(ID);
    }

    private TriggerId dispose(String location) {
        return now(f.flink.triggerDisposal(CLUSTER, location));
    }

    private DisposalObservation observe(TriggerId disposal) {
        return now(f.flink.observeDisposal(CLUSTER, disposal));
    }

    private DisposalObservation disposed(String location) {
        TriggerId disposal = dispose(location);
        f.pass(DISPOSAL);
        return observe(disposal);
    }

    @Test
    void aDisposalTakesItsTimeAndTheSavepointIsGone() {
        String location = savepoint();
        TriggerId disposal = dispose(location);
        f.pass(DISPOSAL.minusMillis(1));
        assertThat(observe(disposal)).isEqualTo(new InProgress());
        assertThat(f.flink.savepointsOnDisk()).containsExactly(location);

        f.pass(Duration.ofMillis(1));
        assertThat(observe(disposal)).isEqualTo(new Done());
        assertThat(f.flink.savepointsOnDisk()).isEmpty();
        assertFails(
                f.launching(UNKNOWN_JOB, Optional.of(location), false),
                FlinkRefusedException.class,
                "Cannot find checkpoint or savepoint file/directory");
        assertThat(disposed(location))
                .isEqualTo(new Missing("FlinkException: Could not dispose savepoint " + location + ". <-"
                        + " FileNotFoundException: Cannot find checkpoint or savepoint file/directory '" + location
                        + "' on file system 'file'."));
    }

    @Test
    void ofTwoAtATimeTheSecondFindsNothing() {
        String location = savepoint();
        TriggerId first = dispose(location);
        TriggerId second = dispose(location.replace("file:/", "file:///"));
        f.pass(DISPOSAL);
        assertThat(observe(first)).isEqualTo(new Done());
        assertThat(observe(second)).isInstanceOf(Missing.class);
    }

    @Test
    void itsDurationCanBeSet() {
        f.cluster.disposalDuration(Duration.ofSeconds(9));
        TriggerId disposal = dispose(savepoint());
        f.pass(Duration.ofSeconds(8));
        assertThat(observe(disposal)).isEqualTo(new InProgress());
        f.pass(Duration.ofSeconds(1));
        assertThat(observe(disposal)).isEqualTo(new Done());
    }

    @Test
    void anEmptyDirectoryIsNotDisposedOf() {
        f.savepoint(ID);
        f.cluster.restartJobManager(true);
        f.pass(Duration.ofSeconds(10));
        String left = f.flink.emptyDirectories().iterator().next();
        assertThat(((Failed) disposed(left)).reason()).contains("Cannot find meta data file '_metadata' in directory");
    }

    @Test
    void aTestMakesItFail() {
        String location = savepoint();
        f.cluster.failNextDisposal("IOException: no");
        assertThat(disposed(location)).isEqualTo(new Failed("IOException: no"));
        assertThat(f.flink.savepointsOnDisk()).containsExactly(location);
        assertThat(disposed(location)).isEqualTo(new Done());
    }

    @Test
    void itIsLostWithItsJobManager() {
        String location = savepoint();
        TriggerId finished = dispose("file:/nothing");
        f.pass(DISPOSAL);
        TriggerId disposal = dispose(location);
        f.cluster.restartJobManager(true);
        f.pass(Duration.ofSeconds(10));
        assertThat(observe(disposal)).isEqualTo(new Unknown());
        assertThat(observe(finished)).isEqualTo(new Unknown());
        assertThat(f.flink.savepointsOnDisk()).containsExactly(location);
        assertThat(f.flink.ledger().disposals())
                .extracting(FlinkLedger.Disposal::outcome)
                .satisfiesExactly(
                        first -> assertThat(first).isInstanceOf(Missing.class),
                        lost -> assertThat(lost).isEqualTo(new Unknown()));
    }

    @Test
    void itsResultExpires() {
        TriggerId disposal = dispose(savepoint());
        f.pass(DISPOSAL.plusMinutes(5).minusMillis(1));
        assertThat(observe(disposal)).isEqualTo(new Done());
        f.pass(Duration.ofMillis(1));
        assertThat(observe(disposal)).isEqualTo(new Unknown());
    }

    @Test
    void theLedgerTellsEveryDisposal() {
        String location = savepoint();
        TriggerId disposal = dispose(location);
        FlinkLedger.Disposal begun = f.flink.ledger().disposals().get(0);
        assertThat(begun.ended()).isEmpty();
        assertThat(begun.outcome()).isEqualTo(new InProgress());

        f.pass(DISPOSAL);
        observe(disposal);
        assertThat(f.flink.ledger().disposals())
                .isEqualTo(List.of(new FlinkLedger.Disposal(
                        CLUSTER,
                        location,
                        disposal,
                        begun.begun(),
                        Optional.of(begun.begun().plus(DISPOSAL)),
                        new Done())));
        assertThat(f.flink.ledger().requests("triggerDisposal")).isEqualTo(1);
        assertThat(f.flink.ledger().requests("observeDisposal")).isEqualTo(1);
    }

    @Test
    void nothingIsAnsweredFromAfar() {
        f.cluster.unreachable(true);
        assertFails(f.flink.triggerDisposal(CLUSTER, "file:/x"), FlinkUnreachableException.class, "triggerDisposal");
        assertFails(f.flink.observeDisposal(CLUSTER, ID), FlinkUnreachableException.class, "observeDisposal");
        assertFails(f.flink.failureCause(CLUSTER, f.job), FlinkUnreachableException.class, "failureCause");
        assertThat(f.flink.ledger().disposals()).isEmpty();
    }

    private Optional<String> cause(JobId job) {
        return now(f.flink.failureCause(CLUSTER, job));
    }

    @Test
    void tellsWhyAJobFailed() {
        assertThat(cause(f.job)).isEmpty();
        f.cluster.failJob(f.job, "StateMigrationException: other type");
        assertThat(cause(f.job)).contains("StateMigrationException: other type");
        assertFails(f.flink.failureCause(CLUSTER, UNKNOWN_JOB), UnknownJobException.class, UNKNOWN_JOB.hex());
    }

    @Test
    void everyFailureHasACause() {
        f.cluster.failAndRestartJob(f.job, Duration.ofSeconds(1));
        assertThat(cause(f.job)).hasValueSatisfying(cause -> assertThat(cause).contains("a task failed"));

        JobId launched = JobId.of("ab".repeat(16));
        f.cluster.failNextLaunchAfter(Duration.ofSeconds(1), "StateMigrationException: other type");
        now(f.launching(launched, Optional.empty(), false));
        f.pass(Duration.ofMillis(999));
        assertThat(cause(launched)).isEmpty();
        f.pass(Duration.ofMillis(1));
        assertThat(cause(launched)).contains("StateMigrationException: other type");

        JobId snapshot = f.cluster.startJob();
        f.cluster.throwInNextSnapshot();
        f.savepoint(snapshot, ID, FakeFlinkFixture.DIRECTORY);
        f.passSavepointDuration();
        assertThat(cause(snapshot))
                .hasValueSatisfying(cause -> assertThat(cause).contains("shutdown"));
    }

    @Test
    void anotherJobManagerDoesNotKnowWhyAJobFailedBefore() {
        f.cluster.failAndRestartJob(f.job, Duration.ofSeconds(1));
        f.cluster.restartJobManager(true);
        f.pass(Duration.ofMinutes(1));
        assertThat(cause(f.job)).isEmpty();
    }
}
