package io.savepoint.examples.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.SavepointException;
import io.savepoint.SavepointManager;
import io.savepoint.examples.cluster.LocalFlink;
import io.savepoint.examples.it.FlinkWorld.Taken;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.JobState;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointResult;
import io.savepoint.model.SavepointState;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A real Flink without high availability whose processes are killed while a savepoint is being taken. Every request gets
 * its answer, and the job comes back from the last recorded savepoint.
 */
@ParameterizedClass(name = "Flink {0}")
@CsvSource({"1.20, flink.lib.1.20", "2.3, flink.lib.2.3"})
@Timeout(180)
class DyingFlinkIT {
    private static LocalFlink flink;

    @Parameter(0)
    String version;

    @Parameter(1)
    String libProperty;

    @TempDir
    Path directory;

    private FlinkWorld world;
    private SavepointManager manager;
    private Taken recorded;
    private String firstRun;
    private long generation;

    @BeforeParameterizedClassInvocation
    static void start(String version, String libProperty) throws Exception {
        flink = LocalFlink.builder(Path.of(System.getProperty(libProperty)))
                // Until a dead TaskManager is noticed; 50 s by default.
                .config("heartbeat.interval", "500")
                .config("heartbeat.timeout", "5000")
                .start();
    }

    @AfterParameterizedClassInvocation
    static void close() {
        if (flink != null) {
            flink.close();
        }
    }

    @BeforeEach
    void world() throws Exception {
        beginIn(FlinkWorld.inMemory(flink, directory));
    }

    /** Starts a job and takes a savepoint of it, as every test here needs it. */
    void beginIn(FlinkWorld fresh) throws Exception {
        world = fresh;
        manager = world.startJob(world.spec());
        recorded = world.take(manager);
        firstRun = world.jobId();
        generation = world.generation();
    }

    @AfterEach
    void end() throws Exception {
        world.close();
    }

    @Test
    void a_killed_JobManager_fails_the_savepoint_and_the_lost_job_restarts_and_serves_what_waited() throws Exception {
        world.control.blockSnapshots();
        world.annotate(ControlRequest.SAVEPOINT);
        awaitSnapshotBegun();
        // Waits for its turn behind the annotation.
        world.askByGeneration();

        world.flink().killJobManager();
        world.awaitOperationLooks(1);
        assertThat(world.controlIs(ControlState.IN_PROGRESS))
                .as("nothing is decided while Flink cannot be asked: %s", world.status())
                .isTrue();
        world.flink().restart();

        world.await("the control to fail", () -> world.controlIs(ControlState.FAILED));
        world.control.unblockSnapshots();
        assertThat(world.controlStatus().message().orElse("")).contains("lost");
        assertThat(world.state().control()).isEmpty();
        assertThat(world.status().savepoint()).hasValueSatisfying(savepoint -> {
            assertThat(savepoint.state()).isEqualTo(SavepointState.FAILED);
            assertThat(savepoint.message().orElse("")).contains("lost");
        });
        assertThat(world.events).anySatisfy(event -> assertThat(event.type()).isEqualTo(SavepointEvent.Type.JOB_LOST));
        assertRestartedFromTheRecordedSavepoint();
        assertThat(world.rest.states()).containsOnlyKeys(world.jobId());

        world.await("the generation", () -> world.generation() == generation + 1 && world.isIdle());
        world.annotate(ControlRequest.SAVEPOINT);
        world.await("the next control to succeed", () -> world.controlIs(ControlState.SUCCEEDED));
        world.awaitLooks(3);
        Taken taken =
                world.latest(world.jobId(), world.job().savepointLocation().orElseThrow());
        world.assertRecorded(taken.location(), generation + 2);
        assertThat(taken.snapshot().jobId()).isEqualTo(world.jobId());
        // What the lost savepoint left is not finished.
        assertThat(world.onDisk().values().stream().filter(finished -> finished))
                .hasSize((int) generation + 2);
    }

    @Test
    void a_killed_TaskManager_fails_the_savepoint_and_the_job_which_restarts() throws Exception {
        world.control.blockSnapshots();
        CompletableFuture<SavepointResult> call = manager.takeSavepoint(FlinkWorld.ORDERS);
        awaitSnapshotBegun();
        world.flink().killTaskManager();
        world.control.unblockSnapshots();

        assertThatThrownBy(() -> call.get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(SavepointException.class)
                .hasMessageContaining("failed: ");
        world.await(
                "the failure",
                () -> world.jobState() != JobState.RUNNING || !world.jobId().equals(firstRun));
        assertThat(world.status().savepoint()).hasValueSatisfying(savepoint -> {
            assertThat(savepoint.state()).isEqualTo(SavepointState.FAILED);
            assertThat(savepoint.message().orElse("")).isNotBlank();
        });
        world.flink().startTaskManager();
        assertRestartedFromTheRecordedSavepoint();

        world.askByGeneration();
        world.await("the generation", () -> world.generation() == generation + 1 && world.isIdle());
        world.assertRecorded(world.job().savepointLocation().orElseThrow(), generation + 1);
    }

    private void awaitSnapshotBegun() throws Exception {
        int before = (int) generation;
        world.await(
                "the snapshot to begin", () -> world.control.snapshots(firstRun).size() > before);
        world.awaitOperationLooks(1);
    }

    private void assertRestartedFromTheRecordedSavepoint() throws Exception {
        world.awaitRestartAfter(firstRun);
        world.assertRestoredFrom(recorded);
        assertThat(world.job().restartCount()).isEqualTo(1);
        assertThat(world.livingJobs()).isEqualTo(1);
    }
}
