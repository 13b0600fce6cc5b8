package io.savepoint.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackoffTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @ParameterizedTest(name = "after {0} failures {1} s")
    @CsvSource({"-1,0", "0,0", "1,2", "2,4", "3,8", "4,9", "31,9", "64,9", "2147483647,9"})
    void theDelayDoublesWithEachFailureUpToTheCap(int failures, long seconds) {
        Backoff backoff = new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(9));
        assertThat(backoff.delay(failures)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void theCapWinsOverTheFirstDelay() {
        assertThat(new Backoff(Duration.ofSeconds(10), SECOND).delay(1)).isEqualTo(SECOND);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1})
    void bothMustBePositive(long millis) {
        Duration wrong = Duration.ofMillis(millis);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Backoff(wrong, SECOND))
                .withMessage("back-off first must be > 0, was " + wrong);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Backoff(SECOND, wrong))
                .withMessage("back-off cap must be > 0, was " + wrong);
    }
}
