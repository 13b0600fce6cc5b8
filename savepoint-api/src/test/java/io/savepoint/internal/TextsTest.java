package io.savepoint.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextsTest {
    @Test
    void aTextIsCutWhereItIsLongerThanThePlaceForIt() {
        assertThat(Texts.bounded("x".repeat(1024))).isEqualTo("x".repeat(1024));
        assertThat(Texts.bounded("x".repeat(1025))).isEqualTo("x".repeat(1023) + "\u2026");
    }
}
