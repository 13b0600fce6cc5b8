package io.savepoint.testing;

/**
 * One thing that a contract demands. A test framework runs it under its name; it fails by throwing.
 *
 * <p>Immutable; it is run once, by one thread at a time.
 *
 * @param name what is demanded, as a short sentence
 * @param body how it is checked
 */
public record Check(String name, Body body) {
    /**
     * Checks it.
     *
     * @throws AssertionError if the implementation does not keep the contract
     * @throws Exception if it could not be checked
     */
    public void run() throws Exception {
        body.check();
    }

    @Override
    public String toString() {
        return name;
    }

    /** How a check is done. */
    @FunctionalInterface
    public interface Body {
        /**
         * Checks it.
         *
         * @throws Exception if the implementation does not keep the contract, or it could not be checked
         */
        void check() throws Exception;
    }
}
