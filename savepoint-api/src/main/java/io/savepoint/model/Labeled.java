package io.savepoint.model;

import java.util.Optional;

/** A constant that appears in a {@code FlinkCluster} resource under a text of its own. */
public interface Labeled {
    /**
     * The text that stands for this constant in specs and statuses.
     *
     * @return the text, exactly as the {@code FlinkCluster} contract spells it
     */
    String label();

    /**
     * Finds the constant of a text.
     *
     * @param type the kind of constant
     * @param label the text, spelled exactly
     * @param <E> the kind of constant
     * @return the constant, or empty if no constant has that text
     */
    static <E extends Enum<E> & Labeled> Optional<E> find(Class<E> type, String label) {
        for (E constant : type.getEnumConstants()) {
            if (constant.label().equals(label)) {
                return Optional.of(constant);
            }
        }
        return Optional.empty();
    }
}
