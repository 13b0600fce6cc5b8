package io.savepoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobStatus;
import io.savepoint.model.Launch;
import io.savepoint.model.Operation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointRecord;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.JobLauncher;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.store.InMemoryClusterStateStore;
import io.savepoint.testing.FlinkLedger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/** Watches everything that any manager of a world does, and holds it against the invariants of the design by name. */
final class Invariants {
    private final InMemoryClusterStateStore store;
    private final List<String> violations = new ArrayList<>();

    Invariants(InMemoryClusterStateStore store) {
        this.store = store;
    }

    /** Asserts that no invariant was violated, by what was watched and by what Flink really did. */
    void assertHold(FlinkLedger ledger) {
        oneInFlight(ledger);
        oneRun(ledger);
        assertThat(violations).as("violations of invariants").isEmpty();
    }

    private void violated(String invariant, String how) {
        violations.add(invariant + ": " + how);
    }

    private void oneInFlight(FlinkLedger ledger) {
        List<FlinkLedger.Savepoint> ours =
                ledger.attempts().stream().filter(attempt -> !attempt.foreign()).toList();
        for (int i = 0; i < ours.size(); i++) {
            for (int j = i + 1; j < ours.size(); j++) {
                FlinkLedger.Savepoint first = ours.get(i);
                FlinkLedger.Savepoint second = ours.get(j);
                boolean overlap = first.cluster().equals(second.cluster())
                        && first.job().equals(second.job())
                        && second.begun().isBefore(first.ended().orElse(Instant.MAX));
                if (overlap) {
                    violated("I1 one-in-flight", first + " overlaps " + second);
                }
            }
        }
    }

    private void oneRun(FlinkLedger ledger) {
        List<FlinkLedger.Run> runs = ledger.runs();
        for (int i = 0; i < runs.size(); i++) {
            for (int j = i + 1; j < runs.size(); j++) {
                boolean overlap = runs.get(i).cluster().equals(runs.get(j).cluster())
                        && runs.get(j).start().isBefore(runs.get(i).end().orElse(Instant.MAX));
                if (overlap) {
                    violated("I6 one-run", runs.get(i) + " overlaps " + runs.get(j));
                }
            }
        }
    }

    private Optional<Bookkeeping> recorded(ClusterId cluster) {
        return store.load(cluster)
                .toCompletableFuture()
                .join()
                .map(state -> state.status().bookkeeping());
    }

    private void requireIntent(ClusterId cluster, String what, Function<Bookkeeping, Boolean> intended) {
        if (!recorded(cluster).map(intended).orElse(false)) {
            violated("I2 intent-first", what + " was sent without being recorded");
        }
    }

    private static boolean intends(Bookkeeping bookkeeping, TriggerId trigger) {
        return bookkeeping
                .operation()
                .map(Operation::triggerId)
                .filter(trigger::equals)
                .isPresent();
    }

    FlinkTransport watch(FlinkTransport transport) {
        return new WatchedTransport(transport);
    }

    JobLauncher watch(JobLauncher launcher) {
        return (cluster, request) -> {
            requireIntent(
                    cluster,
                    "launch of " + request.jobId(),
                    bookkeeping -> bookkeeping
                            .launch()
                            .map(Launch::jobId)
                            .filter(request.jobId()::equals)
                            .isPresent());
            return launcher.launch(cluster, request);
        };
    }

    ClusterStateStore watch(ClusterStateStore watched, Function<FlinkLedgerQuery, Boolean> completedInFlink) {
        return new WatchedStore(watched, completedInFlink);
    }

    /** Asks whether Flink completed a savepoint of a job at a location. */
    record FlinkLedgerQuery(JobId job, String location) {}

    private final class WatchedTransport implements FlinkTransport {
        private final FlinkTransport transport;

        WatchedTransport(FlinkTransport transport) {
            this.transport = transport;
        }

        @Override
        public CompletionStage<TriggerId> triggerSavepoint(ClusterId cluster, SavepointRequest request) {
            requireIntent(cluster, "savepoint " + request.trigger(), kept -> intends(kept, request.trigger()));
            return transport.triggerSavepoint(cluster, request);
        }

        @Override
        public CompletionStage<TriggerId> stopWithSavepoint(
                ClusterId cluster, SavepointRequest request, boolean drain) {
            requireIntent(cluster, "stop " + request.trigger(), kept -> intends(kept, request.trigger()));
            return transport.stopWithSavepoint(cluster, request, drain);
        }

        @Override
        public CompletionStage<Void> cancelJob(ClusterId cluster, JobId job) {
            requireIntent(
                    cluster,
                    "cancel of " + job,
                    kept -> kept.operation()
                                    .filter(operation -> operation.kind() == Operation.Kind.CANCEL)
                                    .isPresent()
                            || kept.launch()
                                    .flatMap(Launch::replaces)
                                    .filter(job::equals)
                                    .isPresent());
            return transport.cancelJob(cluster, job);
        }

        @Override
        public CompletionStage<JobObservation> observeJob(ClusterId cluster, JobId job) {
            return transport.observeJob(cluster, job);
        }

        @Override
        public CompletionStage<OperationObservation> observeOperation(ClusterId cluster, JobId job, TriggerId trigger) {
            return transport.observeOperation(cluster, job, trigger);
        }

        @Override
        public CompletionStage<List<SavepointRecord>> savepointHistory(ClusterId cluster, JobId job) {
            return transport.savepointHistory(cluster, job);
        }
    }

    private final class WatchedStore implements ClusterStateStore {
        private final ClusterStateStore watched;
        private final Function<FlinkLedgerQuery, Boolean> completedInFlink;

        WatchedStore(ClusterStateStore watched, Function<FlinkLedgerQuery, Boolean> completedInFlink) {
            this.watched = watched;
            this.completedInFlink = completedInFlink;
        }

        @Override
        public CompletionStage<WriteResult> compareAndSet(ClusterId cluster, String version, ClusterStatus status) {
            ClusterStatus before = store.state(cluster).status();
            return watched.compareAndSet(cluster, version, status).whenComplete((result, failure) -> {
                if (result == WriteResult.WRITTEN) {
                    checkWrite(before, status);
                }
            });
        }

        private void checkWrite(ClusterStatus before, ClusterStatus after) {
            long old = before.job().map(JobStatus::savepointGeneration).orElse(0L);
            long now = after.job().map(JobStatus::savepointGeneration).orElse(0L);
            Optional<String> location = after.job().flatMap(JobStatus::savepointLocation);
            boolean sameSavepoint = before.job()
                    .flatMap(JobStatus::lastSavepointTriggerId)
                    .equals(after.job().flatMap(JobStatus::lastSavepointTriggerId));
            boolean sameLocation =
                    before.job().flatMap(JobStatus::savepointLocation).equals(location);
            boolean grown = now == old + 1 && !sameSavepoint && !sameLocation;
            boolean untouched = now == old && sameSavepoint && sameLocation;
            if (!grown && !untouched) {
                violated("I4 generation", "from " + before.job() + " to " + after.job());
            }
            if (grown) {
                JobId job = after.savepoint().orElseThrow().jobId().orElseThrow();
                if (!completedInFlink.apply(new FlinkLedgerQuery(job, location.orElse("")))) {
                    violated("I5 truth", location + " was not reported by Flink for job " + job);
                }
            }
        }

        @Override
        public CompletionStage<Boolean> acknowledgeControl(ClusterId cluster, ControlRequest control) {
            Optional<ControlStatus> accepted = store.state(cluster)
                    .status()
                    .control()
                    .filter(recorded ->
                            control.value().startsWith(recorded.name().replace("\u2026", "")))
                    .filter(recorded -> recorded.state() != ControlState.SUCCEEDED);
            if (accepted.isEmpty()) {
                violated("I7 no-lost-request", control + " was removed before its acceptance was recorded");
            }
            return watched.acknowledgeControl(cluster, control);
        }

        @Override
        public CompletionStage<Optional<ClusterState>> load(ClusterId cluster) {
            return watched.load(cluster);
        }

        @Override
        public CompletionStage<List<ClusterId>> list() {
            return watched.list();
        }

        @Override
        public Watch watch(Consumer<ClusterId> listener) {
            return watched.watch(listener);
        }
    }
}
