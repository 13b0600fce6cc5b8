package io.savepoint.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.spi.Scheduler.Cancellable;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManualSchedulerTest {
    private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");

    private final ManualScheduler scheduler = new ManualScheduler(START);
    private final List<String> ran = new ArrayList<>();

    @Test
    void runsWhatIsDueInOrderOfTimeAndThenOfSubmission() {
        schedule(2, "late");
        schedule(1, "first");
        schedule(1, "second");
        schedule(3, "too late");

        assertThat(scheduler.advance(Duration.ofSeconds(2))).isEqualTo(3);

        assertThat(ran).containsExactly("first@10:00:01", "second@10:00:01", "late@10:00:02");
        assertThat(scheduler.taskCount()).isEqualTo(1);
        assertThat(scheduler.nextDue()).contains(START.plusSeconds(3));
    }

    @Test
    void nothingRunsBeforeTheClockIsMoved() {
        schedule(0, "at once");

        assertThat(ran).isEmpty();
        assertThat(scheduler.runDue()).isEqualTo(1);
        assertThat(scheduler.now()).isEqualTo(START);
    }

    @Test
    void tasksOfTasksRunWithinTheSameCallIfDueByThen() {
        scheduler.schedule(Duration.ofSeconds(1), () -> {
            note("outer");
            schedule(0, "at once");
            schedule(-5, "overdue");
            schedule(1, "a second later");
            schedule(10, "too late");
        });

        scheduler.advance(Duration.ofSeconds(5));

        assertThat(ran)
                .containsExactly("outer@10:00:01", "at once@10:00:01", "overdue@10:00:01", "a second later@10:00:02");
        assertThat(scheduler.now()).isEqualTo(START.plusSeconds(5));
    }

    @Test
    void cancelledTasksDoNotRun() {
        Cancellable task = scheduler.schedule(Duration.ofSeconds(1), () -> note("cancelled"));

        task.cancel();
        task.cancel();
        scheduler.advance(Duration.ofSeconds(5));

        assertThat(ran).isEmpty();
        assertThat(scheduler.nextDue()).isEmpty();
    }

    @Test
    void anEndlessLoopWithoutDelayIsReported() {
        scheduler.schedule(Duration.ofSeconds(1), new Loop());

        assertThatThrownBy(() -> scheduler.advance(Duration.ofSeconds(2)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("2026-03-01T10:00:01Z")
                .hasMessageContaining("Loop");
    }

    @Test
    void manyTasksWithADelayAreNoEndlessLoop() {
        scheduler.schedule(Duration.ZERO, new Runnable() {
            @Override
            public void run() {
                scheduler.schedule(Duration.ofMillis(1), this);
            }
        });

        assertThat(scheduler.advance(Duration.ofSeconds(200))).isEqualTo(200_001);
    }

    @Test
    void aTaskThatThrowsIsReportedAndTheOthersStay() {
        scheduler.schedule(Duration.ofSeconds(1), () -> {
            throw new IllegalArgumentException("oops");
        });
        schedule(1, "next");

        assertThatThrownBy(() -> scheduler.advance(Duration.ofSeconds(2))).hasMessage("oops");
        assertThat(scheduler.now()).isEqualTo(START.plusSeconds(1));
        scheduler.runDue();
        assertThat(ran).containsExactly("next@10:00:01");
    }

    @Test
    void runsUntilAConditionHolds() {
        schedule(1, "one");
        schedule(2, "two");
        schedule(3, "three");

        assertThat(scheduler.runUntil(() -> ran.size() == 2, Duration.ofMinutes(1)))
                .isTrue();
        assertThat(scheduler.now()).isEqualTo(START.plusSeconds(2));
        assertThat(scheduler.runUntil(() -> ran.size() == 4, Duration.ofMinutes(1)))
                .isFalse();
        assertThat(scheduler.now()).isEqualTo(START.plusSeconds(62));
        assertThat(scheduler.runUntil(() -> !scheduler.now().isBefore(START.plusSeconds(70)), Duration.ofSeconds(8)))
                .as("a condition that time alone fulfils")
                .isTrue();
    }

    @Test
    void theClockIsVirtualInEveryZoneAndNeverGoesBack() {
        var elsewhere = scheduler.clock().withZone(ZoneId.of("Asia/Tokyo"));
        scheduler.advance(Duration.ofHours(1));

        assertThat(elsewhere.instant()).isEqualTo(START.plusSeconds(3600));
        assertThat(elsewhere.getZone()).isEqualTo(ZoneId.of("Asia/Tokyo"));
        assertThat(scheduler.clock()).isSameAs(scheduler.clock());
        assertThatThrownBy(() -> scheduler.advanceTo(START)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTaskMustNotMoveTheClock() {
        scheduler.schedule(Duration.ZERO, () -> scheduler.advance(Duration.ofSeconds(1)));

        assertThatThrownBy(scheduler::runDue).isInstanceOf(IllegalStateException.class);
    }

    private void schedule(long seconds, String name) {
        scheduler.schedule(Duration.ofSeconds(seconds), () -> note(name));
    }

    private void note(String name) {
        ran.add(name + "@" + scheduler.now().toString().substring(11, 19));
    }

    private final class Loop implements Runnable {
        @Override
        public void run() {
            scheduler.schedule(Duration.ZERO, this);
        }

        @Override
        public String toString() {
            return "Loop";
        }
    }
}
