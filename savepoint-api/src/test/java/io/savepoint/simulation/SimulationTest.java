package io.savepoint.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.savepoint.simulation.Violations.Violation;
import io.savepoint.testing.ClusterStateStoreContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The engine under everything that can go wrong. {@code -Dsimulation.seed=N} replays one run with its trace, and
 * {@code -Dsimulation.runs} says how many there are otherwise.
 */
class SimulationTest {
    private static final Optional<Long> SEED = Optional.ofNullable(Long.getLong("simulation.seed"));
    private static final Mutant PLANTED = Mutants.all().get(0);

    @TempDir
    Path directory;

    @Test
    void noRunViolatesAnInvariant() {
        assumeTrue(SEED.isEmpty(), "one seed is replayed");
        Campaign.Summary summary = Campaign.run(1, Long.getLong("simulation.runs", 5_000));
        assertThat(summary.failed().stream().limit(3).map(Replay::story))
                .as("seeds that violate an invariant: %s", summary.failed())
                .isEmpty();
        assertThat(summary.coverage().below(1)).as("what never happened").hasSizeLessThan(5);
    }

    @Test
    void replaysASeed() throws IOException {
        assumeTrue(SEED.isPresent(), "no seed to replay: -Dsimulation.seed=N");
        String without = System.getProperty("simulation.without", "");
        Set<Integer> leftOut = Arrays.stream(without.split(","))
                .filter(number -> !number.isBlank())
                .map(Integer::valueOf)
                .collect(Collectors.toCollection(TreeSet::new));
        Plan plan = PlanMaker.of(SEED.orElseThrow());
        Simulation.Result result = Simulation.run(plan.without(leftOut), true);
        System.out.println(Replay.story(plan, leftOut, result));
        Path whole = Files.createDirectories(Replay.REPORTS).resolve("seed-" + plan.seed() + ".txt");
        Files.write(whole, result.trace());
        assertThat(result.violation()).isEmpty();
    }

    @Test
    void aSeedIsTheSameRunEveryTime() {
        for (long seed = 1; seed <= 40; seed++) {
            List<String> first = Simulation.run(PlanMaker.of(seed), true).trace();
            List<String> second = Simulation.run(PlanMaker.of(seed), true).trace();
            assertThat(second).as("the trace of seed %s", seed).isEqualTo(first).hasSizeGreaterThan(20);
        }
    }

    @Test
    void tracingARunDoesNotChangeIt() {
        for (long seed = 1; seed <= 40; seed++) {
            Simulation.Result traced = Simulation.run(PlanMaker.of(seed), true);
            Simulation.Result untraced = Simulation.run(PlanMaker.of(seed), false);
            assertThat(untraced.requests()).isEqualTo(traced.requests());
            assertThat(untraced.trace()).isEmpty();
        }
    }

    @Test
    void aPlantedBugFailsAtTheSameSeedInTheSameWay() {
        MutantLab lab = new MutantLab(directory);
        MutantLab.Death found = lab.hunt(PLANTED, 1, 500).orElseThrow();
        MutantLab.Death again = lab.hunt(PLANTED, found.seed(), 1).orElseThrow();
        assertThat(again).isEqualTo(found);
        assertThat(Replay.violation(PlanMaker.of(found.seed())))
                .as("the same seed without the bug")
                .isEmpty();
    }

    @Test
    void everyMutantFitsThePresentCode() {
        MutantLab lab = new MutantLab(directory);
        assertThat(Mutants.all())
                .hasSizeGreaterThan(40)
                .allSatisfy(mutant -> assertThat(mutant.source()).contains(mutant.replacement()))
                .allSatisfy(mutant -> assertThat(lab.hunt(mutant, 1, 0)).isEmpty());
    }

    @Test
    void aPlanIsCutDownToWhatMatters() {
        Plan plan = PlanMaker.of(7);
        int needed = plan.items().size() / 2;
        Set<Integer> leftOut = Replay.needless(
                plan,
                shorter -> shorter.items().contains(plan.items().get(needed))
                        ? Optional.of(new Violation("planted", "it is there", Instant.EPOCH))
                        : Optional.empty(),
                "planted");
        assertThat(plan.without(leftOut).items()).containsExactly(plan.items().get(needed));
    }

    @TestFactory
    Stream<DynamicTest> theStoreOfTheSimulationKeepsTheContract() {
        return ClusterStateStoreContract.checks(new DatabaseFixture()).stream()
                .map(check -> DynamicTest.dynamicTest(check.name(), check::run));
    }
}
