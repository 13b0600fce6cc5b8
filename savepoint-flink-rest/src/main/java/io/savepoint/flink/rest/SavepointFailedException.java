package io.savepoint.flink.rest;

import io.savepoint.spi.FlinkException;

/** Flink began a savepoint and it failed; the job may or may not still run. Another try is a new savepoint. */
public final class SavepointFailedException extends FlinkException {
    private static final long serialVersionUID = 1L;

    /** Flink's reason, without stack trace. */
    private final String reason;

    SavepointFailedException(String message, String reason) {
        super(message);
        this.reason = reason;
    }

    /** {@return Flink's own reason: the chain of causes, without stack trace} */
    public String reason() {
        return reason;
    }
}
