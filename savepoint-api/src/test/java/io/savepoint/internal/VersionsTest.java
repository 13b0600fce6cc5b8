package io.savepoint.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VersionsTest {
    private final Versions versions = new Versions();

    @Test
    void nothingIsOldBeforeAWrite() {
        assertThat(versions.isSuperseded("a")).isFalse();
        assertThat(versions.isSuperseded("b")).isFalse();
        assertThat(versions.isSuperseded("a")).isFalse();
    }

    @Test
    void whatWasSeenOrWrittenBeforeAWriteIsOldAfterIt() {
        assertThat(versions.isSuperseded("a")).isFalse();
        versions.wrote("b");
        assertThat(versions.isSuperseded("a")).isTrue();
        assertThat(versions.isSuperseded("b")).isFalse();
        versions.wrote("c");
        assertThat(versions.isSuperseded("a")).isTrue();
        assertThat(versions.isSuperseded("b")).isTrue();
        assertThat(versions.isSuperseded("c")).isFalse();
    }

    @Test
    void aVersionThatOthersWroteIsOldOnceWeWrote() {
        versions.wrote("a");
        assertThat(versions.isSuperseded("by others")).isFalse();
        versions.wrote("b");
        assertThat(versions.isSuperseded("by others")).isTrue();
    }

    @Test
    void theLastSixteenAreRemembered() {
        assertThat(versions.isSuperseded("seen before all of them")).isFalse();
        for (int version = 0; version <= 17; version++) {
            versions.wrote("v" + version);
        }
        assertThat(versions.isSuperseded("v0")).isFalse();
        assertThat(versions.isSuperseded("v1")).isTrue();
        assertThat(versions.isSuperseded("v16")).isTrue();
        assertThat(versions.isSuperseded("v17")).isFalse();
    }

    @Test
    void lookingAgainAndAgainAtOneVersionForgetsNoOther() {
        versions.isSuperseded("old");
        versions.wrote("ours");
        versions.isSuperseded("by others");
        for (int look = 0; look < 20; look++) {
            assertThat(versions.isSuperseded("ours")).isFalse();
            assertThat(versions.isSuperseded("by others again")).isFalse();
        }
        versions.wrote("next");
        assertThat(versions.isSuperseded("old")).isTrue();
        assertThat(versions.isSuperseded("ours")).isTrue();
        assertThat(versions.isSuperseded("by others")).isTrue();
    }
}
