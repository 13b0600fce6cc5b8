package io.savepoint.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Every rule that a {@link JobSpec} has to keep, in one place. */
final class SpecRules {
    /** Ten digits, some three hundred years: more cannot be meant, and would overflow times. */
    private static final long MOST_SECONDS = 9_999_999_999L;

    private final List<SpecProblem> problems = new ArrayList<>();

    private SpecRules() {}

    /** @throws InvalidSpecException if any rule is broken */
    static void check(JobSpec spec) {
        SpecRules rules = new SpecRules();
        spec.parallelism().ifPresent(value -> rules.atLeast("parallelism", 1, value));
        spec.autoSavepointSeconds().ifPresent(value -> rules.seconds("autoSavepointSeconds", value));
        spec.maxStateAgeToRestoreSeconds().ifPresent(value -> rules.seconds("maxStateAgeToRestoreSeconds", value));
        rules.atLeast("savepointGeneration", 0, spec.savepointGeneration());
        rules.notBlank("jarFile", spec.jarFile());
        rules.notBlank("className", spec.className());
        rules.notBlank("fromSavepoint", spec.fromSavepoint());
        rules.notBlank("savepointsDir", spec.savepointsDir());
        if (spec.autoSavepointSeconds().isPresent() && spec.savepointsDir().isEmpty()) {
            rules.add("autoSavepointSeconds", "autoSavepointSeconds needs savepointsDir, which is not set");
        }
        if (!rules.problems.isEmpty()) {
            throw new InvalidSpecException(rules.problems);
        }
    }

    private void atLeast(String field, long minimum, long value) {
        if (value < minimum) {
            String allowed = minimum == 1 ? "must be > 0" : "must be >= " + minimum;
            add(field, field + " " + allowed + ", was " + value);
        }
    }

    private void seconds(String field, long value) {
        atLeast(field, 1, value);
        if (value > MOST_SECONDS) {
            add(field, field + " must be <= " + MOST_SECONDS + ", was " + value);
        }
    }

    private void notBlank(String field, Optional<String> value) {
        if (value.isPresent() && value.get().isBlank()) {
            add(field, field + " must not be blank; leave it out instead");
        }
    }

    private void add(String field, String message) {
        problems.add(new SpecProblem(field, message));
    }
}
