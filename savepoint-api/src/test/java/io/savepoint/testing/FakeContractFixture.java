package io.savepoint.testing;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.JobLauncher;
import java.time.Duration;
import java.util.Optional;

/** A fake as the contract wants it; a test may put something between the contract and the fake. */
class FakeContractFixture implements FlinkTransportContract.Fixture {
    private static final ClusterId UNREACHABLE = ClusterId.of("test", "unreachable");

    private final ManualScheduler scheduler;
    private final FakeFlink flink;

    FakeContractFixture(ManualScheduler scheduler, FakeFlink flink) {
        this.scheduler = scheduler;
        this.flink = flink;
        flink.cluster(UNREACHABLE).unreachable(true);
    }

    ManualScheduler scheduler() {
        return scheduler;
    }

    FakeFlink flink() {
        return flink;
    }

    @Override
    public FlinkTransport transport() {
        return flink;
    }

    @Override
    public ClusterId cluster() {
        return FakeFlinkFixture.CLUSTER;
    }

    @Override
    public JobId startJob() {
        return flink.cluster(cluster()).startJob();
    }

    @Override
    public String savepointDirectory() {
        return "file:///savepoints";
    }

    @Override
    public Optional<JobLauncher> launcher() {
        return Optional.of(flink);
    }

    @Override
    public Optional<ClusterId> unreachableCluster() {
        return Optional.of(UNREACHABLE);
    }

    @Override
    public JobId startFailingJob() {
        JobId job = startJob();
        flink.cluster(cluster()).failJob(job, "JobException: Recovery is suppressed <- IllegalStateException: told to");
        return job;
    }

    @Override
    public Optional<String> failureWords() {
        return Optional.of("IllegalStateException: told to");
    }

    @Override
    public void pause(Duration duration) {
        scheduler.advance(duration);
    }
}
