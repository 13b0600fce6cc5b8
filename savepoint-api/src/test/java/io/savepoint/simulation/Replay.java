package io.savepoint.simulation;

import io.savepoint.simulation.Violations.Violation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Runs seeds, makes failed ones short, and shows them. */
final class Replay {
    /** Where what is too long to print goes. */
    static final Path REPORTS = Path.of("target", "simulation");

    private static final int MOST_RERUNS = 400;
    private static final int LINES = 120;
    private static final int LONGEST = 400;

    private Replay() {}

    /** The first seed of several that violates an invariant, with the invariant and the text; empty if none does. */
    static List<String> firstViolation(long firstSeed, long seeds) {
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            Optional<Violation> violation = violation(PlanMaker.of(seed));
            if (violation.isPresent()) {
                return List.of(
                        Long.toString(seed),
                        violation.get().checker(),
                        violation.get().toString());
            }
        }
        return List.of();
    }

    /** What a run violates. */
    static Optional<Violation> violation(Plan plan) {
        return Simulation.run(plan, false).violation();
    }

    /** Which items of a plan can be left out so that the rest still violates the same invariant. */
    static Set<Integer> needless(Plan plan, String checker) {
        return needless(plan, Replay::violation, checker);
    }

    static Set<Integer> needless(Plan plan, Function<Plan, Optional<Violation>> runs, String checker) {
        Set<Integer> leftOut = new TreeSet<>();
        int reruns = 0;
        for (int size = Math.max(1, plan.items().size() / 2); size >= 1; size /= 2) {
            for (int from = 0; from < plan.items().size() && reruns < MOST_RERUNS; from += size) {
                Set<Integer> tried = new TreeSet<>(leftOut);
                for (int item = from; item < Math.min(plan.items().size(), from + size); item++) {
                    tried.add(item);
                }
                if (tried.size() > leftOut.size()) {
                    reruns++;
                    boolean still = runs.apply(plan.without(tried))
                            .filter(found -> found.checker().equals(checker))
                            .isPresent();
                    leftOut = still ? tried : leftOut;
                }
            }
        }
        return leftOut;
    }

    /** All that one needs to understand a failed seed: a shorter plan that still fails, and the end of its trace. */
    static String story(long seed) {
        Plan plan = PlanMaker.of(seed);
        Optional<Violation> violation = violation(plan);
        if (violation.isEmpty()) {
            return "seed " + seed + " violates nothing";
        }
        Set<Integer> leftOut = needless(plan, violation.get().checker());
        return story(plan, leftOut);
    }

    static String story(Plan plan, Set<Integer> leftOut) {
        return story(plan, leftOut, Simulation.run(plan.without(leftOut), true));
    }

    static String story(Plan plan, Set<Integer> leftOut, Simulation.Result result) {
        Plan rest = plan.without(leftOut);
        List<String> lines = new ArrayList<>();
        lines.add("seed " + plan.seed() + ": "
                + result.violation().map(Violation::toString).orElse("no violation"));
        lines.add("options: -Dsimulation.seed=" + plan.seed()
                + (leftOut.isEmpty() ? "" : " -Dsimulation.without=" + numbers(leftOut)));
        lines.add(rest.setup().toString());
        rest.items().forEach(item -> lines.add("  " + item.text()));
        List<String> trace = result.trace();
        int from = Math.max(0, trace.size() - LINES);
        if (from > 0) {
            lines.add("  (" + from + " lines before)");
        }
        trace.subList(from, trace.size())
                .forEach(line -> lines.add(line.substring(0, Math.min(LONGEST, line.length()))));
        return String.join("\n", lines);
    }

    private static String numbers(Set<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
