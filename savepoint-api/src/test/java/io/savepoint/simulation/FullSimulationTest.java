package io.savepoint.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The long campaign, and the proof that it would find what it looks for: every mutant is killed. */
@EnabledIfSystemProperty(named = "simulation.full", matches = "true", disabledReason = "-Psimulation runs it")
class FullSimulationTest {
    private static final long LEAST = 100;
    private static final long MOST_SEEDS = 40_000;

    @TempDir
    Path directory;

    @Test
    void everyMutantDiesAndNothingElseIsViolated() throws IOException {
        long runs = Long.getLong("simulation.runs", 100_000);
        Files.createDirectories(Replay.REPORTS);
        MutantLab lab = new MutantLab(directory);
        List<Mutant> mutants = Mutants.all();
        Map<Mutant, Optional<MutantLab.Death>> deaths = new ConcurrentHashMap<>();
        mutants.parallelStream().forEach(mutant -> deaths.put(mutant, lab.hunt(mutant, 1, MOST_SEEDS)));
        List<Mutant> survivors =
                mutants.stream().filter(mutant -> deaths.get(mutant).isEmpty()).toList();
        Files.write(
                Replay.REPORTS.resolve("mutants.txt"),
                mutants.stream()
                        .map(mutant -> mutant + ": "
                                + deaths.get(mutant)
                                        .map(how -> "seed " + how.seed() + ", " + how.violation())
                                        .orElse("survived"))
                        .toList());

        Campaign.Summary summary = Campaign.run(1, runs);
        Files.writeString(
                Replay.REPORTS.resolve("coverage.txt"), summary.coverage().table());
        System.out.printf(
                "simulation: %d runs, %d violations, %d faults injected, coverage: %d kinds of faults and places,"
                        + " each at least %d times, %d savepoints; mutants killed %d of %d%n",
                summary.runs(),
                summary.failed().size(),
                summary.coverage().faults(),
                Coverage.pairs(),
                summary.coverage().leastPair(),
                summary.savepoints(),
                mutants.size() - survivors.size(),
                mutants.size());

        assertThat(summary.failed().stream().limit(3).map(Replay::story))
                .as("seeds that violate an invariant: %s", summary.failed())
                .isEmpty();
        assertThat(summary.runs()).isEqualTo(runs);
        assertThat(survivors).as("mutants that survived").isEmpty();
        // A shorter campaign meets what is rare less often.
        long least = Math.max(1, LEAST * runs / 100_000);
        assertThat(summary.coverage().below(least)).as("what happened seldom").isEmpty();
    }
}
