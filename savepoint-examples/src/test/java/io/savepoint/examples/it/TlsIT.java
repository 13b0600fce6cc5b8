package io.savepoint.examples.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.savepoint.examples.cluster.Await;
import io.savepoint.examples.cluster.CounterJobControl;
import io.savepoint.examples.cluster.LocalFlink;
import io.savepoint.examples.cluster.SelfSigned;
import io.savepoint.flink.rest.FlinkRestConfig;
import io.savepoint.flink.rest.FlinkRestTransport;
import io.savepoint.flink.rest.FlinkTls;
import io.savepoint.flink.rest.RestJobLauncher;
import io.savepoint.flink.rest.TakenSavepoint;
import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobSpec;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.LaunchRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Flink's own TLS, without and with certificates of its clients. */
@Timeout(180)
class TlsIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final JobId JOB = JobId.of("ab".repeat(16));

    @TempDir
    static Path certificates;

    private static SelfSigned server;
    private static SelfSigned client;

    @TempDir
    Path directory;

    @BeforeAll
    static void make() throws Exception {
        server = SelfSigned.in(certificates, "server");
        client = SelfSigned.in(certificates, "client");
    }

    private static LocalFlink.Builder flink(String version) throws Exception {
        return LocalFlink.builder(Path.of(System.getProperty("flink.lib." + version)))
                .restTls(client.contextTrusting(server))
                .config("security.ssl.rest.keystore", server.keyStore().toString())
                .config("security.ssl.rest.keystore-password", SelfSigned.PASSWORD)
                .config("security.ssl.rest.key-password", SelfSigned.PASSWORD);
    }

    private static FlinkRestTransport transport(LocalFlink flink, FlinkTls.Builder tls) {
        return FlinkRestTransport.at(
                flink.restUrl().toString(),
                FlinkRestConfig.builder().tls(tls.build()).build());
    }

    private static void assertNotTrusted(FlinkRestTransport transport, String message) {
        Throwable failure = catchThrowable(() -> answer(transport.flinkVersion(transport.cluster())));
        assertThat(failure)
                .cause()
                .isInstanceOf(FlinkUnreachableException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest(name = "Flink {0}")
    @ValueSource(strings = {"1.20", "2.3"})
    void a_trusted_flink_runs_a_job_and_saves_it(String version) throws Exception {
        try (LocalFlink flink = flink(version).start()) {
            assertNotTrusted(
                    FlinkRestTransport.at(flink.restUrl().toString()), "not signed by a CA that is trusted here");
            FlinkRestTransport transport = transport(flink, FlinkTls.builder().trustCertificates(server.certificate()));
            launch(transport);
            TakenSavepoint savepoint = answer(transport.takeSavepoint(
                    JOB, flink.savepointDirectory().toUri().toString()));
            assertThat(savepoint.location()).contains("savepoint-" + JOB.hex().substring(0, 6));
        }
    }

    private void launch(FlinkRestTransport transport) throws Exception {
        JobSpec spec = JobSpec.builder()
                .jarFile(System.getProperty("counter.job.jar"))
                .addArgs(
                        "--control-dir",
                        CounterJobControl.in(directory.resolve("control"))
                                .directory()
                                .toString())
                .build();
        ClusterId cluster = transport.cluster();
        answer(RestJobLauncher.create(transport).launch(cluster, LaunchRequest.of(JOB, spec)));
        Await.answer(
                "the job to run",
                TIMEOUT,
                () -> Optional.of(answer(transport.observeJob(cluster, JOB)))
                        .filter(seen -> seen instanceof JobObservation.Found found && found.allTasksRunning()));
    }

    @ParameterizedTest(name = "Flink {0}")
    @ValueSource(strings = {"1.20", "2.3"})
    void a_flink_that_wants_certificates_gets_one(String version) throws Exception {
        try (LocalFlink flink = flink(version)
                .config("security.ssl.rest.authentication-enabled", "true")
                .config("security.ssl.rest.truststore", client.trustStore().toString())
                .config("security.ssl.rest.truststore-password", SelfSigned.PASSWORD)
                .start()) {
            FlinkTls.Builder tls = FlinkTls.builder().trustCertificates(server.certificate());
            assertNotTrusted(transport(flink, tls), "client certificate");
            FlinkRestTransport transport = transport(flink, tls.clientCertificate(client.certificate(), client.key()));
            assertThat(answer(transport.flinkVersion(transport.cluster())))
                    .isEqualTo(System.getProperty("flink.version." + version));
            assertThat(answer(transport
                            .jars()
                            .upload(transport.cluster(), Path.of(System.getProperty("counter.job.jar")))))
                    .endsWith("_counter-job.jar");
        }
    }

    private static <T> T answer(CompletableFuture<T> future) throws Exception {
        return future.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }
}
