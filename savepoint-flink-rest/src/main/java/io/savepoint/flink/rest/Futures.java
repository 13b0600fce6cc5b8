package io.savepoint.flink.rest;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What {@link CompletableFuture} leaves to be done by hand. */
final class Futures {
    private Futures() {}

    /** A future that fails with the failure itself, not wrapped into a {@link CompletionException}. */
    static <T> CompletableFuture<T> plain(CompletionStage<T> stage) {
        CompletableFuture<T> plain = new CompletableFuture<>();
        whenDone(stage, plain::complete, plain::completeExceptionally);
        return plain;
    }

    /** Does one thing or the other at the end; the failure is the one itself. Neither of them throws. */
    static <T> void whenDone(CompletionStage<T> stage, Consumer<T> good, Consumer<Throwable> bad) {
        stage.whenComplete((value, thrown) -> {
            if (thrown == null) {
                good.accept(value);
            } else {
                bad.accept(unwrap(thrown));
            }
        });
    }

    /** As {@link CompletableFuture#handle}, with the failure itself and a future as result. */
    static <T, R> CompletableFuture<R> thenHandle(
            CompletionStage<T> stage, BiFunction<T, Throwable, ? extends CompletionStage<R>> next) {
        return stage.handle((value, thrown) -> next.apply(value, thrown == null ? thrown : unwrap(thrown)))
                .thenCompose(result -> result)
                .toCompletableFuture();
    }

    /** What a handler got: the value, or the failure thrown on. */
    static <T> T valueOrThrow(T value, @Nullable Throwable thrown) {
        if (thrown == null) {
            return value;
        }
        Throwable failure = unwrap(thrown);
        if (failure instanceof RuntimeException runtime) {
            throw runtime;
        }
        throw new CompletionException(failure);
    }

    static Throwable unwrap(Throwable thrown) {
        return thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
    }
}
