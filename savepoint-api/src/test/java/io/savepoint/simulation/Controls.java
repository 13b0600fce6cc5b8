package io.savepoint.simulation;

import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What became of every user control of one resource. */
final class Controls {
    private final List<Control> all = new ArrayList<>();
    private final boolean clocksAreRight;
    private int acceptances;
    private Instant lastFailure = Instant.MIN;

    Controls(boolean clocksAreRight) {
        this.clocksAreRight = clocksAreRight;
    }

    /** A control from when a user set it. */
    static final class Control {
        final String value;
        final Instant set;
        Fate fate = Fate.PENDING;
        Optional<Instant> answered = Optional.empty();

        Control(String value, Instant set) {
            this.value = value;
            this.set = set;
        }

        @Override
        public String toString() {
            return "user-control " + value + " of " + set + ", " + fate;
        }
    }

    /** How far a control has come. */
    enum Fate {
        PENDING,
        ACCEPTED,
        SUCCEEDED,
        FAILED,
        /** The user took it back, or set another one, before it was accepted. */
        TAKEN_BACK
    }

    /**
     * A user sets one.
     *
     * @param served the accepted control that has not been seen gone: the same value set again is served with it
     */
    void set(String value, Optional<String> served, Instant now) {
        takenBack();
        Control control = new Control(value, now);
        control.fate = served.equals(Optional.of(value)) ? Fate.ACCEPTED : Fate.PENDING;
        all.add(control);
    }

    /** Another program may have left one that is under way. */
    void inherited() {
        Control control = new Control("inherited", Instant.EPOCH);
        control.fate = Fate.ACCEPTED;
        all.add(control);
    }

    /** What was accepted stays accepted. */
    void takenBack() {
        last(Fate.PENDING).ifPresent(control -> control.fate = Fate.TAKEN_BACK);
    }

    /** Numbers what was accepted, to tell one request from the next. */
    int acceptances() {
        return acceptances;
    }

    Optional<Control> last(Fate fate) {
        return all.isEmpty() || all.get(all.size() - 1).fate != fate
                ? Optional.empty()
                : Optional.of(all.get(all.size() - 1));
    }

    Optional<Control> last() {
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    List<Control> all() {
        return all;
    }

    /** Takes note of a write. */
    void written(Database.Resource resource, Optional<ControlStatus> after, Violations violations, Instant now) {
        Optional<ControlStatus> before = resource.state().status().control();
        if (after.isEmpty()) {
            violations.require(before.isEmpty(), "I7 no-lost-request", () -> before + " was wiped out");
            return;
        }
        if (before.equals(after)) {
            return;
        }
        ControlStatus control = after.get();
        boolean active = before.filter(earlier -> !earlier.state().isFinal()).isPresent();
        if (!active) {
            begun(control, resource.annotation(), violations, now);
        } else {
            violations.require(
                    control.name().equals(before.get().name()),
                    "I7 no-lost-request",
                    () -> before + " was replaced by " + control + " before it ended");
        }
        if (control.state().isFinal()) {
            lastFailure = control.state() == ControlState.FAILED ? now : lastFailure;
            ended(control, violations);
        }
    }

    private void begun(ControlStatus control, Optional<String> annotation, Violations violations, Instant now) {
        acceptances++;
        // What was refused and is still there is looked at again: it may be possible by now.
        Optional<Control> pending = last(Fate.PENDING)
                .or(() -> last(Fate.FAILED).filter(refused -> annotation.equals(Optional.of(refused.value))));
        violations.require(
                pending.isPresent(),
                "I7 no-lost-request",
                () -> control + " was begun, and nobody asks for it: " + all);
        pending.ifPresent(answered -> {
            answered.fate = Fate.ACCEPTED;
            answered.answered = Optional.of(now);
            violations.require(
                    isNamed(control, answered.value),
                    "I7 no-lost-request",
                    () -> control + " answers another one than " + answered);
        });
    }

    private void ended(ControlStatus control, Violations violations) {
        boolean succeeded = control.state() == ControlState.SUCCEEDED;
        violations.require(
                !succeeded || control.savepointTriggerId().isPresent(),
                "I7 no-lost-request",
                () -> control + " succeeded with nothing done");
        violations.require(
                succeeded || control.message().filter(text -> !text.isBlank()).isPresent(),
                "I7 no-lost-request",
                () -> control + " failed and does not say why");
        for (Control accepted : all) {
            if (accepted.fate == Fate.ACCEPTED) {
                accepted.fate = succeeded ? Fate.SUCCEEDED : Fate.FAILED;
            }
        }
    }

    private static boolean isNamed(ControlStatus control, String value) {
        String name = control.name();
        return value.equals(name)
                || (name.endsWith("\u2026") && value.startsWith(name.substring(0, name.length() - 1)));
    }

    /** Takes note that a manager removed the annotation. */
    void removed(Optional<ControlStatus> recorded, Violations violations) {
        Optional<Control> pending = last(Fate.PENDING);
        if (pending.isEmpty()) {
            return;
        }
        Control set = pending.get();
        // A refusal in the second of the one before, with the same words, is recorded already.
        boolean answered =
                recorded.filter(control -> control.state() == ControlState.FAILED && isNamed(control, set.value))
                                .isPresent()
                        && (set.set.isBefore(lastFailure.plusSeconds(1)) || !clocksAreRight);
        violations.require(
                answered, "I7 no-lost-request", () -> set + " was removed before its answer was recorded: " + recorded);
        set.fate = Fate.FAILED;
    }
}
