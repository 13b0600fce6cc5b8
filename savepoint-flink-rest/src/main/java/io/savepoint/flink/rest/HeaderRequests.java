package io.savepoint.flink.rest;

import io.savepoint.spi.FlinkException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Asks for the headers of each request, off the caller's thread and for a bounded time. */
final class HeaderRequests {
    private static final int THREADS = 4;
    private static final int MOST_WAITING = 1000;

    private final Optional<FlinkHeaders> headers;
    private final Duration patience;
    private final Clock clock;
    private final ThreadPoolExecutor executor = DaemonThreads.pool("savepoint-flink-headers", THREADS, MOST_WAITING);

    HeaderRequests(FlinkRestConfig config) {
        headers = config.headers();
        patience = config.requestTimeout();
        clock = config.scheduler().clock();
    }

    /** The call with its headers and what is left of its time; or a {@link NotSentException}. */
    CompletableFuture<Call> addTo(Call call) {
        return headers.map(provider -> ask(provider, call)).orElseGet(() -> CompletableFuture.completedFuture(call));
    }

    private CompletableFuture<Call> ask(FlinkHeaders provider, Call call) {
        Instant begun = clock.instant();
        Duration longest = call.timeout().compareTo(patience) < 0 ? call.timeout() : patience;
        CompletableFuture<Map<String, String>> asked = new CompletableFuture<>();
        try {
            executor.execute(() -> ask(provider, call, asked));
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(notSent(call, MOST_WAITING + " others wait for theirs"));
        }
        return asked.orTimeout(longest.toNanos(), TimeUnit.NANOSECONDS).handleAsync((given, thrown) -> {
            if (thrown instanceof TimeoutException) {
                throw notSent(call, "they did not come within " + FlinkHttp.seconds(longest));
            }
            Futures.valueOrThrow(given, thrown);
            try {
                return call.with(HeaderRules.checked(given), TimeLeft.of(call.timeout(), begun, clock));
            } catch (RuntimeException e) {
                throw notSent(call, e);
            }
        });
    }

    private static void ask(FlinkHeaders provider, Call call, CompletableFuture<Map<String, String>> asked) {
        if (asked.isDone()) { // nobody waits for it any more
            return;
        }
        try {
            Futures.whenDone(
                    provider.headersFor(call.cluster(), call.endpoint()),
                    asked::complete,
                    thrown -> asked.completeExceptionally(thrown instanceof Error ? thrown : notSent(call, thrown)));
        } catch (RuntimeException e) {
            asked.completeExceptionally(notSent(call, e));
        } catch (Error e) {
            asked.completeExceptionally(e);
        }
    }

    private static NotSentException notSent(Call call, Throwable thrown) {
        // Others' messages may hold a secret, and so may those of their causes.
        return notSent(
                call,
                thrown instanceof FlinkException
                        ? thrown.getMessage()
                        : "asking for them failed with " + thrown.getClass().getName()
                                + ", whose message may hold a secret and is not repeated here");
    }

    private static NotSentException notSent(Call call, @Nullable String why) {
        return new NotSentException(call + " was not sent, as its headers are missing: " + why
                + "; check what FlinkRestConfig.headers was given");
    }
}
