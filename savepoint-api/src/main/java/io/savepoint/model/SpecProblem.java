package io.savepoint.model;

/**
 * One thing that is wrong in a spec.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param field the field of {@code spec.job}, or of another part of the resource by its path
 * @param message what is allowed and what was found; it names the field
 */
public record SpecProblem(String field, String message) {
    @Override
    public String toString() {
        return message;
    }
}
