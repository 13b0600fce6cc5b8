package io.savepoint.spi;

/** No answer: refused, timed out or broken off. A request that changes something may have arrived all the same. */
public class FlinkUnreachableException extends FlinkException {
    private static final long serialVersionUID = 1L;

    /**
     * Reports it.
     *
     * @param message what was asked of which cluster, what came back and what to do; without secrets and stack traces
     */
    public FlinkUnreachableException(String message) {
        super(message);
    }

    /**
     * Reports it with its cause.
     *
     * @param message what was asked of which cluster, what came back and what to do; without secrets and stack traces
     * @param cause what the client library said
     */
    public FlinkUnreachableException(String message, Throwable cause) {
        super(message, cause);
    }
}
