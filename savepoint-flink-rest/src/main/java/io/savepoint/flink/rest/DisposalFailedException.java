package io.savepoint.flink.rest;

import io.savepoint.spi.FlinkException;

/** Flink began to dispose of a savepoint and could not; a part of it may be gone. It may be asked for again. */
public final class DisposalFailedException extends FlinkException {
    private static final long serialVersionUID = 1L;

    /** Flink's reason, without stack trace. */
    private final String reason;

    DisposalFailedException(String message, String reason) {
        super(message);
        this.reason = reason;
    }

    /** {@return Flink's own reason: the chain of causes, without stack trace} */
    public String reason() {
        return reason;
    }
}
