package io.savepoint.testing;

import static io.savepoint.testing.FakeFlinkFixture.ID;
import static io.savepoint.testing.FakeFlinkFixture.assertFails;
import static io.savepoint.testing.FakeFlinkFixture.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.JobLauncher.Outcome;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Submitting jobs as measured; every test is named by the fact it stands for. */
class FakeFlinkLaunchTest {
    private static final JobId NEW = JobId.of("ab".repeat(16));
    private static final Optional<String> FRESH = Optional.empty();

    private final FakeFlinkFixture f = new FakeFlinkFixture();

    @Test
    void theJobRunsUnderTheClientsIdAndItsTasksALittleLater() {
        assertThat(now(f.launching(NEW, FRESH, false))).isEqualTo(Outcome.SUBMITTED);
        assertThat(f.found(NEW).readyForSavepoint()).isFalse();
        f.pass(Duration.ofMillis(300));

        assertThat(f.found(NEW).readyForSavepoint()).isTrue();
        assertThat(f.cluster.job(NEW).orElseThrow().restoredFrom()).isEmpty();
    }

    @Test
    void aDuplicateIdSubmitsNothingWhileTheJobManagerRemembersIt() {
        now(f.launching(NEW, FRESH, false));
        assertThat(now(f.launching(NEW, FRESH, false))).isEqualTo(Outcome.ALREADY_SUBMITTED);
        f.cluster.failJob(NEW);
        assertThat(now(f.launching(NEW, Optional.of("file:///nothing-here"), false)))
                .isEqualTo(Outcome.ALREADY_SUBMITTED);
        assertThat(f.flink.ledger().runs()).hasSize(2);

        f.cluster.restartJobManager(true);
        f.pass(Duration.ofMinutes(1));
        assertThat(now(f.launching(NEW, FRESH, false))).isEqualTo(Outcome.SUBMITTED);
        assertThat(f.flink.ledger().runs()).hasSize(3);
    }

    @Test
    void aJobThatComesBackByHighAvailabilityIsADuplicate() {
        now(f.launching(NEW, FRESH, false));
        f.cluster.restartJobManager(true);
        f.pass(Duration.ofMinutes(1));

        assertThat(now(f.launching(NEW, FRESH, false))).isEqualTo(Outcome.ALREADY_SUBMITTED);
    }

    @Test
    void before115TheIdProtectsOnlyWhileTheJobRuns() {
        FakeFlinkFixture old = new FakeFlinkFixture("1.14.6");
        now(old.launching(NEW, FRESH, false));
        assertThat(now(old.launching(NEW, FRESH, false))).isEqualTo(Outcome.ALREADY_SUBMITTED);
        old.cluster.failJob(NEW);

        assertThat(now(old.launching(NEW, FRESH, false))).isEqualTo(Outcome.SUBMITTED);
        assertThat(old.flink.ledger().runs()).hasSize(3);
        assertThat(old.found(NEW).state()).isEqualTo(FlinkJobState.RUNNING);
    }

    @Test
    void aJobStartsFromASavepointWhateverItsSpelling() {
        f.savepoint(ID);
        f.passSavepointDuration();
        String location = f.location(ID);
        String spelling = "file://" + location.substring("file:".length()) + "/_metadata";

        assertThat(f.launch(NEW, spelling)).isEqualTo(Outcome.SUBMITTED);
        assertThat(f.cluster.job(NEW).orElseThrow().restoredFrom()).contains(spelling);
        assertThat(f.flink.ledger().runs().get(1).restoredFrom()).contains(spelling);
    }

    @Test
    void anEmptySavepointPathIsNone() {
        assertThat(f.launch(NEW, "")).isEqualTo(Outcome.SUBMITTED);
        assertThat(f.cluster.job(NEW).orElseThrow().restoredFrom()).isEmpty();
    }

    @Test
    void aMissingSavepointIsRefusedAndTheIdStaysFree() {
        assertFails(
                f.launching(NEW, Optional.of("file:///nothing-here"), false),
                FlinkRefusedException.class,
                "Cannot find checkpoint or savepoint file/directory 'file:///nothing-here' on file system 'file'.");
        f.flink.addSavepoint("file:///nothing-here");
        assertThat(f.launch(NEW, "file:///nothing-here")).isEqualTo(Outcome.SUBMITTED);
    }

    @Test
    void aDeletedSavepointAndAnEmptyDirectoryAreRefused() {
        f.flink.addSavepoint("/moved");
        f.flink.deleteSavepoint("file:/moved");
        assertFails(f.launching(NEW, Optional.of("/moved"), false), FlinkRefusedException.class, "Cannot find");

        f.savepoint(ID);
        f.cluster.restartJobManager(false);
        f.pass(Duration.ofMinutes(1));
        assertFails(
                f.launching(
                        NEW, Optional.of(f.flink.emptyDirectories().iterator().next()), false),
                FlinkRefusedException.class,
                "Cannot find meta data file '_metadata'");
    }

    @Test
    void stateThatNoOperatorClaimsNeedsAllowNonRestoredState() {
        f.flink.addSavepoint("/old");
        f.flink.addUnclaimedState("/old");

        assertFails(f.launching(NEW, Optional.of("/old"), false), FlinkRefusedException.class, "Failed to rollback");
        assertThat(now(f.launching(NEW, Optional.of("/old"), true))).isEqualTo(Outcome.SUBMITTED);
    }

    @Test
    void aLaunchCanBeRefusedOnce() {
        f.cluster.refuseNextLaunch("ProgramInvocationException: bad jar");

        assertFails(f.launching(NEW, FRESH, false), FlinkRefusedException.class, "bad jar");
        assertThat(f.cluster.job(NEW)).isEmpty();
        assertThat(now(f.launching(NEW, FRESH, false))).isEqualTo(Outcome.SUBMITTED);
    }

    @Test
    void aJobCanFailAfterItsLaunchSucceeded() {
        f.cluster.failNextLaunchAfter(Duration.ofSeconds(1));
        assertThat(now(f.launching(NEW, FRESH, false))).isEqualTo(Outcome.SUBMITTED);
        f.pass(Duration.ofMillis(999));
        assertThat(f.found(NEW).state()).isEqualTo(FlinkJobState.RUNNING);
        f.pass(Duration.ofMillis(1));

        assertThat(f.found(NEW).state()).isEqualTo(FlinkJobState.FAILED);
    }

    @Test
    void aJobCannotBeStartedTwiceByATest() {
        assertThatThrownBy(() -> f.cluster.startJob(f.job)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"1.13.6,false", "1.14.6,false", "1.15.4,true", "1.20.5,true", "2.0.2,true", "2.3-SNAPSHOT,true"})
    void habitsGoByVersion(String version, boolean modern) {
        assertThat(FlinkHabits.ofVersion(version)).isEqualTo(new FlinkHabits(modern, modern, modern));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "one.two"})
    void habitsOfNoVersionAreRefused(String version) {
        assertThatThrownBy(() -> FlinkHabits.ofVersion(version)).isInstanceOf(IllegalArgumentException.class);
    }
}
