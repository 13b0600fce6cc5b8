package io.savepoint.examples.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.SavepointManager;
import io.savepoint.examples.cluster.EveryFlink;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.HistoryEntry;
import io.savepoint.model.JobId;
import io.savepoint.model.SavepointEvent;
import io.savepoint.policy.RetentionPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Old savepoints go on a real Flink, and those that are needed stay. */
@Timeout(120)
class RetentionIT extends EveryFlink {
    @TempDir
    Path directory;

    FlinkWorld world;

    @BeforeEach
    void world() throws Exception {
        world = FlinkWorld.inMemory(flink, directory);
    }

    @AfterEach
    void end() throws Exception {
        world.close();
    }

    private SavepointManager start(RetentionPolicy retention) throws Exception {
        world.put(world.spec());
        SavepointManager manager = world.start(world.builder().retention(retention));
        world.awaitRunning();
        return manager;
    }

    private static Path save(SavepointManager manager) throws Exception {
        return FlinkWorld.path(manager.takeSavepoint(FlinkWorld.ORDERS)
                .get(60, TimeUnit.SECONDS)
                .location());
    }

    private List<HistoryEntry> history() {
        return world.status().bookkeeping().savepointHistory();
    }

    private List<Path> listed() {
        return history().stream()
                .map(entry -> FlinkWorld.path(entry.location()))
                .toList();
    }

    @Test
    void of_fifty_savepoints_the_newest_five_are_kept() throws Exception {
        SavepointManager manager = start(RetentionPolicy.keepAtMost(5));
        List<Path> taken = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            taken.add(save(manager));
        }
        world.await("the last disposal", () -> history().size() == 5);

        List<Path> newest = taken.subList(45, 50);
        assertThat(world.generation()).isEqualTo(50);
        assertThat(listed()).containsExactlyElementsOf(newest);
        assertThat(world.onDisk().keySet()).containsExactlyInAnyOrderElementsOf(newest);
        assertThat(world.onDisk().values()).containsOnly(true);
        assertThat(world.events)
                .filteredOn(event -> event.type() == SavepointEvent.Type.SAVEPOINT_DISPOSED)
                .hasSize(45);
        assertThat(world.rest.state(world.jobId())).isEqualTo(FlinkJobState.RUNNING.name());
    }

    @Test
    void a_disposal_that_fails_keeps_its_entry_and_is_tried_again() throws Exception {
        SavepointManager manager = start(RetentionPolicy.keepAtMost(1));
        Path broken = save(manager).resolve("_metadata");
        byte[] metadata = Files.readAllBytes(broken);
        Files.writeString(broken, "no metadata");
        Path next = save(manager);
        world.await("a disposal that fails", () -> history().stream().anyMatch(entry -> entry.disposalFailures() > 0));

        assertThat(listed()).containsExactly(broken.getParent(), next);
        assertThat(history().get(0).disposalMessage())
                .hasValueSatisfying(reason -> assertThat(reason).contains("magic number"));
        assertThat(world.events)
                .filteredOn(event -> event.type() == SavepointEvent.Type.SAVEPOINT_DISPOSAL_FAILED)
                .isNotEmpty();

        Files.write(broken, metadata);
        world.await("the disposal to be tried again", () -> history().size() == 1);
        assertThat(listed()).containsExactly(next);
        assertThat(world.onDisk()).containsOnlyKeys(next);
    }

    @Test
    void what_the_job_was_restarted_from_stays() throws Exception {
        SavepointManager manager = start(RetentionPolicy.keepAtMost(1));
        FlinkWorld.Taken restored = world.take(manager);
        JobId failed = world.job().id().orElseThrow();
        world.control.failNow();
        world.awaitRestartAfter(failed.hex());
        world.assertRestoredFrom(restored);
        save(manager);
        Path last = save(manager);
        Path needed = FlinkWorld.path(restored.location());
        world.await("the disposal of what is not needed", () -> history().size() == 2);

        assertThat(listed()).containsExactly(needed, last);
        assertThat(world.onDisk()).containsOnlyKeys(needed, last);
    }
}
