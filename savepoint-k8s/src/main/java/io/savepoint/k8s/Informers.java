package io.savepoint.k8s;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.savepoint.k8s.model.FlinkCluster;
import io.savepoint.model.ClusterId;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.StoreException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The informers of the resources, one for each namespace or one for all, and who is told of changes. Safe for use by any
 * number of threads.
 */
final class Informers implements AutoCloseable {
    private static final ResourceDefinitionContext CONTEXT =
            ResourceDefinitionContext.fromResourceType(FlinkCluster.class);
    private static final Logger LOG = LoggerFactory.getLogger(Informers.class);
    private static final String ALL = "";

    private final ApiServer api;
    private final Map<String, ResourceCache> caches = new LinkedHashMap<>();
    private final Map<String, SharedIndexInformer<GenericKubernetesResource>> informers = new LinkedHashMap<>();
    /** By a key of its own for each watch, as one listener may have several. */
    private final Map<Object, Consumer<ClusterId>> watchers = new ConcurrentHashMap<>();

    private final CompletableFuture<Void> synced = new CompletableFuture<>();
    /** Why the caches hear of nothing any more, once that is so. */
    private final CompletableFuture<String> ended = new CompletableFuture<>();

    private volatile @Nullable Throwable lastFailure;

    Informers(KubernetesClient client, List<String> namespaces, @Nullable String labelSelector, ApiServer api) {
        this.api = api;
        for (String namespace : namespaces.isEmpty() ? List.of(ALL) : namespaces) {
            ResourceCache cache = new ResourceCache();
            var all = client.genericKubernetesResources(CONTEXT);
            var chosen = namespace.equals(ALL) ? all.inAnyNamespace() : all.inNamespace(namespace);
            SharedIndexInformer<GenericKubernetesResource> informer =
                    (labelSelector == null ? chosen : chosen.withLabelSelector(labelSelector)).runnableInformer(0);
            informer.removeNamespaceIndex()
                    .itemStore(cache)
                    // Whatever it is that goes wrong may be mended by somebody: the CRD, a Role, the network.
                    .exceptionHandler((started, failure) -> {
                        lastFailure = failure;
                        return true;
                    })
                    .addEventHandler(new Reporter());
            caches.put(namespace, cache);
            informers.put(namespace, informer);
            informer.stopped()
                    .whenComplete((stopped, thrown) ->
                            ended.complete("the Kubernetes client of the store was closed; open both anew"));
        }
    }

    void start() {
        CompletableFuture<Void> unusedEnd = ended.thenAccept(
                why -> synced.completeExceptionally(new StoreException("the FlinkClusters could not be read: " + why)));
        CompletableFuture<?>[] starts = informers.values().stream()
                .map(informer -> informer.start().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture<Void> unused = CompletableFuture.allOf(starts).thenRun(() -> synced.complete(null));
    }

    CompletableFuture<Void> synced() {
        return synced.copy();
    }

    boolean isWatching() {
        return informers.values().stream().allMatch(SharedIndexInformer::isWatching);
    }

    /**
     * Completes when all resources were read once. Fails with a {@link StoreException} if that takes too long, and after
     * the end: what the caches hold is of the past then.
     */
    CompletableFuture<Void> ready(String what) {
        if (ended.isDone()) {
            return CompletableFuture.failedFuture(afterTheEnd(what));
        }
        if (synced.isDone()) {
            return synced;
        }
        return synced.copy() // which the end completes, too
                .orTimeout(api.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .handleAsync((ready, thrown) -> {
                    if (ended.isDone()) {
                        throw afterTheEnd(what);
                    }
                    if (thrown != null) {
                        Throwable failure = lastFailure;
                        throw failure == null
                                ? api.failure(what, new TimeoutException())
                                : new StoreException(
                                        "could not " + what
                                                + ": the FlinkClusters could not be listed and watched yet: "
                                                + failure.getMessage(),
                                        failure);
                    }
                    return null;
                });
    }

    Stream<GenericKubernetesResource> resources() {
        return caches.values().stream().flatMap(ResourceCache::values);
    }

    Optional<GenericKubernetesResource> find(ClusterId cluster) {
        return cache(cluster).flatMap(cache -> cache.find(cluster));
    }

    /** Takes what the API server answered to a write of ours, which is no news to anybody here. */
    void offerOwn(GenericKubernetesResource resource) {
        cache(ClusterDocument.id(resource)).ifPresent(cache -> cache.offer(resource));
    }

    /**
     * Takes what the API server answered to a question of ours; the informer will hold it for old, so it is told here.
     *
     * @param before what was found here when it was asked
     */
    void offerRead(GenericKubernetesResource resource, Optional<GenericKubernetesResource> before) {
        ClusterId cluster = ClusterDocument.id(resource);
        ClusterDocument read = new ClusterDocument(resource);
        boolean news = cache(cluster)
                .flatMap(cache -> cache.replace(before, resource))
                .filter(old -> !new ClusterDocument(old).saysTheSameAs(read))
                .isPresent();
        if (news) {
            report(cluster);
        }
    }

    /**
     * Takes note that the API server had none.
     *
     * @param before what was found here when it was asked: one that came since was made anew, and stays
     */
    void forget(ClusterId cluster, Optional<GenericKubernetesResource> before) {
        boolean forgotten = before.flatMap(gone -> cache(cluster).filter(cache -> cache.forget(gone)))
                .isPresent();
        if (forgotten) {
            report(cluster);
        }
    }

    ClusterStateStore.Watch watch(Consumer<ClusterId> listener) {
        Object key = new Object();
        watchers.put(key, listener);
        return () -> watchers.remove(key);
    }

    @Override
    public void close() {
        ended.complete("the store is closed");
        watchers.clear();
        informers.values().forEach(SharedIndexInformer::close);
    }

    private StoreException afterTheEnd(String what) {
        return new StoreException("could not " + what + ": " + ended.join());
    }

    private Optional<ResourceCache> cache(ClusterId cluster) {
        return Optional.ofNullable(caches.getOrDefault(cluster.namespace(), caches.get(ALL)));
    }

    private void report(ClusterId cluster) {
        watchers.values().forEach(watcher -> {
            try {
                watcher.accept(cluster);
            } catch (RuntimeException broken) { // neither the others nor the caller are to suffer from it
                LOG.warn("{}: a listener of the store failed", cluster, broken);
            }
        });
    }

    /** Told by an informer, one event after the other. */
    private final class Reporter implements ResourceEventHandler<GenericKubernetesResource> {
        @Override
        public void onAdd(GenericKubernetesResource added) {
            report(ClusterDocument.id(added));
        }

        @Override
        public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource after) {
            ClusterDocument changed = new ClusterDocument(after);
            if (!changed.saysTheSameAs(new ClusterDocument(before))) {
                report(changed.id());
            }
        }

        @Override
        public void onDelete(GenericKubernetesResource deleted, boolean finalStateUnknown) {
            report(ClusterDocument.id(deleted));
        }
    }
}
