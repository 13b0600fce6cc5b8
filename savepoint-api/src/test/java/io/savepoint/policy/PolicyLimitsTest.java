package io.savepoint.policy;

import static io.savepoint.policy.Contexts.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.savepoint.model.RestartPolicy;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The values just at the limits that policies go by. */
class PolicyLimitsTest {
    private static final RestartFromSavepointOnFailurePolicy RESTART = RestartFromSavepointOnFailurePolicy.create();

    private static Contexts failed() {
        return Contexts.failed()
                .spec(spec -> spec.restartPolicy(RestartPolicy.FROM_SAVEPOINT_ON_FAILURE))
                .job(job -> job.savepointLocation("file:/savepoints/savepoint-1"));
    }

    @Test
    void restartsInARowMayBeBoundedByOne() {
        SavepointPolicy once = RESTART.withMaxAttempts(1);
        assertThat(once.decide(failed().build())).isInstanceOf(Decision.RestartJob.class);
        Contexts restarted = failed().bookkeeping(book -> book.consecutiveRestarts(1));
        assertThat(once.decide(restarted.build())).isInstanceOf(Decision.Explain.class);
    }

    @Test
    void restartsInARowMayNotBeBoundedByZero() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RESTART.withMaxAttempts(0))
                .withMessage("maxAttempts must be > 0, was 0");
    }

    @ParameterizedTest(name = "lasted {0} ms: the next restart is number {1} in a row")
    @CsvSource({"599999,5", "600000,1"})
    void aRunThatLastedTenMinutesEndsTheRow(long millis, int attempt) {
        Contexts contexts = failed().bookkeeping(book -> book.consecutiveRestarts(4)
                .failedAt(NOW.minusSeconds(3600))
                .runningSince(NOW.minusSeconds(3600).minusMillis(millis)));
        assertThat(RESTART.decide(contexts.build()))
                .isInstanceOfSatisfying(
                        Decision.RestartJob.class,
                        restart -> assertThat(restart.attempt()).isEqualTo(attempt));
    }

    @ParameterizedTest
    @CsvSource({"0,60", "1,120"})
    void jitterMayBeAnythingFromNothingToTheWholePeriod(double fraction, long most) {
        Contexts contexts = Contexts.running()
                .spec(spec -> spec.autoSavepointSeconds(60))
                .bookkeeping(book -> book.runningSince(NOW));
        Decision decision = PeriodicPolicy.create().withJitter(fraction).decide(contexts.build());
        assertThat(decision)
                .isInstanceOfSatisfying(
                        Decision.Wait.class,
                        wait -> assertThat(Duration.between(NOW, wait.until()))
                                .isBetween(Duration.ofSeconds(60), Duration.ofSeconds(most)));
    }

    @Test
    void theTimeOfAFailureThatIsNotCountedDelaysNothingAndHastensNothing() {
        Contexts contexts = Contexts.running()
                .spec(spec -> spec.autoSavepointSeconds(60))
                .bookkeeping(book -> book.runningSince(NOW.minusSeconds(1000)).lastTriggerTime(NOW.minusSeconds(5)))
                .log("periodic", log -> log.lastFailure(NOW.minusSeconds(5)));
        assertThat(PeriodicPolicy.create().decide(contexts.build())).isEqualTo(new Decision.Wait(NOW.plusSeconds(55)));
    }

    @ParameterizedTest(name = "{0} characters")
    @CsvSource({"64,false", "65,true"})
    void anUnknownControlIsQuotedUpToSixtyFourCharacters(int length, boolean cut) {
        Contexts contexts = Contexts.running().annotated("x".repeat(length));
        String quoted = "x".repeat(64) + (cut ? "\u2026" : "");
        assertThat(AnnotationTriggeredPolicy.create().decide(contexts.build()))
                .isEqualTo(new Decision.RefuseControl("user-control must be savepoint or job-cancel, was '" + quoted
                        + "'; annotate again with one of them"));
    }

    @ParameterizedTest(name = "{0} us of the 1 s expected: {1} us")
    @CsvSource({
        // Half of the expected time, and then all of it.
        "0,500000",
        "100000,500000",
        "285000,500000",
        "286000,714000",
        "500000,500000",
        "990000,10000",
        "999000,4000",
        // Closely, a fortieth at a time, and then two fifths of the delay.
        "1000000,25000",
        "1090000,25000",
        "1130000,40000"
    })
    void pollsGetCloseAtTheExpectedTime(long elapsed, long delay) {
        Duration second = Duration.ofSeconds(1);
        assertThat(PollSchedule.nextPoll(Duration.ofNanos(elapsed * 1000), Optional.of(second)))
                .isCloseTo(Duration.ofNanos(delay * 1000), Duration.ofNanos(1000));
    }
}
