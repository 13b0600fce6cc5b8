package io.savepoint.examples.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.SavepointManager;
import io.savepoint.examples.cluster.EveryFlink;
import io.savepoint.examples.cluster.LocalFlink;
import io.savepoint.examples.it.FlinkWorld.Taken;
import io.savepoint.examples.it.FlinkWorld.User;
import io.savepoint.examples.it.MortalManager.Point;
import io.savepoint.examples.jdbc.JdbcClusterStateStore;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.JobState;
import io.savepoint.model.Launch;
import io.savepoint.model.Operation;
import io.savepoint.model.SavepointState;
import io.savepoint.model.TriggerId;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A manager is killed, by SIGKILL, at a chosen point of its work on a real Flink, and another one takes over from what it
 * left in the database: whatever was asked for happens once.
 */
@Timeout(120)
class KilledManagerIT extends EveryFlink {
    @TempDir
    Path directory;

    private String database;
    private JdbcClusterStateStore store;
    private FlinkWorld world;
    private Taken recorded;
    private long generation;
    private Set<Path> savepointsBefore;

    @BeforeEach
    void begin() throws Exception {
        beginOn(flink, directory);
    }

    /** Starts a job and takes a savepoint of it, and leaves it without a manager, as every test here needs it. */
    void beginOn(LocalFlink cluster, Path directory) throws Exception {
        database = "jdbc:h2:file:" + directory.resolve("savepoints-db") + ";AUTO_SERVER=TRUE";
        JdbcDataSource source = new JdbcDataSource();
        // Open for as long as this process has the store, which the others reach through it.
        source.setURL(database + ";DB_CLOSE_DELAY=-1");
        store = JdbcClusterStateStore.create(source);
        store.createTable();
        world = new FlinkWorld(cluster, directory, store, new User(store::putSpec, store::requestControl));
        try (SavepointManager first = world.startJob(world.spec())) {
            recorded = world.take(first);
        }
        generation = world.generation();
        savepointsBefore = Set.copyOf(world.onDisk().keySet());
    }

    @AfterEach
    void end() throws Exception {
        world.close();
        store.close();
        JdbcDataSource source = new JdbcDataSource();
        source.setURL(database);
        try (var connection = source.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("SHUTDOWN");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"INTENDED", "ACCEPTED", "IN_PROGRESS", "COMPLETED", "RECORDED"})
    void a_generation_is_one_savepoint(Point point) throws Exception {
        if (point == Point.IN_PROGRESS) {
            world.control.blockSnapshots();
        }
        world.askByGeneration();
        killManagerAt(point);
        TriggerId intended = intended(point);
        assertThat(world.onDisk()).hasSize(savepointsBefore.size() + (point == Point.INTENDED ? 0 : 1));

        world.start();
        if (point == Point.IN_PROGRESS) {
            world.awaitOperationLooks(2);
            world.control.unblockSnapshots();
        }
        assertOneSavepoint(intended);
    }

    @ParameterizedTest
    @EnumSource(names = {"INTENDED", "ACCEPTED", "COMPLETED", "RECORDED"})
    void an_annotation_is_one_savepoint(Point point) throws Exception {
        world.annotate(ControlRequest.SAVEPOINT);
        killManagerAt(point);
        TriggerId intended = intended(point);
        assertThat(world.state().control()).isEmpty();

        world.start();
        world.await("the control to succeed", () -> world.controlIs(ControlState.SUCCEEDED));
        assertOneSavepoint(intended);
        assertControlSucceeded();
    }

    @Test
    void an_annotation_that_was_accepted_and_not_removed_is_one_savepoint() throws Exception {
        world.annotate(ControlRequest.SAVEPOINT);
        killManagerAt(Point.CONTROL_ACCEPTED);
        assertThat(world.state().control()).contains(new ControlRequest(ControlRequest.SAVEPOINT));
        assertThat(world.controlStatus().state()).isEqualTo(ControlState.REQUESTED);

        world.start();
        world.await("the control to succeed", () -> world.controlIs(ControlState.SUCCEEDED));
        assertOneSavepoint(world.job().lastSavepointTriggerId().orElseThrow());
        assertControlSucceeded();
    }

    @Test
    void a_stop_is_one_savepoint_and_the_end() throws Exception {
        String job = world.jobId();
        world.annotate(ControlRequest.JOB_CANCEL);
        killManagerAt(Point.ACCEPTED);
        TriggerId intended = intended(Operation.Kind.STOP);

        world.start();
        world.await("the control to succeed", () -> world.controlIs(ControlState.SUCCEEDED));
        assertOneSavepoint(intended);
        assertControlSucceeded();
        assertThat(world.jobState()).isEqualTo(JobState.CANCELLED);
        assertThat(world.rest.states()).containsEntry(job, "FINISHED");
        assertThat(world.livingJobs()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"RUN_INTENDED", "RUN_SUBMITTED"})
    void a_failure_is_one_restart(Point point) throws Exception {
        String failed = world.jobId();
        Map<String, String> runsBefore = world.rest.states();
        world.control.failNow();
        killManagerAt(point);
        Launch launch = world.status().bookkeeping().launch().orElseThrow();
        assertThat(launch.kind()).isEqualTo(Launch.Kind.RESTART);

        world.start();
        world.awaitRestartAfter(failed);
        world.assertRestoredFrom(recorded);
        world.awaitLooks(3);
        Set<String> runs = new HashSet<>(world.rest.states().keySet());
        runs.removeAll(runsBefore.keySet());
        assertThat(runs).containsExactly(launch.jobId().hex()).containsExactly(world.jobId());
        assertThat(world.job().restartCount()).isEqualTo(1);
        assertThat(world.generation()).isEqualTo(generation);
        assertThat(world.onDisk().keySet()).isEqualTo(savepointsBefore);
    }

    private void killManagerAt(Point point) throws Exception {
        try (MortalProcess manager = MortalProcess.start(database, world.flink().restUrl(), point, world.directory)) {
            manager.killAtPoint();
        }
    }

    /** The id of the savepoint that the killed manager was at. */
    private TriggerId intended(Point point) {
        return point == Point.RECORDED
                ? world.job().lastSavepointTriggerId().orElseThrow()
                : intended(Operation.Kind.SAVEPOINT);
    }

    private TriggerId intended(Operation.Kind kind) {
        Operation operation = world.status().bookkeeping().operation().orElseThrow();
        assertThat(operation.kind()).isEqualTo(kind);
        return operation.triggerId();
    }

    private void assertOneSavepoint(TriggerId intended) throws Exception {
        world.await("the result", () -> world.generation() > generation && world.isIdle());
        if (!world.jobState().isTerminal()) {
            world.awaitLooks(3);
        }
        String location = world.job().savepointLocation().orElseThrow();
        world.assertRecorded(location, generation + 1);
        assertThat(world.newOnDisk(savepointsBefore)).isEqualTo(FlinkWorld.path(location));
        assertThat(world.job().lastSavepointTriggerId()).contains(intended);
        assertThat(world.status().savepoint().orElseThrow().state()).isEqualTo(SavepointState.SUCCEEDED);
        assertThat(world.isIdle()).isTrue();
    }

    private void assertControlSucceeded() {
        ControlStatus control = world.controlStatus();
        assertThat(world.state().control()).isEmpty();
        assertThat(control.jobId()).isEqualTo(world.job().id());
        assertThat(control.savepointTriggerId()).isEqualTo(world.job().lastSavepointTriggerId());
        assertThat(control.state()).isEqualTo(ControlState.SUCCEEDED);
    }
}
