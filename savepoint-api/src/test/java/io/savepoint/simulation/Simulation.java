package io.savepoint.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One run: managers, a store and Flinks in one thread and in virtual time, everything that goes wrong by a plan, and the
 * invariants of the design held against what really happens.
 */
final class Simulation {
    private static final Duration SETTLING = Duration.ofMinutes(90);
    private static final Duration STEP = Duration.ofSeconds(5);
    /** Longer than any back-off. */
    private static final Duration REST = Duration.ofMinutes(6);

    private static final int MOST_RESTS = 10;

    private final World world;
    private final EndChecks end;

    private Simulation(Plan plan, boolean traced) {
        this.world = new World(plan, traced);
        this.end = new EndChecks(world);
    }

    /**
     * What came of a run.
     *
     * @param plan the plan
     * @param violation the first violation of an invariant
     * @param trace what happened, if it was traced
     * @param coverage what went wrong
     * @param requests how many requests the managers made
     * @param savepoints how many savepoints they took
     */
    record Result(
            Plan plan,
            Optional<Violations.Violation> violation,
            List<String> trace,
            Coverage coverage,
            long requests,
            long savepoints) {}

    static Result run(Plan plan, boolean traced) {
        return new Simulation(plan, traced).run();
    }

    private Result run() {
        Deeds deeds = new Deeds(world);
        for (Plan.Item item : world.plan.items()) {
            if (item instanceof Plan.Happening happening) {
                deeds.plan(happening);
            }
        }
        for (int i = 0; i < world.plan.setup().managers(); i++) {
            world.managers.start();
        }
        world.pass(world.plan.setup().length());
        mended(deeds);
        settle();
        rest();
        if (!world.violated()) {
            end.check();
        }
        long savepoints = world.flink.ledger().savepoints().stream()
                .filter(savepoint -> !savepoint.foreign())
                .count();
        return new Result(
                world.plan,
                world.violations.first(),
                world.trace.lines(),
                world.coverage,
                world.requests(),
                savepoints);
    }

    private void mended(Deeds deeds) {
        world.trace.add(() -> "* all is mended");
        // A period that was edited has not passed yet.
        boolean edited = world.plan.items().stream()
                .anyMatch(item -> item instanceof Plan.Happening happening && happening.deed() == Deed.EDIT_PERIOD);
        if (!edited) {
            world.clusters.forEach(id ->
                    world.database.find(id).ifPresent(resource -> world.promptness.checkPeriod(resource.state())));
        }
        world.promptness.mended();
        deeds.mend();
    }

    /** I7, I3, I6: nothing is left under way. */
    private void settle() {
        Instant latest = world.time.now().plus(SETTLING);
        while (!world.violated() && end.unrest().isPresent() && world.time.now().isBefore(latest)) {
            world.pass(STEP);
        }
        end.unrest().ifPresent(reason -> {
            String text = "still under way " + SETTLING + " after all was mended: " + reason;
            world.violations.add(reason.replaceFirst("^[^:]*: ", "").replaceFirst(":.*", ""), text);
        });
    }

    /** I9: at some time nothing is written any more. */
    private void rest() {
        for (int i = 0; i < MOST_RESTS && !world.violated(); i++) {
            String before = versions();
            world.pass(REST);
            if (versions().equals(before) && end.unrest().isEmpty()) {
                return;
            }
        }
        world.violations.require(false, "I9 converge", () -> "the status does not come to rest: " + versions());
    }

    private String versions() {
        return world.clusters.stream()
                .map(id -> world.database
                        .find(id)
                        .map(resource -> resource.state().version())
                        .orElse("none"))
                .collect(Collectors.joining(" "));
    }
}
