package io.savepoint.model;

import java.util.random.RandomGenerator;

/**
 * The id of one savepoint operation (a savepoint or a stop with savepoint), chosen by the client and accepted by Flink from 1.15.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param hex 32 lower-case hexadecimal digits; upper case is accepted and lowered, as Flink does
 */
public record TriggerId(String hex) {
    /**
     * Checks and normalizes the digits.
     *
     * @param hex 32 lower-case hexadecimal digits; upper case is accepted and lowered, as Flink does
     * @throws IllegalArgumentException if the value is not 32 hexadecimal digits
     */
    public TriggerId {
        hex = HexIds.normalize("trigger id", hex);
    }

    /**
     * Reads an id.
     *
     * @param hex 32 hexadecimal digits
     * @return the id
     * @throws IllegalArgumentException if the value is not 32 hexadecimal digits
     */
    public static TriggerId of(String hex) {
        return new TriggerId(hex);
    }

    /**
     * Chooses a new id.
     *
     * @param random where its 128 bits come from; use a {@link java.security.SecureRandom} outside tests
     * @return the id
     */
    public static TriggerId random(RandomGenerator random) {
        return new TriggerId(HexIds.random(random));
    }

    /** The bare digits. */
    @Override
    public String toString() {
        return hex;
    }
}
