package io.savepoint.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Bugs that the engine had until the simulation or the chaos test found them, each with a seed that shows it: with the
 * bug put back the seed fails, and without it the seed does not. Where plans are made in another way, other seeds show
 * them: the long campaign names them.
 */
class FoundBySimulationTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "a result and the answer to the next request share one write, 3, I3",
        "a generation waits for ever for a job that is not started, 149, I7",
        "a generation is answered by the savepoint that was in flight when it was asked for, 694, I7",
        "a submission whose jar took long is sent on a record of long ago, 1071, I6",
        "a clock that went back lets savepoints be polled without a break, 1092, I10",
        "a restore waits for a cluster that was made anew, 26456, I7",
        "an operation is in progress for ever though its job has ended, 260, I7",
    })
    void staysMended(String bug, long seed, String invariant) {
        assertThat(Replay.violation(PlanMaker.of(seed))).isEmpty();
        assertThat(new MutantLab(directory).hunt(Mutants.named(bug), seed, 1))
                .hasValueSatisfying(death -> assertThat(death.violation()).contains(invariant));
    }
}
