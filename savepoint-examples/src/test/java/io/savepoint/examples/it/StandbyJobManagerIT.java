package io.savepoint.examples.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.examples.cluster.Await;
import io.savepoint.examples.cluster.HighlyAvailableFlink;
import io.savepoint.examples.cluster.PlainFlinkRest;
import io.savepoint.flink.rest.FlinkRestTransport;
import io.savepoint.flink.rest.JarRunRequest;
import io.savepoint.flink.rest.RestJobLauncher;
import io.savepoint.model.DisposalObservation;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobSpec;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.JobLauncher.Outcome;
import io.savepoint.spi.LaunchRequest;
import io.savepoint.spi.SavepointRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What a JobManager that does not lead knows, which a Service may lead to as well as to the one that does. */
@Tag("ha")
@ParameterizedClass(name = "Flink {0}")
@ValueSource(strings = {"1.20", "2.3"})
@Timeout(180)
class StandbyJobManagerIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static HighlyAvailableFlink flink;

    @Parameter
    String version;

    @TempDir
    Path directory;

    private final Random random = new Random();
    private final Path jar = Path.of(System.getProperty("counter.job.jar"));
    private FlinkRestTransport leader;
    private FlinkRestTransport standby;
    private PlainFlinkRest rest;
    private JobId job;

    @BeforeParameterizedClassInvocation
    static void start(String version) throws Exception {
        flink = HighlyAvailableFlink.start(Path.of(System.getProperty("flink.lib." + version)));
    }

    @AfterParameterizedClassInvocation
    static void close() throws Exception {
        if (flink != null) {
            flink.close();
        }
    }

    @BeforeEach
    void a_job_that_was_submitted_to_the_leader() throws Exception {
        leader = FlinkRestTransport.at(flink.leader().toString());
        standby = FlinkRestTransport.at(flink.standby().toString());
        rest = new PlainFlinkRest(flink.leader());
        job = JobId.random(random);
        RestJobLauncher.create(leader)
                .launch(leader.cluster(), LaunchRequest.of(job, spec()))
                .join();
        rest.awaitRunning(job.hex());
    }

    @AfterEach
    void cancel() throws Exception {
        rest.cancel(job.hex());
    }

    @Test
    void it_answers_for_the_leader_and_knows_savepoints_that_the_leader_was_asked_for() throws Exception {
        assertThat(standby.observeJob(standby.cluster(), job).join())
                .isInstanceOfSatisfying(
                        JobObservation.Found.class,
                        found -> assertThat(found.readyForSavepoint()).isTrue());

        String atLeader = save(leader, standby);
        String atStandby = save(standby, leader);

        assertThat(directory).isDirectoryContaining(path -> path.equals(FlinkWorld.path(atLeader)));
        try (Stream<Path> savepoints = Files.list(directory)) {
            assertThat(savepoints).containsExactlyInAnyOrder(FlinkWorld.path(atLeader), FlinkWorld.path(atStandby));
        }
    }

    @Test
    void it_does_not_have_the_jars_of_the_leader_and_submits_its_own_to_it() {
        String jarOfLeader = leader.jars().upload(leader.cluster(), jar).join();
        assertThatThrownBy(() -> run(standby, jarOfLeader).join()).hasMessageContaining("does not exist");

        String jarOfStandby = standby.jars().upload(standby.cluster(), jar).join();
        assertThatThrownBy(() -> run(leader, jarOfStandby).join()).hasMessageContaining("does not exist");
        assertThat(run(standby, jarOfStandby).join()).isEqualTo(Outcome.SUBMITTED);
    }

    @Test
    void it_does_not_know_disposals_of_the_leader() throws Exception {
        String location = save(leader, leader);
        TriggerId disposal = leader.triggerDisposal(leader.cluster(), location).join();
        Await.answer(
                "the disposal",
                TIMEOUT,
                () -> Optional.of(leader.observeDisposal(leader.cluster(), disposal)
                                .join())
                        .filter(DisposalObservation.Done.class::isInstance));
        assertThat(standby.observeDisposal(standby.cluster(), disposal).join())
                .isEqualTo(new DisposalObservation.Unknown());
        assertThat(standby.disposeSavepoint(location).join()).isInstanceOf(DisposalObservation.Missing.class);
    }

    @Test
    void launches_and_disposals_behind_one_address_come_to_their_end() throws Exception {
        FlinkRestTransport either = FlinkRestTransport.at(flink.url().toString());
        List<Object> launched = new ArrayList<>();
        List<Object> disposed = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            // A transport has connections of its own.
            FlinkRestTransport fresh = FlinkRestTransport.at(flink.url().toString());
            launched.add(RestJobLauncher.create(fresh)
                    .launch(fresh.cluster(), LaunchRequest.of(JobId.random(random), boundedSpec()))
                    .<Object>thenApply(outcome -> outcome)
                    .exceptionally(Throwable::getMessage)
                    .join());
            disposed.add(fresh.disposeSavepoint(save(either, fresh))
                    .<Object>thenApply(done -> done.getClass().getSimpleName())
                    .exceptionally(Throwable::getMessage)
                    .join());
        }
        System.out.println("ha: " + version + " behind one address: " + launched + " " + disposed);
        assertThat(launched).containsOnly(Outcome.SUBMITTED);
        assertThat(disposed).containsAnyOf("Done", "Missing");
    }

    /** Asks one for a savepoint, and then once more the other one under the same id, and waits for its end there. */
    private String save(FlinkRestTransport first, FlinkRestTransport other) throws Exception {
        TriggerId trigger = TriggerId.random(random);
        SavepointRequest request = new SavepointRequest(
                job, trigger, Optional.of(directory.toUri().toString()), SavepointFormat.CANONICAL);
        assertThat(first.triggerSavepoint(first.cluster(), request).join()).isEqualTo(trigger);
        assertThat(other.triggerSavepoint(other.cluster(), request).join()).isEqualTo(trigger);
        return Await.answer("the savepoint at the other JobManager", TIMEOUT, () -> {
            OperationObservation seen =
                    other.observeOperation(other.cluster(), job, trigger).join();
            assertThat(seen)
                    .isInstanceOfAny(OperationObservation.InProgress.class, OperationObservation.Completed.class);
            return Optional.of(seen)
                    .filter(OperationObservation.Completed.class::isInstance)
                    .map(done -> ((OperationObservation.Completed) done).location());
        });
    }

    private CompletableFuture<Outcome> run(FlinkRestTransport where, String jarId) {
        JarRunRequest bounded = JarRunRequest.builder()
                .jobId(JobId.random(random))
                .entryClass("io.savepoint.examples.job.CounterJob")
                .args(List.of("--records", "10"))
                .build();
        return where.jars().run(where.cluster(), jarId, bounded);
    }

    private JobSpec spec() {
        return JobSpec.builder()
                .className("io.savepoint.examples.job.CounterJob")
                .jarFile(jar.toString())
                .build();
    }

    private static JobSpec boundedSpec() {
        return JobSpec.builder()
                .className("io.savepoint.examples.job.CounterJob")
                .jarFile(System.getProperty("counter.job.jar"))
                .addArgs("--records", "10")
                .build();
    }
}
