package io.savepoint.flink.rest;

import io.savepoint.spi.FlinkUnreachableException;

/** A request certainly did not reach Flink: it was never sent, or no TLS connection was made for it. */
final class NotSentException extends FlinkUnreachableException {
    private static final long serialVersionUID = 1L;

    NotSentException(String message) {
        super(message);
    }

    NotSentException(String message, Throwable cause) {
        super(message, cause);
    }
}
