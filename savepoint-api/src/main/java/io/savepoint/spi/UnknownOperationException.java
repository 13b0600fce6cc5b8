package io.savepoint.spi;

/** A JobManager answers and does not know the trigger id: it never came, its result expired, or the JobManager was restarted. */
public final class UnknownOperationException extends FlinkException {
    private static final long serialVersionUID = 1L;

    /**
     * Reports it.
     *
     * @param message what was asked of which cluster, what came back and what to do; without secrets and stack traces
     */
    public UnknownOperationException(String message) {
        super(message);
    }

    /**
     * Reports it with its cause.
     *
     * @param message what was asked of which cluster, what came back and what to do; without secrets and stack traces
     * @param cause what the client library said
     */
    public UnknownOperationException(String message, Throwable cause) {
        super(message, cause);
    }
}
