package io.savepoint.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.policy.Backoff;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimingsTest {
    private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));
    private static final Timings TIMINGS = new Timings(
            Duration.ofSeconds(5),
            Duration.ofSeconds(60),
            Duration.ofSeconds(20),
            Duration.ofSeconds(300),
            Duration.ofSeconds(10),
            Duration.ofSeconds(25),
            BACKOFF,
            BACKOFF);

    @ParameterizedTest(name = "on its way for {0} ms: again in {1} ms")
    @CsvSource({"0,100", "400,100", "404,101", "19996,4999", "20000,5000", "20004,5000", "3600000,5000"})
    void whatIsOnItsWayIsLookedAtEverLater(long waited, long delay) {
        assertThat(TIMINGS.followUp(Duration.ofMillis(waited))).isEqualTo(Duration.ofMillis(delay));
    }

    @Test
    void aMissingJobIsLookedForFourTimesWithinItsGracePeriod() {
        assertThat(TIMINGS.missingInterval()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void aLateRequestHasArrivedBeforeItCountsAsLost() {
        assertThat(TIMINGS.untilLost()).isEqualTo(Duration.ofSeconds(10 + 25 + 4));
    }

    @Test
    void anIdIsRepeatedForFourFifthsOfTheTimeThatFlinkKeepsResults() {
        assertThat(TIMINGS.repeatWindow()).isEqualTo(Duration.ofSeconds(240));
    }
}
