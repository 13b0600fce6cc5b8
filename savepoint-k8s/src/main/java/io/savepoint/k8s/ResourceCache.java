package io.savepoint.k8s;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import io.savepoint.model.ClusterId;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The newest that is known of each resource: what an informer puts here, and what the API server answered to requests of
 * the store's own, which is there before the informer hears of it. Safe for use by any number of threads.
 *
 * <p>Resource versions of one resource are compared as numbers, which
 * <a href="https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions">Kubernetes</a> allows; one
 * that is none counts as newer, as what comes later is.
 */
final class ResourceCache implements ItemStore<GenericKubernetesResource> {
    private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

    private final Map<String, GenericKubernetesResource> resources = new ConcurrentHashMap<>();

    Optional<GenericKubernetesResource> find(ClusterId cluster) {
        return Optional.ofNullable(resources.get(cluster.toString()));
    }

    /**
     * Takes a resource in place of an older one. One of which none is here is not for this cache: it was deleted
     * meanwhile, or the informer's selector leaves it out.
     *
     * @return the one that was here before
     */
    Optional<GenericKubernetesResource> offer(GenericKubernetesResource resource) {
        dropBallast(resource.getMetadata());
        AtomicReference<@Nullable GenericKubernetesResource> before = new AtomicReference<>();
        resources.computeIfPresent(getKey(resource), (key, present) -> {
            before.set(present);
            return newer(present, resource);
        });
        return Optional.ofNullable(before.get());
    }

    /**
     * Takes what the API server answered to a question. It is newer than what was found here when the question was asked,
     * whatever the versions say: a data store that was restored from a backup may count from an earlier one.
     *
     * @param before what was found here when it was asked
     * @return the one that was here before
     */
    Optional<GenericKubernetesResource> replace(
            Optional<GenericKubernetesResource> before, GenericKubernetesResource resource) {
        if (before.isPresent()) {
            dropBallast(resource.getMetadata());
            if (resources.replace(getKey(resource), before.get(), resource)) {
                return before;
            }
        }
        return offer(resource);
    }

    /**
     * Removes that very one.
     *
     * @return whether it was here still
     */
    boolean forget(GenericKubernetesResource resource) {
        return resources.remove(getKey(resource), resource);
    }

    @Override
    public String getKey(GenericKubernetesResource resource) {
        return Cache.metaNamespaceKeyFunc(resource);
    }

    @Override
    public @Nullable GenericKubernetesResource put(String key, GenericKubernetesResource resource) {
        dropBallast(resource.getMetadata());
        AtomicReference<@Nullable GenericKubernetesResource> before = new AtomicReference<>();
        resources.compute(key, (same, present) -> {
            before.set(present);
            return present == null ? resource : newer(present, resource);
        });
        return before.get();
    }

    @Override
    public @Nullable GenericKubernetesResource remove(String key) {
        return resources.remove(key);
    }

    @Override
    public Stream<String> keySet() {
        return resources.keySet().stream();
    }

    @Override
    public Stream<GenericKubernetesResource> values() {
        return resources.values().stream();
    }

    @Override
    public int size() {
        return resources.size();
    }

    @Override
    public @Nullable GenericKubernetesResource get(String key) {
        return resources.get(key);
    }

    /** Often as large as the rest of a resource, and of no use here. */
    private static void dropBallast(ObjectMeta metadata) {
        metadata.setManagedFields(List.of());
        if (metadata.getAnnotations() != null) {
            metadata.getAnnotations().remove(LAST_APPLIED);
        }
    }

    private static GenericKubernetesResource newer(
            GenericKubernetesResource present, GenericKubernetesResource arrived) {
        try {
            return number(arrived).compareTo(number(present)) < 0 ? present : arrived;
        } catch (NumberFormatException e) {
            return arrived;
        }
    }

    private static BigInteger number(GenericKubernetesResource resource) {
        return new BigInteger(resource.getMetadata().getResourceVersion());
    }
}
