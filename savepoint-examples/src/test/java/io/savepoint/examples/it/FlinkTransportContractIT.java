package io.savepoint.examples.it;

import io.savepoint.examples.cluster.CounterJobControl;
import io.savepoint.examples.cluster.EveryFlink;
import io.savepoint.examples.cluster.PlainFlinkRest;
import io.savepoint.flink.rest.FlinkRestTransport;
import io.savepoint.flink.rest.RestJobLauncher;
import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.JobSpec;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.JobLauncher;
import io.savepoint.testing.FlinkTransportContract;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** The REST transport and its launcher keep their contract with real Flink clusters. */
@Timeout(240)
class FlinkTransportContractIT extends EveryFlink {
    @TestFactory
    Stream<DynamicTest> keeps_the_contract() throws Exception {
        return FlinkTransportContract.checks(new RealFlink()).stream()
                .map(check -> DynamicTest.dynamicTest(check.name(), check::run));
    }

    private static final class RealFlink implements FlinkTransportContract.Fixture {
        private static final ClusterId ALIVE = ClusterId.of("default", "alive");
        private static final ClusterId DEAD = ClusterId.of("default", "dead");
        private static final String MAIN = "io.savepoint.examples.job.CounterJob";
        private static final Path JAR = Path.of(System.getProperty("counter.job.jar"));

        private final PlainFlinkRest rest = new PlainFlinkRest(flink.restUrl());
        private final String jarId = rest.upload(JAR);
        private final URI nobody = nobody();
        private final FlinkRestTransport transport =
                FlinkRestTransport.create(cluster -> cluster.equals(DEAD) ? nobody : flink.restUrl());
        private final RestJobLauncher launcher = RestJobLauncher.create(transport);

        RealFlink() throws Exception {}

        /** Where nobody listens any more. */
        private static URI nobody() throws Exception {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return URI.create("http://127.0.0.1:" + socket.getLocalPort());
            }
        }

        @Override
        public FlinkTransport transport() {
            return transport;
        }

        @Override
        public ClusterId cluster() {
            return ALIVE;
        }

        @Override
        public Optional<ClusterId> unreachableCluster() {
            return Optional.of(DEAD);
        }

        @Override
        public JobId startJob() throws Exception {
            return JobId.of(rest.run(jarId, List.of(), null));
        }

        @Override
        public JobId startFailingJob() throws Exception {
            CounterJobControl control =
                    CounterJobControl.in(flink.workDirectory().resolve("failing"));
            control.failNow();
            return JobId.of(
                    rest.run(jarId, List.of("--control-dir", control.directory().toString()), null));
        }

        @Override
        public Optional<String> failureWords() {
            return Optional.of(" <- IllegalStateException: told to fail by ");
        }

        @Override
        public Optional<JobLauncher> launcher() {
            return Optional.of(launcher);
        }

        @Override
        public JobSpec jobSpec() {
            return JobSpec.builder().jarFile(JAR.toString()).className(MAIN).build();
        }

        @Override
        public String savepointDirectory() {
            return flink.savepointDirectory().toUri().toString();
        }

        @Override
        public void pause(Duration duration) throws InterruptedException {
            Thread.sleep(duration.toMillis());
        }
    }
}
