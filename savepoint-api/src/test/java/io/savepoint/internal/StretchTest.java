package io.savepoint.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StretchTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    private final Stretch<String> stretch = new Stretch<>(Duration.ofSeconds(4));

    private long look(String sight, long second) {
        return stretch.look(Optional.of(sight), NOW.plusSeconds(second)).toSeconds();
    }

    @Test
    void addsUpWhileTheSameIsSeen() {
        assertThat(look("a", 0)).isZero();
        assertThat(look("a", 3)).isEqualTo(3);
        assertThat(look("a", 7)).isEqualTo(7);
        assertThat(look("b", 8)).isZero();
        assertThat(look("b", 9)).isEqualTo(1);
    }

    @Test
    void nothingIsNotTheSame() {
        assertThat(look("a", 0)).isZero();
        assertThat(stretch.look(Optional.empty(), NOW.plusSeconds(1))).isZero();
        assertThat(stretch.look(Optional.empty(), NOW.plusSeconds(2))).isZero();
        assertThat(look("a", 3)).isZero();
    }

    @Test
    void beginsAnewAfterAPauseAndWhenTheClockWentBack() {
        look("a", 0);
        assertThat(look("a", 4)).isEqualTo(4);
        assertThat(look("a", 13)).isZero();
        assertThat(look("a", 14)).isEqualTo(1);
        assertThat(look("a", 10)).isZero();
        assertThat(look("a", 11)).isEqualTo(1);
    }

    @Test
    void countsNoMoreThanUsualWhereLooksAlwaysComeSeldom() {
        look("a", 0);
        assertThat(look("a", 20)).isZero();
        assertThat(look("a", 40)).isEqualTo(4);
        assertThat(look("a", 60)).isEqualTo(8);
    }
}
