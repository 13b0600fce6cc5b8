package io.savepoint.flink.rest;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Gets jars over HTTP into the cache; a failure is a {@link DownloadException}, and leaves nothing in the cache. */
final class JarDownloads {
    private final HttpClient client;
    private final JarCache cache;
    private final long maxBytes;
    private final Duration timeout;

    JarDownloads(HttpClient client, JarCache cache, long maxBytes, Duration timeout) {
        this.client = client;
        this.cache = cache;
        this.maxBytes = maxBytes;
        this.timeout = timeout;
    }

    CompletableFuture<Path> download(JarUrl url) {
        return cache.begin().thenCompose(part -> {
            CompletableFuture<Path> stored = fetch(url, part)
                    .thenCompose(
                            response -> cache.store(part, response.body(), url.fileName(), saysWhereItEnds(response)));
            return Futures.thenHandle(stored, (jar, thrown) -> {
                if (thrown == null) {
                    return stored;
                }
                // Told when it is done, so that who is told finds nothing; that it failed is of no use to anybody.
                return Futures.thenHandle(cache.discard(part), (done, failed) -> stored);
            });
        });
    }

    private CompletableFuture<HttpResponse<String>> fetch(JarUrl url, PartialJar part) {
        CompletableFuture<HttpResponse<String>> exchange;
        try {
            exchange = client.sendAsync(HttpRequest.newBuilder(url.uri()).build(), JarBody.into(part, maxBytes));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(DownloadException.of(e, timeout));
        }
        // As in FlinkHttp: to the end of the body, and the exchange is ended with it.
        CompletableFuture<HttpResponse<String>> bounded =
                exchange.copy().orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
        return bounded.handleAsync((response, thrown) -> {
            if (response == null) {
                Futures.giveUp(exchange);
                throw DownloadException.of(thrown, timeout);
            }
            return response;
        });
    }

    /** Otherwise the body ends with the connection, and one that was cut looks like a whole one. */
    private static boolean saysWhereItEnds(HttpResponse<?> response) {
        return response.version() != HttpClient.Version.HTTP_1_1
                || response.headers().firstValue("Content-Length").isPresent()
                || response.headers().firstValue("Transfer-Encoding").isPresent();
    }
}
