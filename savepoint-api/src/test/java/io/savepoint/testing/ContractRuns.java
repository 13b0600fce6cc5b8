package io.savepoint.testing;

import io.savepoint.spi.FlinkTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Runs the contract of transports against a fake, with something broken between them. */
final class ContractRuns {
    private ContractRuns() {}

    static List<String> failing(FlinkTransportContract.Fixture fixture) throws Exception {
        List<String> failing = new ArrayList<>();
        for (Check check : FlinkTransportContract.checks(fixture)) {
            try {
                check.run();
            } catch (AssertionError e) {
                failing.add(check.name());
            }
        }
        return failing;
    }

    static FakeContractFixture fixture(Consumer<FakeFlink.Builder> settings) {
        ManualScheduler scheduler = new ManualScheduler();
        FakeFlink.Builder builder = FakeFlink.builder(scheduler);
        settings.accept(builder);
        return new FakeContractFixture(scheduler, builder.build());
    }

    /** Another transport on the same fake. */
    static class Wrapped extends FakeContractFixture {
        private final FlinkTransport transport;

        Wrapped(FakeContractFixture fixture, FlinkTransport transport) {
            super(fixture.scheduler(), fixture.flink());
            this.transport = transport;
        }

        @Override
        public FlinkTransport transport() {
            return transport;
        }
    }
}
