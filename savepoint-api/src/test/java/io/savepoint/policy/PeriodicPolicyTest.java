package io.savepoint.policy;

import static io.savepoint.policy.Contexts.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.savepoint.model.JobState;
import io.savepoint.model.TriggerReason;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PeriodicPolicyTest {
    private static final Decision TAKE = new Decision.TakeSavepoint("schedule", TriggerReason.SCHEDULED, 0);

    private final PeriodicPolicy policy = PeriodicPolicy.create();

    private static Contexts every60s() {
        return Contexts.running().spec(spec -> spec.autoSavepointSeconds(60));
    }

    private static Decision waitFor(int secondsFromNow) {
        return new Decision.Wait(NOW.plusSeconds(secondsFromNow));
    }

    @ParameterizedTest(name = "running {0} s, last trigger {1} s ago: due in {2} s")
    @CsvSource({"59,,1", "61,,0", "100,1,59", "100,60,0", "30,50,30", "1000,61,0"})
    void countsFromTheLaterOfStartAndLastTrigger(int running, Integer lastTrigger, int dueIn) {
        Contexts contexts = every60s().bookkeeping(book -> book.runningSince(NOW.minusSeconds(running)));
        if (lastTrigger != null) {
            contexts.bookkeeping(book -> book.lastTriggerTime(NOW.minusSeconds(lastTrigger)));
        }
        assertThat(policy.decide(contexts.build())).isEqualTo(dueIn == 0 ? TAKE : waitFor(dueIn));
    }

    @ParameterizedTest(name = "{0} failures, the last {1} s ago: due in {2} s")
    @CsvSource({"1,9,1", "1,10,0", "2,10,10", "3,30,10", "4,59,1", "9,59,1", "9,60,0"})
    void retriesWithABackOffThatDoublesFromTenSecondsAndIsCappedByThePeriod(int failures, int ago, int dueIn) {
        Contexts contexts = every60s()
                .bookkeeping(
                        book -> book.runningSince(NOW.minusSeconds(1000)).lastTriggerTime(NOW.minusSeconds(ago + 1)))
                .log("periodic", log -> log.failures(failures).lastFailure(NOW.minusSeconds(ago)));
        assertThat(policy.decide(contexts.build())).isEqualTo(dueIn == 0 ? TAKE : waitFor(dueIn));
    }

    @Test
    void aFailureInTheMillisecondOfItsTriggerIsRetriedToo() {
        Contexts contexts = every60s()
                .bookkeeping(book -> book.runningSince(NOW.minusSeconds(1000)).lastTriggerTime(NOW.minusSeconds(4)))
                .log("periodic", log -> log.failures(1).lastFailure(NOW.minusSeconds(4)));
        assertThat(policy.decide(contexts.build())).isEqualTo(waitFor(6));
    }

    @Test
    void failuresWithoutATimeCountForNothing() {
        Contexts contexts = every60s()
                .bookkeeping(book -> book.runningSince(NOW.minusSeconds(59)))
                .log("periodic", log -> log.failures(1));
        assertThat(policy.decide(contexts.build())).isEqualTo(waitFor(1));
    }

    @Test
    void aSavepointTriggeredSinceTheFailureEndsTheBackOff() {
        Contexts contexts = every60s()
                .bookkeeping(book -> book.runningSince(NOW.minusSeconds(1000)).lastTriggerTime(NOW.minusSeconds(5)))
                .log("periodic", log -> log.failures(3).lastFailure(NOW.minusSeconds(50)));
        assertThat(policy.decide(contexts.build())).isEqualTo(waitFor(55));
    }

    @ParameterizedTest
    @EnumSource(value = JobState.class, names = "RUNNING", mode = EnumSource.Mode.EXCLUDE)
    void takesNoneOfAJobThatDoesNotRun(JobState state) {
        Contexts contexts = every60s().state(state).bookkeeping(book -> book.runningSince(NOW.minusSeconds(1000)));
        assertThat(policy.decide(contexts.build())).isEqualTo(new Decision.Nothing());
    }

    @Test
    void takesNoneUnlessAskedTo() {
        Contexts contexts = Contexts.running().bookkeeping(book -> book.runningSince(NOW.minusSeconds(1000)));
        assertThat(policy.decide(contexts.build())).isEqualTo(new Decision.Nothing());
    }

    @ParameterizedTest(name = "due {0} s ago")
    @CsvSource({"0,true", "59,true", "60,false"})
    void looksAgainSoonForAMinuteWhileSomeTaskDoesNotRun(int seconds, boolean soon) {
        Contexts contexts =
                every60s().notReady().bookkeeping(book -> book.runningSince(NOW.minusSeconds(60 + seconds)));
        assertThat(policy.decide(contexts.build())).isEqualTo(soon ? waitFor(1) : new Decision.Nothing());
    }

    @Test
    void jitterMakesThePeriodLongerByAPartThatDiffersFromClusterToCluster() {
        PeriodicPolicy spread = policy.withJitter(0.5);
        long[] dues = IntStream.range(0, 200)
                .mapToLong(number -> due(spread, "orders-" + number))
                .toArray();
        assertThat(Arrays.stream(dues).allMatch(millis -> millis >= 60_000 && millis <= 90_000))
                .isTrue();
        assertThat(IntStream.range(0, 6).filter(bin -> {
                    long from = 60_000 + bin * 5_000L;
                    return Arrays.stream(dues).anyMatch(due -> due >= from && due < from + 5_000);
                }))
                .as("sixths of the jitter's range that some cluster falls into")
                .hasSize(6);
        assertThat(due(spread, "orders-1")).isEqualTo(due(spread, "orders-1"));
    }

    private static long due(PeriodicPolicy policy, String cluster) {
        Contexts contexts = every60s().cluster(cluster).bookkeeping(book -> book.runningSince(NOW));
        Instant until = ((Decision.Wait) policy.decide(contexts.build())).until();
        return Duration.between(NOW, until).toMillis();
    }

    @ParameterizedTest
    @CsvSource({"-0.1", "1.1", "NaN"})
    void jitterOutOfRangeIsRefused(double fraction) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> policy.withJitter(fraction))
                .withMessage("jitter must be from 0 to 1, was " + fraction);
    }
}
