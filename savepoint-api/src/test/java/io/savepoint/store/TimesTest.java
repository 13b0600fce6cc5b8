package io.savepoint.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimesTest {
    @Test
    void readsWhatIsWritten() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            Instant time = Instant.ofEpochSecond(random.nextLong(-62_167_219_200L, 253_402_300_800L), random.nextInt());
            for (ChronoUnit precision : new ChronoUnit[] {ChronoUnit.SECONDS, ChronoUnit.MILLIS, ChronoUnit.NANOS}) {
                Instant cut = time.truncatedTo(precision);
                assertThat(Times.parse(cut.toString())).isEqualTo(cut);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2019-11-20T01:50:39Z",
                "2019-11-20T01:50:39.007Z",
                "2020-02-29T23:59:59.999Z",
                "2019-11-20T01:50:39+01:00",
                "2019-11-20T01:50:39.123456Z",
                "2019-11-20T01:50Z"
            })
    void readsWhatOthersMayWrite(String text) {
        assertThat(Times.parse(text)).isEqualTo(OffsetDateTime.parse(text).toInstant());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "yesterday",
                "2019-02-29T01:50:39Z",
                "2019-13-20T01:50:39Z",
                "2019-11-20T24:00:00Z",
                "2019-11-20T01:50:60Z",
                "2019-11-20 01:50:39Z",
                "2019-11-20T01:50:39",
                "2019-11-20T01:50:39,007Z",
                "2019-11-20T01:50:3\u0661Z"
            })
    void refusesWhatIsNoTime(String text) {
        assertThatExceptionOfType(DateTimeException.class).isThrownBy(() -> Times.parse(text));
    }
}
