package io.savepoint;

import static io.savepoint.World.startRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.savepoint.model.SavepointEvent;
import io.savepoint.model.TriggerReason;
import io.savepoint.testing.Faults;
import io.savepoint.testing.FlinkLedger;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules of periodic savepoints, one by one, on the fake Flink. */
class PeriodicRulesTest {
    @Test
    void periodicSavepointsDoNotDriftByTheirOwnDuration() {
        try (World world = World.withRunningJob(spec -> spec.autoSavepointSeconds(60))) {
            world.cluster.savepointDuration(Duration.ofSeconds(20));
            world.start();
            world.await("five", () -> world.generation() == 5);
            List<Instant> begun = world.ourSavepoints().stream()
                    .map(FlinkLedger.Savepoint::begun)
                    .toList();
            for (int i = 1; i < begun.size(); i++) {
                assertThat(begun.get(i)).isCloseTo(begun.get(i - 1).plusSeconds(60), within(50, ChronoUnit.MILLIS));
            }
            assertThat(world.status().savepoint().orElseThrow().triggerReason()).isEqualTo(TriggerReason.SCHEDULED);
        }
    }

    @Test
    void aPeriodShorterThanTheSavepointDoesNotOverlap() {
        try (World world = World.withRunningJob(spec -> spec.autoSavepointSeconds(1))) {
            world.cluster.savepointDuration(Duration.ofSeconds(5));
            world.start();
            world.advance(Duration.ofSeconds(60));
            assertThat(world.generation()).isBetween(10L, 12L);
        }
    }

    @Test
    void aPeriodSurvivesTheManager() {
        try (World world = World.withRunningJob(spec -> spec.autoSavepointSeconds(100))) {
            for (int life = 0; life < 9; life++) {
                SavepointManager manager = world.start();
                world.advance(Duration.ofSeconds(11));
                manager.close();
            }
            assertThat(world.ourAttempts()).isEmpty();
            world.start();
            world.advance(Duration.ofSeconds(3));
            assertThat(world.ourAttempts()).hasSize(1);
        }
    }

    @Test
    void aPeriodicFailureIsRetriedAfterTenSeconds() {
        try (World world = World.withRunningJob(spec -> spec.autoSavepointSeconds(60))) {
            world.start();
            world.cluster.failNextSavepoint("disk full");
            world.await("the failure", () -> world.count(SavepointEvent.Type.SAVEPOINT_FAILED) == 1);
            Instant failed = world.time.now();
            assertThat(world.status().savepoint().orElseThrow().message().orElseThrow())
                    .contains("disk full");
            world.await("the retry", () -> world.generation() == 1);
            assertThat(Duration.between(failed, world.ourSavepoints().get(0).begun()))
                    .isCloseTo(Duration.ofSeconds(10), Duration.ofMillis(100));
        }
    }

    @Test
    void aPeriodicSavepointThatIsHeldUpDoesNotAskFlinkEverySecondForEver() {
        try (World world = World.withRunningJob(spec -> spec.autoSavepointSeconds(60))) {
            world.cluster.tasksRunning(world.jobId(), false);
            Faults process = Faults.none();
            world.manager(process, builder -> {}).start();
            world.advance(Duration.ofMinutes(3));
            int before = process.interactions().size();
            world.advance(Duration.ofMinutes(10));
            long looks = process.interactions().stream()
                    .skip(before)
                    .filter("observeJob"::equals)
                    .count();
            assertThat(looks).as("one in 5 s").isLessThan(125);
            world.cluster.tasksRunning(world.jobId(), true);
            world.await("the savepoint", () -> world.generation() == 1);
        }
    }

    @Test
    void aPeriodicSavepointThatIsRefusedAtOnceIsRetriedAfterTenSeconds() {
        try (World world = World.withRunningJob(spec -> spec.autoSavepointSeconds(60))) {
            Faults process = startRefused(world, "triggerSavepoint");
            world.advance(Duration.ofSeconds(75));
            assertThat(process.interactions().stream()
                            .filter("triggerSavepoint"::equals)
                            .count())
                    .isEqualTo(2);
        }
    }
}
