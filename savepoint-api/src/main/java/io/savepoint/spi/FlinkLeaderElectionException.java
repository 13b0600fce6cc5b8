package io.savepoint.spi;

/** HTTP 503: no JobManager is the leader at the moment. Nothing was done; ask again a little later. */
public final class FlinkLeaderElectionException extends FlinkUnreachableException {
    private static final long serialVersionUID = 1L;

    /**
     * Reports it.
     *
     * @param message what was asked of which cluster, what came back and what to do; without secrets and stack traces
     */
    public FlinkLeaderElectionException(String message) {
        super(message);
    }

    /**
     * Reports it with its cause.
     *
     * @param message what was asked of which cluster, what came back and what to do; without secrets and stack traces
     * @param cause what the client library said
     */
    public FlinkLeaderElectionException(String message, Throwable cause) {
        super(message, cause);
    }
}
