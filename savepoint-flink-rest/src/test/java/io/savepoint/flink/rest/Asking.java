package io.savepoint.flink.rest;

import static org.assertj.core.api.Assertions.catchThrowable;

import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.savepoint.model.ClusterId;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Waits for what the transport answers: long enough for a loaded machine, and never for ever. */
final class Asking {
    static final ClusterId CLUSTER = ClusterId.of("default", "orders");

    /** Long enough for a loaded machine. */
    static final Duration LONG = Duration.ofSeconds(60);

    private Asking() {}

    /** A server of a test class, to be registered as its extension; each test finds it without answers. */
    static WireMockExtension aServer() {
        return WireMockExtension.newInstance()
                .options(WireMockConfiguration.options().dynamicPort())
                .build();
    }

    /** Where nothing listens. */
    static String urlOfNobody() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return "http://127.0.0.1:" + free.getLocalPort();
        }
    }

    static <T> T answer(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(LONG.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("no answer", e);
        }
    }

    /** The failure itself; a future's own wrapping is taken off. */
    static Throwable failure(CompletionStage<?> stage) {
        Throwable thrown = catchThrowable(() -> stage.toCompletableFuture().get(LONG.toSeconds(), TimeUnit.SECONDS));
        return thrown instanceof ExecutionException ? thrown.getCause() : thrown;
    }
}
