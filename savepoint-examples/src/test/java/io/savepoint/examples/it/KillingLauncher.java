package io.savepoint.examples.it;

import io.savepoint.examples.cluster.HighlyAvailableFlink;
import io.savepoint.model.ClusterId;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.JobLauncher;
import io.savepoint.spi.LaunchRequest;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Kills the JobManager that leads in the middle of a submission, where it is told to. */
final class KillingLauncher implements JobLauncher {
    private final JobLauncher launcher;
    private final HighlyAvailableFlink flink;
    private final AtomicReference<Optional<Moment>> next = new AtomicReference<>(Optional.empty());

    enum Moment {
        /** The request is recorded and does not arrive. */
        BEFORE_SUBMISSION,
        /** Flink has the job, and the manager is not told. */
        BEFORE_ANSWER,
        /** Flink has the job, and the manager is told. */
        AFTER_ANSWER
    }

    KillingLauncher(JobLauncher launcher, HighlyAvailableFlink flink) {
        this.launcher = launcher;
        this.flink = flink;
    }

    /** Has the leader killed in the next submission. */
    void killAt(Moment moment) {
        next.set(Optional.of(moment));
    }

    @Override
    public CompletionStage<Outcome> launch(ClusterId cluster, LaunchRequest request) {
        return around(() -> launcher.launch(cluster, request));
    }

    @Override
    public CompletionStage<Outcome> launch(ClusterId cluster, LaunchRequest request, GoAhead goAhead) {
        return around(() -> launcher.launch(cluster, request, goAhead));
    }

    private CompletionStage<Outcome> around(Supplier<CompletionStage<Outcome>> launch) {
        Optional<Moment> moment = next.getAndSet(Optional.empty());
        if (moment.isEmpty()) {
            return launch.get();
        }
        if (moment.get() == Moment.BEFORE_SUBMISSION) {
            kill();
            return launch.get();
        }
        return launch.get().thenCompose(outcome -> {
            kill();
            return moment.get() == Moment.AFTER_ANSWER
                    ? CompletableFuture.completedFuture(outcome)
                    : CompletableFuture.failedFuture(new FlinkUnreachableException("the answer is lost"));
        });
    }

    private void kill() {
        try {
            flink.killLeader();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
