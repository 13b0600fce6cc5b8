package io.savepoint.testing;

import java.time.Duration;
import java.util.Optional;

/**
 * How a cluster behaves.
 *
 * <p>Not safe for use by several threads: the fake's lock protects it.
 */
final class FakeSettings {
    FlinkHabits habits = FlinkHabits.ofVersion("1.20.5");
    Optional<String> defaultSavepointDirectory = Optional.empty();
    Duration savepointDuration = Duration.ofMillis(20);
    Duration disposalDuration = Duration.ofMillis(20);
    Duration resultStoreDuration = Duration.ofMinutes(5);
    Duration historyStaleness = Duration.ZERO;
    Duration deployTime = Duration.ofMillis(300);
    Duration cancelTime = Duration.ofMillis(50);
    Duration restartTime = Duration.ofSeconds(3);
    Duration recoveryTime = Duration.ofSeconds(5);
    Duration unlistedAfterRecovery = Duration.ZERO;
    Duration latency = Duration.ZERO;

    FakeSettings copy() {
        FakeSettings copy = new FakeSettings();
        copy.habits = habits;
        copy.defaultSavepointDirectory = defaultSavepointDirectory;
        copy.savepointDuration = savepointDuration;
        copy.disposalDuration = disposalDuration;
        copy.resultStoreDuration = resultStoreDuration;
        copy.historyStaleness = historyStaleness;
        copy.deployTime = deployTime;
        copy.cancelTime = cancelTime;
        copy.restartTime = restartTime;
        copy.recoveryTime = recoveryTime;
        copy.unlistedAfterRecovery = unlistedAfterRecovery;
        copy.latency = latency;
        return copy;
    }
}
