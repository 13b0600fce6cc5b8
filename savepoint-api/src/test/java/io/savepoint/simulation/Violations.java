package io.savepoint.simulation;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/** The first thing in a run that must not be. */
final class Violations {
    private final Supplier<Instant> now;
    private Optional<Violation> first = Optional.empty();

    Violations(Supplier<Instant> now) {
        this.now = now;
    }

    /**
     * What must not be.
     *
     * @param checker the invariant, by its name in the design
     * @param what how it was violated
     * @param when the virtual time
     */
    record Violation(String checker, String what, Instant when) {
        @Override
        public String toString() {
            return checker + " at " + when + ": " + what;
        }
    }

    void add(String checker, String what) {
        if (first.isEmpty()) {
            first = Optional.of(new Violation(checker, what, now.get()));
        }
    }

    /** Adds a violation if a condition does not hold. */
    void require(boolean condition, String checker, Supplier<String> what) {
        if (!condition) {
            add(checker, what.get());
        }
    }

    Optional<Violation> first() {
        return first;
    }
}
