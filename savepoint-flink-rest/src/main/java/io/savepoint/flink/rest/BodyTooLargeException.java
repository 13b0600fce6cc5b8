package io.savepoint.flink.rest;

import java.io.IOException;

/** An answer has more bytes than are read of any; never leaves this package. */
final class BodyTooLargeException extends IOException {
    private static final long serialVersionUID = 1L;

    BodyTooLargeException(String message) {
        super(message);
    }
}
