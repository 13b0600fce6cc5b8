package io.savepoint.examples.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.examples.cluster.Await;
import io.savepoint.examples.cluster.CounterJobControl;
import io.savepoint.examples.cluster.EveryFlink;
import io.savepoint.examples.cluster.PlainFlinkRest;
import io.savepoint.flink.rest.Checkpoint;
import io.savepoint.flink.rest.CheckpointObservation;
import io.savepoint.flink.rest.CheckpointStatistics;
import io.savepoint.flink.rest.CheckpointType;
import io.savepoint.flink.rest.ClaimMode;
import io.savepoint.flink.rest.DisposalFailedException;
import io.savepoint.flink.rest.FlinkCapabilities;
import io.savepoint.flink.rest.FlinkRestTransport;
import io.savepoint.flink.rest.JarRunRequest;
import io.savepoint.flink.rest.SavepointOptions;
import io.savepoint.flink.rest.UploadedJar;
import io.savepoint.model.ClusterId;
import io.savepoint.model.DisposalObservation;
import io.savepoint.model.JobId;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.JobLauncher.Outcome;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every operation of the REST transport that the manager does not need for itself, once on a real Flink. */
@Timeout(120)
class FlinkRestBreadthIT extends EveryFlink {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final List<JobId> started = new ArrayList<>();
    private FlinkRestTransport transport;
    private ClusterId cluster;
    private PlainFlinkRest rest;
    private String jar;

    @BeforeEach
    void upload() throws Exception {
        transport = FlinkRestTransport.at(flink.restUrl().toString());
        cluster = transport.cluster();
        rest = new PlainFlinkRest(flink.restUrl());
        jar = get(transport.jars().upload(cluster, Path.of(System.getProperty("counter.job.jar"))));
    }

    @AfterEach
    void cancel() throws Exception {
        for (JobId job : started) {
            if (rest.states().getOrDefault(job.hex(), "FAILED").equals("RUNNING")) {
                rest.cancel(job.hex());
            }
        }
        get(transport.jars().delete(cluster, jar));
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    private JobId run(JarRunRequest request) throws Exception {
        started.add(request.jobId());
        assertThat(get(transport.jars().run(cluster, jar, request))).isEqualTo(Outcome.SUBMITTED);
        return request.jobId();
    }

    private JobId runUntilItRuns(JarRunRequest request) throws Exception {
        JobId job = run(request);
        rest.awaitRunning(job.hex());
        return job;
    }

    private String savepoints() {
        return directory.resolve("savepoints").toUri().toString();
    }

    private static Path path(String location) {
        return Path.of(URI.create(location));
    }

    private CheckpointStatistics statisticsWith(JobId job, long checkpoint) throws Exception {
        return Await.answer(
                "statistics with checkpoint " + checkpoint,
                TIMEOUT,
                () -> Optional.of(get(transport.checkpoints().statistics(cluster, job)))
                        .filter(statistics -> statistics
                                .latestCompleted()
                                .filter(latest -> latest.id() == checkpoint)
                                .isPresent()));
    }

    @Test
    void triggers_a_checkpoint_that_a_job_starts_from() throws Exception {
        JobId job = runUntilItRuns(JarRunRequest.builder()
                .flinkConfiguration(Map.of(
                        "state.checkpoints.dir",
                        directory.resolve("checkpoints").toUri().toString(),
                        "execution.checkpointing.externalized-checkpoint-retention",
                        "RETAIN_ON_CANCELLATION"))
                .build());
        TriggerId trigger = TriggerId.random(new SecureRandom());
        assertThat(get(transport.checkpoints().observe(cluster, job, trigger)))
                .isEqualTo(new CheckpointObservation.Unknown());
        for (int i = 0; i < 2; i++) {
            assertThat(get(transport.checkpoints().trigger(cluster, job, CheckpointType.FULL, trigger)))
                    .isEqualTo(trigger);
        }
        CheckpointObservation end = Await.answer(
                "the checkpoint",
                TIMEOUT,
                () -> Optional.of(get(transport.checkpoints().observe(cluster, job, trigger)))
                        .filter(seen -> !(seen instanceof CheckpointObservation.InProgress)));
        assertThat(end).isEqualTo(new CheckpointObservation.Completed(1));

        CheckpointStatistics statistics = statisticsWith(job, 1);
        assertThat(statistics.counts()).isEqualTo(new CheckpointStatistics.Counts(0, 1, 0, 1, 0));
        Checkpoint checkpoint = statistics.latestCompleted().orElseThrow();
        assertThat(checkpoint.kind()).isEqualTo(Checkpoint.Kind.CHECKPOINT);
        assertThat(checkpoint.stateSize().orElseThrow()).isPositive();
        assertThat(checkpoint.isRestorable()).isTrue();
        assertThat(statistics.history()).containsExactly(checkpoint);

        rest.cancel(job.hex());
        String retained =
                get(transport.checkpoints().latestRetainedPath(cluster, job)).orElseThrow();
        assertThat(checkpoint.path()).contains(retained);
        assertThat(path(retained).resolve("_metadata")).isNotEmptyFile();
        JobId next = runUntilItRuns(JarRunRequest.builder()
                .savepointPath(retained)
                .claimMode(ClaimMode.NO_CLAIM)
                .build());
        assertThat(get(transport.checkpoints().statistics(cluster, next)).latestRestored())
                .hasValueSatisfying(restored -> assertThat(restored.path()).contains(retained));
    }

    @Test
    void runs_a_jar_that_claims_a_savepoint() throws Exception {
        JobId first = runUntilItRuns(JarRunRequest.builder().build());
        SavepointOptions options = SavepointOptions.into(savepoints()).withFormat(SavepointFormat.NATIVE);
        String location = get(transport.stopJob(cluster, first, options, false)).location();
        assertThat(rest.state(first.hex())).isEqualTo("FINISHED");
        assertThat(get(transport.checkpoints().statistics(cluster, first)).latestSavepoint())
                .hasValueSatisfying(savepoint -> {
                    assertThat(savepoint.kind()).isEqualTo(Checkpoint.Kind.STOP);
                    assertThat(savepoint.format()).contains(SavepointFormat.NATIVE);
                    assertThat(savepoint.path()).contains(location);
                });

        JarRunRequest request = JarRunRequest.builder()
                .entryClass("io.savepoint.examples.job.CounterJob")
                .args(List.of("--keys", "4"))
                .parallelism(1)
                .savepointPath(location)
                .claimMode(ClaimMode.CLAIM)
                .flinkConfiguration(Map.of("pipeline.name", "claimed"))
                .build();
        JobId second = runUntilItRuns(request);
        assertThat(get(transport.jars().run(cluster, jar, request))).isEqualTo(Outcome.ALREADY_SUBMITTED);
        assertThat(get(transport.checkpoints().statistics(cluster, second)).latestRestored())
                .hasValueSatisfying(restored -> {
                    assertThat(restored.path()).contains(location);
                    assertThat(restored.savepoint()).isFalse();
                });
    }

    @Test
    void lists_and_deletes_jars() throws Exception {
        assertThat(get(transport.jars().list(cluster)))
                .filteredOn(listed -> listed.id().equals(jar))
                .singleElement()
                .satisfies(listed ->
                        assertThat(listed.entryClasses()).containsExactly("io.savepoint.examples.job.CounterJob"));
        get(transport.jars().delete(cluster, jar));
        get(transport.jars().delete(cluster, jar));
        assertThat(get(transport.jars().list(cluster)))
                .extracting(UploadedJar::id)
                .doesNotContain(jar);
        assertThatThrownBy(() -> transport
                        .jars()
                        .run(cluster, jar, JarRunRequest.builder().build())
                        .join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(FlinkRefusedException.class)
                .hasMessageContaining("upload it first");
    }

    @Test
    void disposes_of_a_savepoint() throws Exception {
        JobId job = runUntilItRuns(JarRunRequest.builder().build());
        String location =
                get(transport.takeSavepoint(cluster, job, savepoints())).location();
        assertThat(path(location).resolve("_metadata")).isNotEmptyFile();
        assertThat(get(transport.disposeSavepoint(location))).isEqualTo(new DisposalObservation.Done());
        assertThat(path(location)).doesNotExist();
        assertThat(get(transport.disposeSavepoint(location))).isInstanceOf(DisposalObservation.Missing.class);

        Path empty = Files.createDirectory(directory.resolve("empty"));
        assertThatThrownBy(() ->
                        transport.disposeSavepoint(empty.toUri().toString()).join())
                .cause()
                .isInstanceOf(DisposalFailedException.class)
                .hasMessageContainingAll("not disposed of", "Cannot find meta data file '_metadata' in directory");
        assertThat(empty).exists();
    }

    private String cause(JobId job) throws Exception {
        return Await.answer(
                "the cause of the failure of " + job, TIMEOUT, () -> get(transport.failureCause(cluster, job)));
    }

    @Test
    void tells_why_jobs_failed() throws Exception {
        CounterJobControl control = CounterJobControl.in(directory.resolve("control"));
        JobId job = runUntilItRuns(JarRunRequest.builder()
                .args(List.of("--control-dir", control.directory().toString()))
                .build());
        String location =
                get(transport.takeSavepoint(cluster, job, savepoints())).location();
        control.failNow();
        rest.awaitState(job.hex(), "FAILED");
        assertThat(cause(job)).contains("IllegalStateException: told to fail by ");

        // Flink accepts this one, and finds out when it restores the state.
        JobId other = run(JarRunRequest.builder()
                .args(List.of("--count-as-text"))
                .savepointPath(location)
                .build());
        rest.awaitState(other.hex(), "FAILED");
        assertThat(cause(other)).contains("StateMigrationException: ").hasSizeLessThanOrEqualTo(1000);
    }

    @Test
    void tells_what_the_version_can_do() throws Exception {
        FlinkCapabilities capabilities = get(transport.capabilities(cluster));
        assertThat(capabilities.version()).startsWith(version + ".");
        assertThat(capabilities)
                .isEqualTo(new FlinkCapabilities(
                        rest.version(), true, capabilities.formats(), true, true, true, true, true));
    }
}
