package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/** The version behind each endpoint: asked for once, until there is a reason to think that it may have changed. */
final class FlinkVersions {
    private static final int MOST_ENDPOINTS = 10_000;

    private final RecentMap<URI, CompletableFuture<FlinkVersion>> known = new RecentMap<>(MOST_ENDPOINTS);
    private final BiFunction<ClusterId, URI, CompletableFuture<FlinkVersion>> question;

    FlinkVersions(BiFunction<ClusterId, URI, CompletableFuture<FlinkVersion>> question) {
        this.question = question;
    }

    CompletableFuture<FlinkVersion> of(ClusterId cluster, URI endpoint) {
        return of(cluster, endpoint, any -> true);
    }

    /**
     * The version for a purpose. One that is remembered and not enough for it is asked for anew: an upgrade may have gone
     * by unnoticed.
     */
    CompletableFuture<FlinkVersion> of(ClusterId cluster, URI endpoint, Predicate<FlinkVersion> enough) {
        CompletableFuture<FlinkVersion> mine = new CompletableFuture<>();
        CompletableFuture<FlinkVersion> shared = known.getOrPut(endpoint, () -> mine);
        if (shared == mine) {
            Futures.whenDone(question.apply(cluster, endpoint), mine::complete, thrown -> {
                known.remove(endpoint, mine);
                mine.completeExceptionally(thrown);
            });
            return shared;
        }
        return shared.thenCompose(version -> {
            if (enough.test(version)) {
                return shared;
            }
            known.remove(endpoint, shared);
            return of(cluster, endpoint);
        });
    }

    void forget(URI endpoint) {
        known.remove(endpoint);
    }
}
