package io.savepoint.testing;

import static io.savepoint.testing.ContractRuns.failing;
import static io.savepoint.testing.ContractRuns.fixture;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ClusterId;
import io.savepoint.model.DisposalObservation;
import io.savepoint.model.JobId;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.testing.ContractRuns.Wrapped;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What the contract of transports finds of disposals and of causes of failures. */
class DisposalContractTest {
    @Test
    void withoutDisposalAndFailuresTheirChecksAreLeftOut() throws Exception {
        FakeContractFixture all = fixture(builder -> {});
        FlinkTransport bare = new ForwardingTransport(all.flink()) {
            @Override
            public CompletionStage<TriggerId> triggerDisposal(ClusterId cluster, String location) {
                throw new AssertionError("not to be called");
            }

            @Override
            public CompletionStage<Optional<String>> failureCause(ClusterId cluster, JobId job) {
                throw new AssertionError("not to be called");
            }
        };
        FlinkTransportContract.Fixture without = new Wrapped(all, bare) {
            @Override
            public boolean disposesOfSavepoints() {
                return false;
            }

            @Override
            public Optional<String> failureWords() {
                return Optional.empty();
            }
        };

        assertThat(failing(without)).isEmpty();
        assertThat(FlinkTransportContract.checks(without))
                .hasSize(FlinkTransportContract.checks(all).size() - 6);
    }

    @Test
    void aDisposalThatIsToldWrongIsFound() throws Exception {
        FakeContractFixture fixture = fixture(builder -> {});
        FlinkTransport confused = new ForwardingTransport(fixture.flink()) {
            @Override
            public CompletionStage<DisposalObservation> observeDisposal(ClusterId cluster, TriggerId disposal) {
                return super.observeDisposal(cluster, disposal)
                        .thenApply(seen -> seen instanceof DisposalObservation.Missing missing
                                ? new DisposalObservation.Failed(missing.reason())
                                : seen);
            }
        };
        FlinkTransport idle = new ForwardingTransport(fixture.flink()) {
            @Override
            public CompletionStage<DisposalObservation> observeDisposal(ClusterId cluster, TriggerId disposal) {
                return CompletableFuture.completedFuture(new DisposalObservation.Done());
            }
        };

        assertThat(failing(new Wrapped(fixture, confused)))
                .containsExactlyInAnyOrder(
                        "a savepoint is disposed of once, and is missing then",
                        "a savepoint that never was is missing");
        assertThat(failing(new Wrapped(fixture, idle)))
                .containsExactlyInAnyOrder(
                        "a savepoint is disposed of once, and is missing then",
                        "a savepoint that never was is missing",
                        "a disposal that was never asked for is unknown",
                        "every call for an unreachable cluster fails with FlinkUnreachableException");
    }

    @Test
    void aCauseThatIsNotTheOneIsFound() throws Exception {
        FakeContractFixture fixture = fixture(builder -> {});
        FlinkTransport shallow = new ForwardingTransport(fixture.flink()) {
            @Override
            public CompletionStage<Optional<String>> failureCause(ClusterId cluster, JobId job) {
                return super.failureCause(cluster, job).thenApply(cause -> cause.map(text -> text.split(" <- ")[0]));
            }
        };
        FlinkTransport lenient = new ForwardingTransport(fixture.flink()) {
            @Override
            public CompletionStage<Optional<String>> failureCause(ClusterId cluster, JobId job) {
                return super.failureCause(cluster, job).exceptionally(failure -> Optional.empty());
            }
        };

        assertThat(failing(new Wrapped(fixture, shallow))).containsExactly("failureCause tells why a job failed");
        assertThat(failing(new Wrapped(fixture, lenient)))
                .containsExactlyInAnyOrder(
                        "failureCause of an unknown job fails with UnknownJobException",
                        "every call for an unreachable cluster fails with FlinkUnreachableException");
    }
}
