package io.savepoint.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LocationSchemesTest {
    @Test
    void aColonBeforeWhichThereIsNothingBeginsNoPath() {
        assertThat(Locations.isWithin("/savepoints/savepoint-1", ":/savepoints"))
                .isFalse();
        assertThat(Locations.isWithin(":/savepoints/savepoint-1", ":/savepoints"))
                .isTrue();
    }
}
