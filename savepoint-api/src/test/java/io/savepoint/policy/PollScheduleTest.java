package io.savepoint.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PollScheduleTest {
    /** How late the end is seen, how many polls it took, and what the next savepoint may expect. */
    private record Run(double lateMillis, int polls, Duration lastInProgress) {}

    private static Run run(double durationMillis, Optional<Duration> expected) {
        double elapsed = 0;
        double lastInProgress = 0;
        int polls = 0;
        while (true) {
            Duration sofar = Duration.ofNanos((long) (elapsed * 1e6));
            elapsed += PollSchedule.nextPoll(sofar, expected).toNanos() / 1e6;
            polls++;
            if (elapsed >= durationMillis) {
                return new Run(elapsed - durationMillis, polls, Duration.ofNanos((long) (lastInProgress * 1e6)));
            }
            lastInProgress = elapsed;
        }
    }

    @ParameterizedTest(name = "{0} ms")
    @CsvSource({"5", "20", "300", "1000", "1500", "10000"})
    void onceADurationIsLearnedTheEndIsKnownWithinFivePercentForFewPolls(double millis) {
        Optional<Duration> expected = Optional.empty();
        for (int savepoint = 0; savepoint < 20; savepoint++) {
            Run run = run(millis, expected);
            assertThat(run.polls()).as("polls of savepoint %d", savepoint).isLessThanOrEqualTo(30);
            if (savepoint >= 2) {
                assertThat(run.lateMillis())
                        .as("lateness of savepoint %d", savepoint)
                        .isLessThanOrEqualTo(Math.max(10, millis * 0.05));
                assertThat(run.polls()).isLessThanOrEqualTo(20);
            }
            expected = Optional.of(run.lastInProgress());
        }
    }

    @ParameterizedTest(name = "expected {0} ms, took {1} ms")
    @CsvSource({"1000,520", "1000,300", "1500,20", "60000,33000", "600000,1000"})
    void aQuickerOneIsKnownWithinHalfItsTimeOrASixteenthOfTheExpected(long expected, double took) {
        Run run = run(took, Optional.of(Duration.ofMillis(expected)));
        double sixteenth = Math.min(10_000, expected / 16.0);
        assertThat(run.lateMillis()).isLessThanOrEqualTo(Math.max(took * 0.5, sixteenth));
        assertThat(run.polls()).isLessThanOrEqualTo(10);
    }

    @ParameterizedTest(name = "expected {0} ms, took {1} ms")
    @CsvSource({"1000,1500", "20,1000", "300,700", "1500,3000"})
    void aSlowerOneIsKnownWithinTwoFifthsOfItsDelay(long expected, double took) {
        Run run = run(took, Optional.of(Duration.ofMillis(expected)));
        assertThat(run.lateMillis()).isLessThanOrEqualTo((took - expected) * 0.4);
        assertThat(run.polls()).isLessThanOrEqualTo(25);
    }

    @ParameterizedTest(name = "took {0} ms")
    @CsvSource({"1500,20", "600000,90"})
    void theFirstOneIsKnownWithinAThirdOfItsTime(double took, int polls) {
        Run run = run(took, Optional.empty());
        assertThat(run.lateMillis()).isLessThanOrEqualTo(took * 0.35);
        assertThat(run.polls()).isLessThanOrEqualTo(polls);
    }

    @ParameterizedTest(name = "expected {0} ms")
    @CsvSource({"20", "300", "1000", "1500"})
    void onABusyMachineTheEndIsKnownWithinTenPercentForFewPolls(long expected) {
        for (double took = expected; took <= expected * 1.35; took += expected / 500.0) {
            Run run = run(took, Optional.of(Duration.ofMillis(expected)));
            assertThat(run.polls()).as("polls in %s ms", took).isLessThanOrEqualTo(20);
            assertThat(run.lateMillis()).as("lateness in %s ms", took).isLessThanOrEqualTo(Math.max(10, took * 0.1));
        }
    }

    @ParameterizedTest
    @CsvSource({"0,", "0,0", "3600000,", "3600000,1000", "-5,10"})
    void noDelayIsOutOfBounds(long elapsed, Long expected) {
        Duration delay = PollSchedule.nextPoll(
                Duration.ofMillis(elapsed), Optional.ofNullable(expected).map(Duration::ofMillis));
        assertThat(delay).isBetween(Duration.ofMillis(4), Duration.ofSeconds(10));
    }
}
