package io.savepoint.flink.rest;

/** JSON that is not what was asked for; never leaves this package. */
final class WrongShapeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WrongShapeException(String message) {
        super(message);
    }
}
