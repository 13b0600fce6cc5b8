package io.savepoint.spi;

/** Flink could not be asked, or did not do what it was asked. The subclasses tell what that means for the request. */
public abstract class FlinkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Reports it.
     *
     * @param message what was asked of which cluster, what came back and what to do; without secrets and stack traces
     */
    protected FlinkException(String message) {
        super(message);
    }

    /**
     * Reports it with its cause.
     *
     * @param message what was asked of which cluster, what came back and what to do; without secrets and stack traces
     * @param cause what the client library said
     */
    protected FlinkException(String message, Throwable cause) {
        super(message, cause);
    }
}
