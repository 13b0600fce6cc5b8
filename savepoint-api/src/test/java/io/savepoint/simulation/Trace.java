package io.savepoint.simulation;

import io.savepoint.testing.ManualScheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What happened in a run, one line each, if somebody wants to know. */
final class Trace {
    private final ManualScheduler time;
    private final boolean kept;
    private final List<String> lines = new ArrayList<>();

    Trace(ManualScheduler time, boolean kept) {
        this.time = time;
        this.kept = kept;
    }

    void add(Supplier<String> line) {
        if (kept) {
            lines.add(time.now() + " " + line.get());
        }
    }

    List<String> lines() {
        return List.copyOf(lines);
    }
}
