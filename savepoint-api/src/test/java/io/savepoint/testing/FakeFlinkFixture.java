package io.savepoint.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ClusterId;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobSpec;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.OperationObservation.Completed;
import io.savepoint.model.OperationObservation.Failed;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.SavepointRecord;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.JobLauncher;
import io.savepoint.spi.LaunchRequest;
import io.savepoint.spi.SavepointRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A fake with one cluster and one running job, and short words for what tests ask of it. */
final class FakeFlinkFixture {
    static final ClusterId CLUSTER = ClusterId.of("test", "orders");
    static final String DIRECTORY = "file:///savepoints";
    static final TriggerId ID = TriggerId.of("01".repeat(16));
    static final TriggerId OTHER_ID = TriggerId.of("02".repeat(16));
    static final JobId UNKNOWN_JOB = JobId.of("ff".repeat(16));
    static final Duration SAVEPOINT_DURATION = Duration.ofSeconds(2);

    final ManualScheduler scheduler = new ManualScheduler();
    final FakeFlink flink;
    final FakeCluster cluster;
    final JobId job;

    FakeFlinkFixture() {
        this("1.20.5");
    }

    FakeFlinkFixture(String version) {
        flink = FakeFlink.builder(scheduler)
                .version(version)
                .savepointDuration(SAVEPOINT_DURATION)
                .build();
        cluster = flink.cluster(CLUSTER);
        job = cluster.startJob();
    }

    void pass(Duration time) {
        scheduler.advance(time);
    }

    /** Lets savepoints complete that are in progress. */
    void passSavepointDuration() {
        pass(SAVEPOINT_DURATION);
    }

    TriggerId savepoint(TriggerId id) {
        return savepoint(job, id, DIRECTORY);
    }

    TriggerId savepoint(JobId of, TriggerId id, String directory) {
        return now(flink.triggerSavepoint(CLUSTER, request(of, id, Optional.of(directory))));
    }

    TriggerId stop(TriggerId id) {
        return now(flink.stopWithSavepoint(CLUSTER, request(job, id, Optional.of(DIRECTORY)), false));
    }

    static SavepointRequest request(JobId of, TriggerId id, Optional<String> directory) {
        return new SavepointRequest(of, id, directory, SavepointFormat.CANONICAL);
    }

    OperationObservation operation(TriggerId id) {
        return operation(job, id);
    }

    OperationObservation operation(JobId of, TriggerId id) {
        return now(flink.observeOperation(CLUSTER, of, id));
    }

    String location(TriggerId id) {
        assertThat(operation(id)).isInstanceOf(Completed.class);
        return ((Completed) operation(id)).location();
    }

    String failure(TriggerId id) {
        return failure(job, id);
    }

    String failure(JobId of, TriggerId id) {
        assertThat(operation(of, id)).isInstanceOf(Failed.class);
        return ((Failed) operation(of, id)).reason();
    }

    FlinkJobState state() {
        return found(job).state();
    }

    JobObservation.Found found(JobId of) {
        JobObservation observation = now(flink.observeJob(CLUSTER, of));
        assertThat(observation).isInstanceOf(JobObservation.Found.class);
        return (JobObservation.Found) observation;
    }

    List<SavepointRecord> history() {
        return now(flink.savepointHistory(CLUSTER, job));
    }

    List<Instant> inProgress() {
        return now(flink.savepointsInProgress(CLUSTER, job));
    }

    JobLauncher.Outcome launch(JobId id, String fromSavepoint) {
        return now(launching(id, Optional.of(fromSavepoint), false));
    }

    CompletionStage<JobLauncher.Outcome> launching(JobId id, Optional<String> fromSavepoint, boolean allow) {
        return flink.launch(CLUSTER, new LaunchRequest(id, JobSpec.builder().build(), fromSavepoint, allow));
    }

    static <T> T now(CompletionStage<T> stage) {
        assertThat(stage).isCompleted();
        return stage.toCompletableFuture().join();
    }

    static void assertFails(CompletionStage<?> stage, Class<? extends Throwable> kind, String message) {
        Throwable[] failure = new Throwable[1];
        stage.whenComplete((value, thrown) -> failure[0] = thrown);
        assertThat(failure[0]).isExactlyInstanceOf(kind).hasMessageContaining(message);
    }
}
