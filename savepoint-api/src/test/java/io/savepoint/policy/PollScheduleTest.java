package io.savepoint.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PollScheduleTest {
    /** How late the end is seen, how many polls it took, and what the next savepoint may expect. */
    private record Run(double lateMillis, int polls, Optional<Duration> expectNext) {}

    private static Run run(double durationMillis, Optional<Duration> expected) {
        Duration elapsed = Duration.ZERO;
        Optional<Duration> lastInProgress = Optional.empty();
        int polls = 0;
        while (true) {
            elapsed = elapsed.plus(PollSchedule.nextPoll(elapsed, expected));
            polls++;
            double millis = elapsed.toNanos() / 1e6;
            if (millis >= durationMillis) {
                return new Run(
                        millis - durationMillis, polls, PollSchedule.expectNext(lastInProgress, elapsed, expected));
            }
            lastInProgress = Optional.of(elapsed);
        }
    }

    @ParameterizedTest(name = "{0} ms")
    @CsvSource({"5", "20", "60", "300", "1000", "1500", "10000"})
    void onceADurationIsLearnedTheEndIsKnownWithinFivePercentForFewPolls(double millis) {
        Optional<Duration> expected = Optional.empty();
        int polls = 0;
        for (int savepoint = 0; savepoint < 23; savepoint++) {
            Run run = run(millis, expected);
            assertThat(run.polls()).as("polls of savepoint %d", savepoint).isLessThanOrEqualTo(25);
            if (savepoint >= 3) {
                assertThat(run.lateMillis())
                        .as("lateness of savepoint %d", savepoint)
                        .isLessThanOrEqualTo(Math.max(10, millis * 0.05));
                assertThat(run.polls()).isLessThanOrEqualTo(8);
                polls += run.polls();
            }
            expected = run.expectNext();
        }
        assertThat(polls / 20.0).as("polls for each").isLessThanOrEqualTo(4);
    }

    /** Times that differ by chance: the end is seen at once, and hardly ever late, for few polls. */
    @ParameterizedTest(name = "{0} ms, give or take {1} %")
    @CsvSource({"20,10,2.2,10", "300,3,4.5,20", "300,10,5.5,45", "1000,3,4.5,50", "1000,10,5.5,150", "30000,10,8,4500"})
    void timesThatDifferByChanceAreKnownSoonForFewPolls(double millis, double percent, double polls, double late) {
        Random random = new Random(4);
        Optional<Duration> expected = Optional.empty();
        int allPolls = 0;
        List<Double> lateness = new ArrayList<>();
        for (int savepoint = 0; savepoint < 1000; savepoint++) {
            Run run = run(Math.max(1, millis * (1 + random.nextGaussian() * percent / 100)), expected);
            expected = run.expectNext();
            lateness.add(run.lateMillis());
            allPolls += run.polls();
        }
        lateness.sort(null);
        assertThat(allPolls / 1000.0).as("polls for each").isLessThanOrEqualTo(polls);
        assertThat(lateness.get(500)).as("lateness of half of them").isLessThanOrEqualTo(Math.max(6, millis * 0.03));
        assertThat(lateness.get(900)).as("lateness of nine in ten").isLessThanOrEqualTo(late);
    }

    @ParameterizedTest(name = "expected {0} ms, took {1} ms")
    @CsvSource({"1000,520", "1000,300", "1500,20", "60000,33000", "600000,1000", "40,10"})
    void aQuickerOneIsKnownWithinHalfTheExpectedTime(long expected, double took) {
        Run run = run(took, Optional.of(Duration.ofMillis(expected)));
        assertThat(run.lateMillis()).isLessThanOrEqualTo(Math.max(30, Math.min(10_000, expected / 2.0)));
        assertThat(run.polls()).isLessThanOrEqualTo(4);
        // And the next one of that time sooner.
        Run next = run(took, run.expectNext());
        assertThat(next.lateMillis()).isLessThan(run.lateMillis());
    }

    @ParameterizedTest(name = "expected {0} ms, took {1} ms")
    @CsvSource({"1000,1500", "20,1000", "300,700", "1500,3000"})
    void aSlowerOneIsKnownWithinTwoFifthsOfItsDelay(long expected, double took) {
        Run run = run(took, Optional.of(Duration.ofMillis(expected)));
        assertThat(run.lateMillis()).isLessThanOrEqualTo((took - expected) * 0.4);
        assertThat(run.polls()).isLessThanOrEqualTo(25);
    }

    /** A manager that was away looks late: what it sees says nothing of how long the savepoint took. */
    @ParameterizedTest(name = "first seen after {0} ms, expected {1} ms: {2}")
    @CsvSource({
        "600000,300,300",
        "600000,,",
        "-5,300,300",
        "0,,",
        "440,300,417",
        "460,300,300",
        "10,,",
        "14500,10000,10000"
    })
    void whoLooksLateForTheFirstTimeKeepsTheExpectation(long complete, Long expected, Long next) {
        assertThat(PollSchedule.expectNext(
                        Optional.empty(),
                        Duration.ofMillis(complete),
                        Optional.ofNullable(expected).map(Duration::ofMillis)))
                .isEqualTo(Optional.ofNullable(next).map(Duration::ofMillis));
    }

    @ParameterizedTest(name = "in progress after {0} ms, complete after {1} ms, expected {2} ms: {3}")
    @CsvSource({
        // Less is followed at once, more by and by, and much more at once.
        "290,300,400,290",
        "440,450,400,410",
        "610,620,400,610",
        "290,300,,290",
        // Seen in progress long before only.
        "50,100,400,94",
        "50,100,,94",
        "-5,100,90,94",
        // An outage in between says nothing of how long it took.
        "400,60000,1000,1000",
        "1200,60000,1000,1200",
        "400,60000,,400",
        "60000,84000,75000,75000",
        // A look that is hardly late is none after an outage.
        "400,2200,1000,2089",
        "400,2310,1000,1000",
        // A look that was planned long before is none.
        "5000,14000,30000,13299"
    })
    void whatIsExpectedNextFollowsWhatWasSeen(long inProgress, long complete, Long expected, long next) {
        assertThat(PollSchedule.expectNext(
                        Optional.of(Duration.ofMillis(inProgress)),
                        Duration.ofMillis(complete),
                        Optional.ofNullable(expected).map(Duration::ofMillis)))
                .contains(Duration.ofMillis(next));
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
