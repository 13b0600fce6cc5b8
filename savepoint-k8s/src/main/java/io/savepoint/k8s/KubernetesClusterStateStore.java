package io.savepoint.k8s;

import static io.savepoint.k8s.ApiServer.CONFLICT;
import static io.savepoint.k8s.ApiServer.NOT_FOUND;
import static io.savepoint.k8s.ApiServer.UNPROCESSABLE;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.savepoint.k8s.ApiServer.Answer;
import io.savepoint.k8s.ApiServer.PatchType;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Keeps specs, controls and statuses in {@code FlinkCluster} resources: the spec is {@code spec.job}, the control the
 * annotation {@value ControlRequest#ANNOTATION}, the version the {@code resourceVersion}. A cluster without a job, a
 * session cluster, is none of the manager's, and neither is one that is being deleted.
 *
 * <p>Reads come from informers. Every write is one patch, on the status subresource for the status, that names the version
 * it rests on and no field but the manager's own: the API server refuses it when anybody wrote meanwhile, and what others
 * keep beside those fields stays. The store needs no thread for any of it. After a conflict it asks the API server for
 * the present resource, so that it goes on even while a watch is broken.
 *
 * <p>The account needs {@code get}, {@code list}, {@code watch} and {@code patch} on {@code flinkclusters} and
 * {@code patch} on {@code flinkclusters/status}.
 *
 * <p>Safe for use by any number of threads.
 */
public final class KubernetesClusterStateStore implements ClusterStateStore, AutoCloseable {

    private final ApiServer api;
    private final Informers informers;

    private KubernetesClusterStateStore(Builder builder) {
        this.api = new ApiServer(builder.client, builder.requestTimeout);
        this.informers = new Informers(builder.client, builder.namespaces, builder.labelSelector, api);
        informers.start();
    }

    /**
     * Opens a store on the resources of all namespaces.
     *
     * @param client the way to the API server; the store does not close it
     * @return an open store
     */
    public static KubernetesClusterStateStore create(KubernetesClient client) {
        return builder(client).build();
    }

    /**
     * Starts to describe a store.
     *
     * @param client the way to the API server; the store does not close it
     * @return a builder with nothing else set
     */
    public static Builder builder(KubernetesClient client) {
        return new Builder(client);
    }

    /**
     * Tells when the store has read all resources for the first time. Calls before that wait for it, for the request
     * timeout at most; the store tries on for as long as it is open.
     *
     * @return completes then; exceptionally, with a {@link StoreException}, only if the store or its client is closed before
     */
    public CompletionStage<Void> synced() {
        return informers.synced();
    }

    /**
     * Tells whether the store hears of changes at this moment. After a broken connection it takes up to half a minute.
     *
     * @return whether every watch is up
     */
    public boolean isWatching() {
        return informers.isWatching();
    }

    @Override
    public CompletionStage<Optional<ClusterState>> load(ClusterId cluster) {
        return informers
                .ready("load " + cluster)
                .thenApply(ready ->
                        document(cluster).filter(ClusterDocument::isManaged).map(ClusterDocument::state));
    }

    @Override
    public CompletionStage<WriteResult> compareAndSet(ClusterId cluster, String version, ClusterStatus status) {
        String what = "write the status of " + cluster;
        return at(what, cluster, version, WriteResult.GONE, WriteResult.CONFLICT, present -> {
            Map<String, Object> patch =
                    Map.of("metadata", ApiServer.at(version), "status", present.statusPatch(status));
            return api.patch(what, ClusterDocument.path(cluster) + "/status", PatchType.MERGE, patch)
                    .thenCompose(answer -> written(cluster, version, answer));
        });
    }

    @Override
    public CompletionStage<Boolean> acknowledgeControl(ClusterId cluster, String version, ControlRequest control) {
        String what = "remove the annotation " + ControlRequest.ANNOTATION + " of " + cluster;
        return at(what, cluster, version, false, false, present -> {
            if (!present.control().equals(Optional.of(control))) {
                return CompletableFuture.completedFuture(false);
            }
            // Both are tested by the server at the moment of the write, so that no other value can be hit.
            String annotation = "/metadata/annotations/"
                    + ControlRequest.ANNOTATION.replace("~", "~0").replace("/", "~1");
            List<Map<String, String>> patch = List.of(
                    Map.of("op", "test", "path", "/metadata/resourceVersion", "value", version),
                    Map.of("op", "test", "path", annotation, "value", control.value()),
                    Map.of("op", "remove", "path", annotation));
            return api.patch(what, ClusterDocument.path(cluster), PatchType.JSON, patch)
                    .thenCompose(answer -> acknowledged(cluster, version, answer));
        });
    }

    @Override
    public CompletionStage<List<ClusterId>> list() {
        return informers
                .ready("list the clusters")
                .thenApply(ready -> informers
                        .resources()
                        .map(ClusterDocument::new)
                        .filter(ClusterDocument::isManaged)
                        .map(ClusterDocument::id)
                        .toList());
    }

    @Override
    public Watch watch(Consumer<ClusterId> listener) {
        return informers.watch(listener);
    }

    /** Ends the watches, after which every call fails; the client is left open. */
    @Override
    public void close() {
        informers.close();
    }

    Optional<GenericKubernetesResource> resource(ClusterId cluster) {
        return informers.find(cluster);
    }

    private Optional<ClusterDocument> document(ClusterId cluster) {
        return informers.find(cluster).map(ClusterDocument::new);
    }

    /** Does something with the resource at that version, which is the cached one unless another store told it. */
    private <T> CompletableFuture<T> at(
            String what,
            ClusterId cluster,
            String version,
            T ifGone,
            T ifOther,
            Function<ClusterDocument, CompletableFuture<T>> write) {
        Function<Optional<ClusterDocument>, CompletableFuture<T>> checked = present -> {
            if (present.isEmpty()) {
                return CompletableFuture.completedFuture(ifGone);
            }
            boolean same = present.get().version().equals(version);
            return same ? write.apply(present.get()) : CompletableFuture.completedFuture(ifOther);
        };
        Optional<ClusterDocument> cached =
                document(cluster).filter(found -> found.version().equals(version));
        return informers.ready(what).thenCompose(ready -> {
            return cached.isPresent()
                    ? checked.apply(cached)
                    : refresh(what, cluster).thenCompose(checked);
        });
    }

    private CompletableFuture<WriteResult> written(ClusterId cluster, String version, Answer answer) {
        if (answer.isOk()) {
            GenericKubernetesResource resource = api.read(answer, GenericKubernetesResource.class);
            informers.offerOwn(resource);
            return CompletableFuture.completedFuture(
                    WriteResult.written(resource.getMetadata().getResourceVersion()));
        }
        return switch (answer.code()) {
            case NOT_FOUND, CONFLICT ->
                refresh(answer.what(), cluster).thenApply(found -> {
                    boolean there =
                            found.filter(same -> same.version().equals(version)).isPresent();
                    if (there && answer.code() == NOT_FOUND) {
                        throw api.failure(answer, "; the CRD has no status subresource, apply the one of this SDK");
                    }
                    return found.isPresent() ? WriteResult.CONFLICT : WriteResult.GONE;
                });
            default -> CompletableFuture.failedFuture(api.failure(answer));
        };
    }

    private CompletableFuture<Boolean> acknowledged(ClusterId cluster, String version, Answer answer) {
        if (answer.isOk()) {
            informers.offerOwn(api.read(answer, GenericKubernetesResource.class));
            return CompletableFuture.completedFuture(true);
        }
        return switch (answer.code()) {
            // 422 stands for a test that failed, and for a resource that the schema refuses.
            case NOT_FOUND, CONFLICT, UNPROCESSABLE ->
                refresh(answer.what(), cluster).thenApply(found -> {
                    if (found.filter(same -> same.version().equals(version)).isPresent()) {
                        throw api.failure(answer);
                    }
                    return false;
                });
            default -> CompletableFuture.failedFuture(api.failure(answer));
        };
    }

    /** Asks the API server itself, and tells the watchers what the informers have not told yet. */
    private CompletableFuture<Optional<ClusterDocument>> refresh(String what, ClusterId cluster) {
        Optional<GenericKubernetesResource> before = informers.find(cluster);
        return api.get(what, ClusterDocument.path(cluster)).thenApply(answer -> {
            if (api.isGone(answer, cluster.name())) {
                informers.forget(cluster, before);
                return Optional.empty();
            }
            if (answer.code() == NOT_FOUND) {
                throw api.failure(
                        answer,
                        "; this says nothing of the resource: look at the proxies before the API server,"
                                + " and whether the CRD is installed");
            }
            if (!answer.isOk()) {
                throw api.failure(answer);
            }
            GenericKubernetesResource resource = api.read(answer, GenericKubernetesResource.class);
            informers.offerRead(resource, before);
            return Optional.of(new ClusterDocument(resource));
        });
    }

    /** Describes a store. Not safe for use by several threads. */
    public static final class Builder {
        private final KubernetesClient client;
        private List<String> namespaces = List.of();
        private @Nullable String labelSelector;
        private Duration requestTimeout = Duration.ofSeconds(10);

        private Builder(KubernetesClient client) {
            this.client = client;
        }

        /**
         * Sets which namespaces the resources lie in; all of them unless set.
         *
         * @param value the namespaces; none stands for all
         * @return this
         */
        public Builder namespaces(List<String> value) {
            namespaces = value.stream().distinct().toList();
            return this;
        }

        /**
         * Sets which resources are looked after, by their labels; all of them unless set.
         *
         * @param value a selector as {@code kubectl -l} takes it
         * @return this
         */
        public Builder labelSelector(String value) {
            labelSelector = value;
            return this;
        }

        /**
         * Sets how long a request may take, with the retries of the client; 10 seconds unless set.
         *
         * @param value at least 1 ms
         * @return this
         */
        public Builder requestTimeout(Duration value) {
            if (value.toMillis() < 1) {
                throw new IllegalArgumentException("requestTimeout must be at least 1 ms, was " + value);
            }
            requestTimeout = value;
            return this;
        }

        /**
         * Opens the store, which begins to read the resources. An API server that cannot be reached is told by the
         * stages of the calls.
         *
         * @return an open store
         */
        public KubernetesClusterStateStore build() {
            return new KubernetesClusterStateStore(this);
        }
    }
}
