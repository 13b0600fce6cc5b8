package io.savepoint.flink.rest;

import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkException;
import io.savepoint.spi.FlinkLeaderElectionException;
import io.savepoint.spi.FlinkUnreachableException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** The one HTTP client of a transport: asynchronous, and bounded in time and in what it reads. */
final class FlinkHttp {
    private static final int LONGEST_MESSAGE = 200;

    private final HttpClient client;
    private final HeaderRequests headers;
    private final int maxBodyBytes;

    FlinkHttp(FlinkRestConfig config) {
        // Said here, as a property of the JVM turns off what is only its default.
        SSLParameters checksHostNames = new SSLParameters();
        checksHostNames.setEndpointIdentificationAlgorithm("HTTPS");
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(config.connectTimeout())
                .sslParameters(checksHostNames);
        config.tls().map(FlinkTls::context).ifPresent(builder::sslContext);
        config.proxy().ifPresent(builder::proxy);
        client = builder.build();
        headers = new HeaderRequests(config);
        maxBodyBytes = config.maxBodyBytes();
    }

    /**
     * Sends a call.
     *
     * @return the answer, whatever its status, once it is there to the last byte; or a {@link FlinkException}
     */
    CompletableFuture<Answer> send(Call call) {
        return headers.addTo(call).thenCompose(this::exchange);
    }

    private CompletableFuture<Answer> exchange(Call call) {
        CompletableFuture<HttpResponse<byte[]>> exchange;
        try {
            exchange = client.sendAsync(call.toHttp(), BoundedBody.upTo(maxBodyBytes));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(new NotSentException(
                    call + " could not be sent (" + e.getMessage() + "); check the endpoint's URL", e));
        }
        // The timeout of HttpRequest ends with the headers; this one holds to the end of the body.
        AtomicBoolean late = new AtomicBoolean();
        Futures.whenLate(exchange, call.timeout(), () -> {
            late.set(true);
            exchange.cancel(true);
        });
        // Without another thread: the client gives its result on one that is made for that.
        return exchange.handle((response, thrown) -> {
            if (response == null) {
                Futures.giveUp(exchange);
                throw failure(call, late.get() ? new TimeoutException() : thrown);
            }
            String contentType = response.headers().firstValue("Content-Type").orElse("");
            // What a proxy answers instead of making a tunnel is without one.
            byte[] body = Objects.requireNonNullElse(response.body(), new byte[0]);
            return new Answer(call, response.statusCode(), contentType, body);
        });
    }

    static FlinkException failure(Call call, @Nullable Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (cause instanceof Error error) {
            throw error;
        }
        if (cause == null) {
            return new FlinkUnreachableException(call + " ended without an answer");
        }
        if (hasCause(cause, BodyTooLargeException.class)) {
            return new FlinkAnswerException(
                    call + " was answered with too much: " + innermost(cause).getMessage()
                            + "; check that this is Flink's REST API, or raise maxBodyBytes",
                    cause);
        }
        if (hasCause(cause, ProtocolException.class)) {
            return new FlinkAnswerException(
                    call + " was not answered in HTTP (" + said(cause) + "); check the endpoint's URL", cause);
        }
        Optional<String> noConnection = NoConnection.told(cause);
        if (noConnection.isPresent()) {
            return new NotSentException(call + " " + noConnection.get(), cause);
        }
        return new FlinkUnreachableException(
                call + " " + what(call, cause) + "; check that the JobManager runs and that the endpoint's URL is right"
                        + orTls(call, cause),
                cause);
    }

    /** Whether a request that failed like this may have reached Flink all the same. */
    static boolean mayHaveArrived(Throwable failure) {
        return failure instanceof FlinkUnreachableException
                && !(failure instanceof FlinkLeaderElectionException)
                && !(failure instanceof NotSentException)
                && !(failure.getCause() instanceof ConnectException)
                && !(failure.getCause() instanceof HttpConnectTimeoutException);
    }

    private static String what(Call call, Throwable cause) {
        if (cause instanceof TimeoutException) {
            return "was not answered within " + seconds(call.timeout());
        }
        return what(cause);
    }

    /** Some servers that want a certificate hang up on who shows none, without a word. */
    private static String orTls(Call call, Throwable cause) {
        boolean https = "https".equalsIgnoreCase(call.endpoint().getScheme());
        boolean hungUp = cause instanceof IOException
                && !(cause instanceof ConnectException)
                && !(cause instanceof HttpConnectTimeoutException);
        return https && hungUp ? ", and whether it wants a client certificate (FlinkRestConfig.tls)" : "";
    }

    /** How an exchange failed, to be put behind its name. */
    static String what(Throwable cause) {
        if (cause instanceof HttpConnectTimeoutException) {
            return "failed: no connection in time";
        }
        if (cause instanceof ConnectException) {
            Throwable inner = innermost(cause);
            return "failed: no connection" + (inner.getMessage() == null ? "" : " (" + said(inner) + ")");
        }
        return (cause instanceof IOException ? "broke off (" : "failed (") + said(cause) + ")";
    }

    /** What the HTTP client says, which may repeat what the server sent: any bytes, and many of them. */
    private static String said(Throwable cause) {
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : Trace.shorten(message, LONGEST_MESSAGE);
    }

    static String seconds(Duration duration) {
        return duration.toMillis() / 1000.0 + " s";
    }

    private static boolean hasCause(Throwable throwable, Class<? extends Throwable> type) {
        return type.isInstance(throwable) || type.isInstance(innermost(throwable));
    }

    private static Throwable innermost(Throwable throwable) {
        Throwable inner = throwable;
        for (int depth = 0; depth < 10 && inner.getCause() != null; depth++) {
            inner = inner.getCause();
        }
        return inner;
    }
}
