package io.savepoint.model;

import java.util.random.RandomGenerator;

/**
 * Flink's id of one run of a job.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param hex 32 lower-case hexadecimal digits; upper case is accepted and lowered, as Flink does
 */
public record JobId(String hex) {
    /**
     * Checks and normalizes the digits.
     *
     * @param hex 32 lower-case hexadecimal digits; upper case is accepted and lowered, as Flink does
     * @throws IllegalArgumentException if the value is not 32 hexadecimal digits
     */
    public JobId {
        hex = HexIds.normalize("job id", hex);
    }

    /**
     * Reads an id.
     *
     * @param hex 32 hexadecimal digits
     * @return the id
     * @throws IllegalArgumentException if the value is not 32 hexadecimal digits
     */
    public static JobId of(String hex) {
        return new JobId(hex);
    }

    /**
     * Chooses a new id.
     *
     * @param random where its 128 bits come from; use a {@link java.security.SecureRandom} outside tests
     * @return the id
     */
    public static JobId random(RandomGenerator random) {
        return new JobId(HexIds.random(random));
    }

    /** The bare digits. */
    @Override
    public String toString() {
        return hex;
    }
}
