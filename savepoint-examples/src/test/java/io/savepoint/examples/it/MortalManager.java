package io.savepoint.examples.it;

import io.savepoint.SavepointManager;
import io.savepoint.examples.jdbc.JdbcClusterStateStore;
import io.savepoint.flink.rest.FlinkRestTransport;
import io.savepoint.flink.rest.RestJobLauncher;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.JobId;
import io.savepoint.model.JobStatus;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.JobLauncher;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.testing.ForwardingStore;
import io.savepoint.testing.ForwardingTransport;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.h2.jdbcx.JdbcDataSource;

/**
 * A manager in a process of its own that comes to a halt at one point of its work: there it says so and goes no further,
 * for its killer to find it so. Arguments: the URL of the database, the URL of Flink, the {@link Point}.
 */
public final class MortalManager {
    static final String HALTED = "halted at ";

    private final Point end;

    private MortalManager(Point end) {
        this.end = end;
    }

    /** Where it can end. */
    enum Point {
        /** A savepoint or stop is recorded as intended, and Flink was not asked. */
        INTENDED,
        /** Flink accepted it, and its answer was not seen. */
        ACCEPTED,
        /** It was seen in progress. */
        IN_PROGRESS,
        /** It was seen completed, and that was not recorded. */
        COMPLETED,
        /** Its result is recorded, and the database's answer was not seen. */
        RECORDED,
        /** A control is recorded as accepted, and is still there. */
        CONTROL_ACCEPTED,
        /** A run is recorded as intended, and was not submitted. */
        RUN_INTENDED,
        /** The run was submitted, and the answer was not seen. */
        RUN_SUBMITTED
    }

    public static void main(String[] args) throws Exception {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL(args[0]);
        FlinkRestTransport flink = FlinkRestTransport.at(args[1]);
        MortalManager mortal = new MortalManager(Point.valueOf(args[2]));
        SavepointManager manager = SavepointManager.builder()
                .store(mortal.store(JdbcClusterStateStore.create(database)))
                .flink(mortal.transport(flink))
                .launcher(mortal.launcher(RestJobLauncher.create(flink)))
                .observeInterval(Duration.ofMillis(200))
                .build();
        manager.start();
        new CountDownLatch(1).await();
    }

    private <T> CompletionStage<T> before(Point point, Supplier<CompletionStage<T>> call) {
        return end == point ? halt() : call.get();
    }

    private <T> CompletionStage<T> after(Point point, Predicate<T> condition, CompletionStage<T> call) {
        return call.thenCompose(
                answer -> end == point && condition.test(answer) ? halt() : CompletableFuture.completedFuture(answer));
    }

    /** The cluster's ticks follow each other, so that none comes after this one. */
    private <T> CompletionStage<T> halt() {
        System.out.println(HALTED + end);
        System.out.flush();
        return new CompletableFuture<>();
    }

    private JobLauncher launcher(JobLauncher launcher) {
        return (cluster, request) -> before(
                Point.RUN_INTENDED, () -> after(Point.RUN_SUBMITTED, any -> true, launcher.launch(cluster, request)));
    }

    private FlinkTransport transport(FlinkTransport transport) {
        return new ForwardingTransport(transport) {
            @Override
            public CompletionStage<TriggerId> triggerSavepoint(ClusterId cluster, SavepointRequest request) {
                return asked(() -> super.triggerSavepoint(cluster, request));
            }

            @Override
            public CompletionStage<TriggerId> stopWithSavepoint(
                    ClusterId cluster, SavepointRequest request, boolean drain) {
                return asked(() -> super.stopWithSavepoint(cluster, request, drain));
            }

            private CompletionStage<TriggerId> asked(Supplier<CompletionStage<TriggerId>> call) {
                return before(Point.INTENDED, () -> after(Point.ACCEPTED, any -> true, call.get()));
            }

            @Override
            public CompletionStage<OperationObservation> observeOperation(
                    ClusterId cluster, JobId job, TriggerId trigger) {
                return after(
                        Point.COMPLETED,
                        OperationObservation.Completed.class::isInstance,
                        after(
                                Point.IN_PROGRESS,
                                OperationObservation.InProgress.class::isInstance,
                                super.observeOperation(cluster, job, trigger)));
            }
        };
    }

    private ClusterStateStore store(ClusterStateStore store) {
        return new ForwardingStore(store) {
            @Override
            public CompletionStage<WriteResult> compareAndSet(ClusterId cluster, String version, ClusterStatus status) {
                return load(cluster).thenCompose(before -> {
                    boolean result = generation(status)
                            > generation(before.map(ClusterState::status).orElseThrow());
                    return after(Point.RECORDED, any -> result, super.compareAndSet(cluster, version, status));
                });
            }

            @Override
            public CompletionStage<Boolean> acknowledgeControl(
                    ClusterId cluster, String version, ControlRequest control) {
                return before(Point.CONTROL_ACCEPTED, () -> super.acknowledgeControl(cluster, version, control));
            }
        };
    }

    private static long generation(ClusterStatus status) {
        Optional<JobStatus> job = status.job();
        return job.map(JobStatus::savepointGeneration).orElse(0L);
    }
}
