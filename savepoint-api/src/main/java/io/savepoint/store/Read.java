package io.savepoint.store;

import io.savepoint.model.SpecProblem;
import java.util.List;

/**
 * What could be read of a document, and what could not.
 *
 * <p>Immutable and safe for use by any number of threads, as far as the value is.
 *
 * @param value what could be read, without the fields named by {@code problems}
 * @param problems what is malformed; empty if nothing is
 * @param <T> what was read
 */
public record Read<T>(T value, List<SpecProblem> problems) {
    /**
     * Copies the list.
     *
     * @param value what could be read, without the fields named by {@code problems}
     * @param problems what is malformed; empty if nothing is
     */
    public Read {
        problems = List.copyOf(problems);
    }
}
