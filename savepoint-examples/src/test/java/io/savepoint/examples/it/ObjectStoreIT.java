package io.savepoint.examples.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.SavepointException;
import io.savepoint.SavepointManager;
import io.savepoint.examples.cluster.Await;
import io.savepoint.examples.cluster.LocalFlink;
import io.savepoint.examples.cluster.LocalS3;
import io.savepoint.examples.it.FlinkWorld.Taken;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.DisposalObservation;
import io.savepoint.model.HistoryEntry;
import io.savepoint.model.JobState;
import io.savepoint.model.SavepointResult;
import io.savepoint.model.SavepointState;
import io.savepoint.model.TriggerId;
import io.savepoint.policy.RetentionPolicy;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A manager on a real Flink that keeps its savepoints in a store of objects, by Flink's own file system for S3. */
@ParameterizedClass(name = "Flink {0}")
@ValueSource(strings = {"1.20", "2.3"})
@Tag("s3")
@Timeout(180)
class ObjectStoreIT {
    private static final String OTHER_SECRET = "closesesame";

    @TempDir
    static Path ofServer;

    private static LocalS3 s3;
    private static LocalFlink flink;

    @Parameter
    String version;

    @TempDir
    Path directory;

    private FlinkWorld world;
    private String savepoints;

    @BeforeAll
    static void startServer() throws Exception {
        s3 = LocalS3.start(ofServer, "savepoints", "locked");
    }

    @AfterAll
    static void closeServer() throws Exception {
        if (s3 != null) {
            s3.close();
        }
    }

    @BeforeParameterizedClassInvocation
    static void startFlink(String version) throws Exception {
        flink = LocalFlink.builder(Path.of(System.getProperty("flink.lib." + version)))
                .plugins(Path.of(System.getProperty("flink.plugins." + version)))
                .config("s3.endpoint", s3.endpoint())
                .config("s3.path.style.access", "true")
                .config("s3.access-key", LocalS3.ACCESS_KEY)
                .config("s3.secret-key", LocalS3.SECRET_KEY)
                .config("fs.s3a.endpoint.region", "us-east-1")
                .config("fs.s3a.bucket.locked.secret.key", OTHER_SECRET)
                // So that whatever fails does so in seconds.
                .config("fs.s3a.attempts.maximum", "2")
                .config("fs.s3a.retry.limit", "2")
                // With these a savepoint has files beside its _metadata, however small the state, written by the
                // TaskManager.
                .config("execution.checkpointing.storage", "filesystem")
                .config("execution.checkpointing.dir", "s3://savepoints/checkpoints")
                .config("execution.checkpointing.data-inline-threshold", "0")
                .start();
    }

    @AfterParameterizedClassInvocation
    static void closeFlink() {
        if (flink != null) {
            flink.close();
        }
    }

    @BeforeEach
    void world() throws Exception {
        world = FlinkWorld.inMemory(flink, directory);
        savepoints = "s3://savepoints/" + directory.getFileName();
    }

    @AfterEach
    void end() throws Exception {
        world.close();
    }

    private SavepointManager startJob() throws Exception {
        return world.startJob(world.spec().savepointsDir(savepoints));
    }

    /** Asserts that a savepoint is recorded as where it is, and that all of it is there. */
    private void assertStored(String location) throws Exception {
        assertThat(location).startsWith(savepoints + "/savepoint-");
        assertThat(world.job().savepointLocation()).contains(location);
        assertThat(world.status().savepoint().orElseThrow().state()).isEqualTo(SavepointState.SUCCEEDED);
        assertComplete(location);
    }

    private void assertComplete(String location) throws Exception {
        assertThat(s3.list(location)).contains("_metadata").hasSizeGreaterThan(1);
    }

    private void assertGoesOn(String job) throws Exception {
        world.awaitLooks(3);
        assertThat(world.jobId()).isEqualTo(job);
        assertThat(world.jobState()).isEqualTo(JobState.RUNNING);
        assertThat(world.rest.states()).containsEntry(job, "RUNNING");
    }

    @Test
    void a_failed_job_restarts_from_a_savepoint_in_the_store() throws Exception {
        SavepointManager manager = startJob();
        Taken earlier = world.take(manager);
        Taken taken = world.take(manager);
        assertThat(taken.snapshot().counts()).isNotEqualTo(earlier.snapshot().counts());
        assertStored(taken.location());

        String failed = world.jobId();
        world.control.failNow();
        world.awaitRestartAfter(failed);
        world.assertRestoredFrom(taken);
    }

    @Test
    void a_stop_saves_the_state_in_the_store_and_a_start_takes_it_from_there() throws Exception {
        SavepointManager manager = startJob();
        world.take(manager);
        String job = world.jobId();

        SavepointResult result = manager.stopWithSavepoint(FlinkWorld.ORDERS).get(60, TimeUnit.SECONDS);
        assertThat(world.jobState()).isEqualTo(JobState.CANCELLED);
        assertThat(world.rest.states()).containsEntry(job, "FINISHED");
        assertStored(result.location());

        Taken taken = world.latest(job, result.location());
        manager.restoreFrom(FlinkWorld.ORDERS, result.location()).get(60, TimeUnit.SECONDS);
        world.awaitRunning();
        world.assertRestoredFrom(taken);
    }

    @Test
    void what_is_disposed_of_leaves_nothing_in_the_store() throws Exception {
        world.put(world.spec().savepointsDir(savepoints));
        SavepointManager manager = world.start(world.builder().retention(RetentionPolicy.keepAtMost(1)));
        world.awaitRunning();
        Taken old = world.take(manager);
        assertThat(s3.list(savepoints)).isNotEmpty();
        Taken kept = world.take(manager);
        world.await(
                "the disposal",
                () -> world.status().bookkeeping().savepointHistory().size() == 1);

        assertThat(world.status().bookkeeping().savepointHistory())
                .extracting(HistoryEntry::location)
                .containsExactly(kept.location());
        assertThat(s3.list(old.location())).isEmpty();
        assertStored(kept.location());
        String name = kept.location().substring(savepoints.length() + 1) + "/";
        assertThat(s3.list(savepoints)).allSatisfy(object -> assertThat(object).startsWith(name));

        assertThat(dispose(old.location())).isInstanceOf(DisposalObservation.Missing.class);
        assertComplete(kept.location());
    }

    private DisposalObservation dispose(String location) throws Exception {
        TriggerId disposal = world.transport
                .triggerDisposal(FlinkWorld.ORDERS, location)
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
        return Await.answer(
                "the end of the disposal",
                FlinkWorld.TIMEOUT,
                () -> Optional.of(world.transport
                                .observeDisposal(FlinkWorld.ORDERS, disposal)
                                .toCompletableFuture()
                                .get(60, TimeUnit.SECONDS))
                        .filter(seen -> !(seen instanceof DisposalObservation.InProgress)));
    }

    @ParameterizedTest
    @EnumSource
    void a_store_that_refuses_fails_the_request_and_not_the_job(Refusal refusal) throws Exception {
        SavepointManager manager = startJob();
        String job = world.jobId();
        world.edit(spec -> spec.savepointsDir(refusal.directory()));

        world.annotate(ControlRequest.SAVEPOINT);
        world.await("the control to fail", () -> world.controlIs(ControlState.FAILED));
        refusal.assertTold(world.controlStatus().message().orElseThrow());
        assertThat(world.status().savepoint().orElseThrow().state()).isEqualTo(SavepointState.FAILED);
        assertGoesOn(job);

        assertRefused(refusal, manager.stopWithSavepoint(FlinkWorld.ORDERS));
        assertGoesOn(job);
        assertThat(world.job().savepointLocation()).isEmpty();
        assertThat(world.generation()).isZero();

        world.edit(spec -> spec.savepointsDir(savepoints));
        assertStored(manager.takeSavepoint(FlinkWorld.ORDERS)
                .get(60, TimeUnit.SECONDS)
                .location());
        assertThat(world.jobId()).isEqualTo(job);
    }

    @ParameterizedTest
    @EnumSource
    void a_restore_from_a_store_that_refuses_brings_the_job_back(Refusal refusal) throws Exception {
        SavepointManager manager = startJob();
        Taken recorded = world.take(manager);
        String first = world.jobId();

        assertRefused(refusal, manager.restoreFrom(FlinkWorld.ORDERS, refusal.savepoint()));
        world.await("the job to come back", () -> !world.jobId().equals(first) && world.jobState() == JobState.RUNNING);
        world.awaitRunning();
        world.assertRestoredFrom(recorded);
    }

    @ParameterizedTest
    @EnumSource
    void what_a_store_that_refuses_may_have_is_not_taken_for_gone(Refusal refusal) throws Exception {
        assertThat(dispose(refusal.savepoint()))
                .isInstanceOfSatisfying(
                        DisposalObservation.Failed.class, failed -> refusal.assertTold(failed.reason()));
    }

    private static void assertRefused(Refusal refusal, CompletableFuture<?> call) {
        assertThatThrownBy(() -> call.get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(SavepointException.class)
                .satisfies(failure -> refusal.assertTold(failure.getMessage()));
    }

    /** Why a store has no part in what Flink wants of it. */
    private enum Refusal {
        NO_SUCH_BUCKET("absent", "bucket does not exist"),
        WRONG_SECRET("locked", "AccessDeniedException");

        private final String bucket;
        private final String cause;

        Refusal(String bucket, String cause) {
            this.bucket = bucket;
            this.cause = cause;
        }

        String directory() {
            return "s3://" + bucket + "/savepoints";
        }

        String savepoint() {
            return directory() + "/savepoint-old";
        }

        /** Asserts that a message says where and why, and nothing that is to be kept secret. */
        void assertTold(String message) {
            assertThat(message)
                    .contains(directory())
                    .contains(cause)
                    .doesNotContain(LocalS3.ACCESS_KEY, LocalS3.SECRET_KEY, OTHER_SECRET);
        }
    }
}
