package io.savepoint.examples.operator;

/** The operator cannot start as it was told to; the message is all that the user needs to see. */
final class StartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StartException(String message) {
        super(message);
    }
}
