package io.savepoint.spi;

/** The store could not be asked, or failed. A write may have been applied all the same. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Reports it.
     *
     * @param message what was asked of which cluster, what came back and what to do; without secrets and stack traces
     */
    public StoreException(String message) {
        super(message);
    }

    /**
     * Reports it with its cause.
     *
     * @param message what was asked of which cluster, what came back and what to do; without secrets and stack traces
     * @param cause what the client library said
     */
    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
