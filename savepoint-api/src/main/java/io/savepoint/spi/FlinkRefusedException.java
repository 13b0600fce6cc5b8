package io.savepoint.spi;

/** Flink will not do it, for the reason in the message; asking the same again is useless. */
public final class FlinkRefusedException extends FlinkException {
    private static final long serialVersionUID = 1L;

    /**
     * Reports it.
     *
     * @param message what was asked of which cluster, what came back and what to do; without secrets and stack traces
     */
    public FlinkRefusedException(String message) {
        super(message);
    }

    /**
     * Reports it with its cause.
     *
     * @param message what was asked of which cluster, what came back and what to do; without secrets and stack traces
     * @param cause what the client library said
     */
    public FlinkRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
