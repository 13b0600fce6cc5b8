package io.savepoint.testing;

import static io.savepoint.testing.ContractRuns.failing;
import static io.savepoint.testing.ContractRuns.fixture;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointRecord;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.JobLauncher;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.testing.ContractRuns.Wrapped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class FlinkTransportContractTest {
    @TestFactory
    Stream<DynamicTest> theFakeKeepsTheContract() {
        return tests(fixture(builder -> {}));
    }

    @TestFactory
    Stream<DynamicTest> aSlowFakeWithAStaleHistoryKeepsTheContract() {
        FakeContractFixture slow = fixture(builder -> builder.version("2.3.0")
                .savepointDuration(Duration.ofSeconds(4))
                .historyStaleness(Duration.ofSeconds(3))
                .latency(Duration.ofMillis(7))
                .defaultSavepointDirectory("s3://default"));
        return tests(new Wrapped(slow, slow.flink()) {
            @Override
            public Optional<String> defaultSavepointDirectory() {
                return Optional.of("s3://default");
            }
        });
    }

    @Test
    void everyCheckHasANameOfItsOwn() {
        List<String> names = FlinkTransportContract.checks(fixture(builder -> {})).stream()
                .map(Check::name)
                .toList();

        assertThat(names).doesNotHaveDuplicates().hasSizeGreaterThan(25);
    }

    @Test
    void withoutLauncherAndUnreachableClusterTheirChecksAreLeftOut() {
        FakeContractFixture all = fixture(builder -> {});
        List<Check> fewer = FlinkTransportContract.checks(new Wrapped(all, all.flink()) {
            @Override
            public Optional<JobLauncher> launcher() {
                return Optional.empty();
            }

            @Override
            public Optional<ClusterId> unreachableCluster() {
                return Optional.empty();
            }
        });

        assertThat(fewer).extracting(Check::name).noneMatch(name -> name.contains("launch"));
        assertThat(fewer).hasSize(FlinkTransportContract.checks(all).size() - 5);
    }

    @Test
    void jobsOfAFailedCheckAreCancelledToo() throws Exception {
        FakeContractFixture fixture = fixture(builder -> builder.resultStoreDuration(Duration.ZERO));

        assertThat(failing(fixture)).isNotEmpty();
        assertThat(fixture.flink().cluster(fixture.cluster()).jobs())
                .isNotEmpty()
                .allSatisfy(job -> assertThat(job.state().isTerminal()).isTrue());
    }

    @Test
    void idsOfTheClientThatAreNotKeptAreFound() throws Exception {
        assertThat(failing(fixture(builder -> builder.version("1.14.6"))))
                .contains(
                        "a trigger id asked for again, during and after, takes no second savepoint",
                        "a launch under an id that runs, or has ended, submits nothing",
                        "cancelJob of a job that has ended is accepted and changes nothing");
    }

    @Test
    void aRepetitionThatTakesASecondSavepointIsFound() throws Exception {
        FakeContractFixture fixture = fixture(builder -> {});
        Random random = new Random(7);
        Map<TriggerId, TriggerId> behind = new HashMap<>();
        FlinkTransport fresh = new ForwardingTransport(fixture.flink()) {
            @Override
            public CompletionStage<TriggerId> triggerSavepoint(ClusterId cluster, SavepointRequest request) {
                TriggerId other = TriggerId.random(random);
                boolean known = behind.putIfAbsent(request.trigger(), other) != null;
                SavepointRequest changed = new SavepointRequest(
                        request.job(),
                        known ? other : behind.get(request.trigger()),
                        request.targetDirectory(),
                        request.format());
                return super.triggerSavepoint(cluster, changed).thenApply(ignored -> request.trigger());
            }

            @Override
            public CompletionStage<OperationObservation> observeOperation(
                    ClusterId cluster, JobId job, TriggerId trigger) {
                return super.observeOperation(cluster, job, behind.getOrDefault(trigger, trigger));
            }
        };

        assertThat(failing(new Wrapped(fixture, fresh)))
                .contains("a trigger id asked for again, during and after, takes no second savepoint");
    }

    @Test
    void aStaleObservationIsFound() throws Exception {
        FakeContractFixture fixture = fixture(builder -> {});
        Map<JobId, JobObservation> cache = new HashMap<>();
        int[] age = {0};
        FlinkTransport stale = new ForwardingTransport(fixture.flink()) {
            @Override
            public CompletionStage<JobObservation> observeJob(ClusterId cluster, JobId job) {
                return ++age[0] % 60 == 0 || !cache.containsKey(job)
                        ? super.observeJob(cluster, job).whenComplete((value, failure) -> cache.put(job, value))
                        : CompletableFuture.completedFuture(cache.get(job));
            }
        };

        assertThat(failing(new Wrapped(fixture, stale))).contains("a stop completes, and the job has finished");
    }

    @Test
    void aFailureTakenForUnknownIsFound() throws Exception {
        FakeContractFixture fixture = fixture(builder -> {});
        FlinkTransport confused = new ForwardingTransport(fixture.flink()) {
            @Override
            public CompletionStage<OperationObservation> observeOperation(
                    ClusterId cluster, JobId job, TriggerId trigger) {
                return super.observeOperation(cluster, job, trigger)
                        .thenApply(seen -> seen instanceof OperationObservation.Failed
                                ? new OperationObservation.Unknown()
                                : seen);
            }
        };

        assertThat(failing(new Wrapped(fixture, confused)))
                .contains(
                        "a savepoint of an unknown job is accepted and fails",
                        "a savepoint of a job that has ended is accepted and fails",
                        "a savepoint into an unwritable directory fails, and the job goes on",
                        "a failure sticks to its id",
                        "a stop of an unknown job is accepted and fails",
                        "a stop into an unwritable directory fails, and the job goes on")
                .hasSize(6);
    }

    @Test
    void aStackTraceInAReasonIsFound() throws Exception {
        FakeContractFixture fixture = fixture(builder -> {});
        FlinkTransport wordy = new ForwardingTransport(fixture.flink()) {
            @Override
            public CompletionStage<OperationObservation> observeOperation(
                    ClusterId cluster, JobId job, TriggerId trigger) {
                return super.observeOperation(cluster, job, trigger)
                        .thenApply(seen -> seen instanceof OperationObservation.Failed failed
                                ? new OperationObservation.Failed(failed.reason() + "\n\tat org.apache.flink.X.y(X:1)")
                                : seen);
            }
        };

        assertThat(failing(new Wrapped(fixture, wordy))).hasSize(6);
    }

    @Test
    void aStopMadeOfSavepointAndCancelIsFound() throws Exception {
        FakeContractFixture fixture = fixture(builder -> {});
        FlinkTransport naive = new ForwardingTransport(fixture.flink()) {
            @Override
            public CompletionStage<TriggerId> stopWithSavepoint(
                    ClusterId cluster, SavepointRequest request, boolean drain) {
                return super.triggerSavepoint(cluster, request);
            }
        };

        assertThat(failing(new Wrapped(fixture, naive)))
                .contains(
                        "a stop completes, and the job has finished",
                        "a stop with drain completes, and the job has finished",
                        "a stop asked for again under its id, during and after, is safe",
                        "savepointHistory tells savepoints and stops, oldest first");
    }

    @Test
    void aHistoryInTheWrongOrderIsFound() throws Exception {
        FakeContractFixture fixture = fixture(builder -> {});
        FlinkTransport reversed = new ForwardingTransport(fixture.flink()) {
            @Override
            public CompletionStage<List<SavepointRecord>> savepointHistory(ClusterId cluster, JobId job) {
                return super.savepointHistory(cluster, job).thenApply(history -> {
                    List<SavepointRecord> copy = new ArrayList<>(history);
                    Collections.reverse(copy);
                    return copy;
                });
            }
        };

        assertThat(failing(new Wrapped(fixture, reversed)))
                .contains("savepointHistory tells savepoints and stops, oldest first");
    }

    @Test
    void anUnknownJobTakenLightlyIsFound() throws Exception {
        FakeContractFixture fixture = fixture(builder -> {});
        FlinkTransport lenient = new ForwardingTransport(fixture.flink()) {
            @Override
            public CompletionStage<Void> cancelJob(ClusterId cluster, JobId job) {
                return super.cancelJob(cluster, job).exceptionally(failure -> null);
            }

            @Override
            public CompletionStage<List<SavepointRecord>> savepointHistory(ClusterId cluster, JobId job) {
                return super.savepointHistory(cluster, job).exceptionally(failure -> List.of());
            }
        };

        assertThat(failing(new Wrapped(fixture, lenient)))
                .containsExactlyInAnyOrder(
                        "cancelJob of an unknown job fails with UnknownJobException",
                        "savepointHistory of an unknown job fails with UnknownJobException",
                        "every call for an unreachable cluster fails with FlinkUnreachableException");
    }

    @Test
    void aMethodThatThrowsAndAStageThatNeverCompletesAreFound() throws Exception {
        FakeContractFixture fixture = fixture(builder -> {});
        FlinkTransport rude = new ForwardingTransport(fixture.flink()) {
            @Override
            public CompletionStage<List<SavepointRecord>> savepointHistory(ClusterId cluster, JobId job) {
                throw new IllegalStateException("rude");
            }

            @Override
            public CompletionStage<Void> cancelJob(ClusterId cluster, JobId job) {
                return new CompletableFuture<>();
            }
        };
        List<String> failed = failing(new Wrapped(fixture, rude));

        assertThat(failed)
                .contains(
                        "savepointHistory of a job without savepoints is empty",
                        "cancelJob of an unknown job fails with UnknownJobException",
                        "observeJob finds a running job");
    }

    @Test
    void aLauncherThatDoesNotTellIsFound() throws Exception {
        FakeContractFixture fixture = fixture(builder -> {});
        JobLauncher careless = (cluster, request) ->
                fixture.flink().launch(cluster, request).handle((outcome, failure) -> JobLauncher.Outcome.SUBMITTED);

        assertThat(failing(new Wrapped(fixture, fixture.flink()) {
                    @Override
                    public Optional<JobLauncher> launcher() {
                        return Optional.of(careless);
                    }
                }))
                .containsExactlyInAnyOrder(
                        "a launch under an id that runs, or has ended, submits nothing",
                        "a job is launched from a savepoint",
                        "a launch from a missing savepoint is refused and leaves no running job",
                        "every call for an unreachable cluster fails with FlinkUnreachableException");
    }

    private static Stream<DynamicTest> tests(FlinkTransportContract.Fixture fixture) {
        return FlinkTransportContract.checks(fixture).stream()
                .map(check -> DynamicTest.dynamicTest(check.name(), check::run));
    }
}
