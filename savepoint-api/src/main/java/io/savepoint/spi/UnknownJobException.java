package io.savepoint.spi;

/** A JobManager answers and does not know the job. */
public final class UnknownJobException extends FlinkException {
    private static final long serialVersionUID = 1L;

    /**
     * Reports it.
     *
     * @param message what was asked of which cluster, what came back and what to do; without secrets and stack traces
     */
    public UnknownJobException(String message) {
        super(message);
    }

    /**
     * Reports it with its cause.
     *
     * @param message what was asked of which cluster, what came back and what to do; without secrets and stack traces
     * @param cause what the client library said
     */
    public UnknownJobException(String message, Throwable cause) {
        super(message, cause);
    }
}
