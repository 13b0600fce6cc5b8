package io.savepoint.internal;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How long one process has seen the same. After a pause nothing is known of the time before; where looks always come
 * seldom, the time between two of them counts for no more than if they came when told to. Not safe for use by several
 * threads.
 *
 * @param <T> what is seen
 */
final class Stretch<T> {
    private final Duration usual;
    private Optional<T> last = Optional.empty();
    private Optional<Instant> lastLook = Optional.empty();
    private Duration lastPassed = Duration.ZERO;
    private Duration length = Duration.ZERO;

    /**
     * Begins with nothing seen.
     *
     * @param usual how long it is between two looks at most, where the host comes when told to
     */
    Stretch(Duration usual) {
        this.usual = usual;
    }

    /** Takes note of a look, and tells how long the same has been seen up to now; zero for nothing. */
    Duration look(Optional<T> sight, Instant now) {
        Duration passed = Duration.between(lastLook.orElse(now), now);
        boolean pause = passed.compareTo(longer(usual, lastPassed).multipliedBy(2)) > 0;
        if (sight.isPresent() && sight.equals(last) && !passed.isNegative() && !pause) {
            length = length.plus(passed.compareTo(usual) < 0 ? passed : usual);
        } else {
            length = Duration.ZERO;
        }
        last = sight;
        lastLook = Optional.of(now);
        lastPassed = passed;
        return length;
    }

    static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
