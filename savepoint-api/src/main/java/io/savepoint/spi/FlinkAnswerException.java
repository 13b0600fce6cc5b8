package io.savepoint.spi;

/** An answer that is not Flink's: not the expected JSON, too large, or a server error. A request that changes something may have been carried out. */
public final class FlinkAnswerException extends FlinkException {
    private static final long serialVersionUID = 1L;

    /**
     * Reports it.
     *
     * @param message what was asked of which cluster, what came back and what to do; without secrets and stack traces
     */
    public FlinkAnswerException(String message) {
        super(message);
    }

    /**
     * Reports it with its cause.
     *
     * @param message what was asked of which cluster, what came back and what to do; without secrets and stack traces
     * @param cause what the client library said
     */
    public FlinkAnswerException(String message, Throwable cause) {
        super(message, cause);
    }
}
