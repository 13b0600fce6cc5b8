package io.savepoint;

/** A direct call that did not end as asked; the message names the cluster, says why and what to do. */
public final class SavepointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Reports it.
     *
     * @param message the cluster, why, and what to do
     */
    public SavepointException(String message) {
        super(message);
    }
}
