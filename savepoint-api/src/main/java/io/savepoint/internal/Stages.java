package io.savepoint.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/** Calls into code of others, which may throw where its contract says it does not. */
final class Stages {
    private Stages() {}

    static <T> CompletableFuture<T> call(Supplier<? extends CompletionStage<? extends T>> code) {
        try {
            return code.get().<T>thenApply(value -> value).toCompletableFuture();
        } catch (RuntimeException | Error broken) {
            return CompletableFuture.failedFuture(broken);
        }
    }

    static Throwable unwrap(Throwable failure) {
        boolean wrapper = failure instanceof CompletionException || failure instanceof ExecutionException;
        Throwable cause = failure.getCause();
        return wrapper && cause != null ? unwrap(cause) : failure;
    }

    static String describe(Throwable failure) {
        Throwable cause = unwrap(failure);
        String message = cause.getMessage();
        return message == null ? cause.toString() : message;
    }
}
