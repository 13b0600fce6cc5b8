package io.savepoint.flink.rest;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What {@link CompletableFuture} leaves to be done by hand. */
final class Futures {
    private Futures() {}

    /** Calls what gives a future; what it throws instead fails one. */
    static <T> CompletableFuture<T> call(Supplier<CompletableFuture<T>> supplier) {
        try {
            return supplier.get();
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Does something, off the timer's thread, if a future is not done in time. */
    static void whenLate(CompletableFuture<?> future, Duration timeout, Runnable action) {
        CompletableFuture<Void> timer =
                new CompletableFuture<Void>().orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
        CompletableFuture<?> unused = future.whenComplete((value, thrown) -> timer.complete(null));
        CompletableFuture<Void> unusedToo = timer.whenComplete((done, late) -> {
            if (late != null) {
                timer.defaultExecutor().execute(action);
            }
        });
    }

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

    /**
     * Ends an exchange of the JDK's HTTP client, and its connection. One that has failed is not ended by that: after an
     * answer that is not HTTP the client keeps the connection open for ever, and cancelling a future that has failed does
     * nothing. With this client any future that comes of it, and is not done, can be cancelled in its place.
     */
    static void giveUp(CompletableFuture<?> exchange) {
        exchange.cancel(true);
        exchange.newIncompleteFuture().cancel(true);
    }

    static Throwable unwrap(Throwable thrown) {
        return thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
    }
}
