package io.savepoint.k8s;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.savepoint.k8s.model.FlinkCluster;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.JobSpec;
import io.savepoint.model.SpecProblem;
import io.savepoint.spi.StoreException;
import io.savepoint.store.Read;
import io.savepoint.store.SpecDocument;
import io.savepoint.store.StatusDocument;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A {@code FlinkCluster} resource as the manager sees it. Read from the plain document: a field of another type than it
 * should have is reported, and neither it nor the resource keeps the others from being read.
 *
 * <p>Immutable as long as nobody changes the resource, which nobody does once it is in the cache.
 */
final class ClusterDocument {
    private final GenericKubernetesResource resource;
    private final ClusterId cluster;

    ClusterDocument(GenericKubernetesResource resource) {
        this.resource = resource;
        this.cluster = id(resource);
    }

    static ClusterId id(GenericKubernetesResource resource) {
        return ClusterId.of(
                resource.getMetadata().getNamespace(), resource.getMetadata().getName());
    }

    /** The path of the collection in a namespace, or of all namespaces where that is empty. */
    static String path(String namespace) {
        String group = "/apis/" + FlinkCluster.GROUP + "/" + FlinkCluster.VERSION;
        return group + (namespace.isEmpty() ? "" : "/namespaces/" + ApiServer.encode(namespace)) + "/"
                + FlinkCluster.PLURAL;
    }

    static String path(ClusterId cluster) {
        return path(cluster.namespace()) + "/" + ApiServer.encode(cluster.name());
    }

    ClusterId id() {
        return cluster;
    }

    String version() {
        return resource.getMetadata().getResourceVersion();
    }

    /**
     * Whether a manager has anything to do with it: it has a job, or had one, or somebody wants something of it. Session
     * clusters have none, and one that is being deleted is left alone.
     */
    boolean isManaged() {
        boolean deleted = resource.getMetadata().getDeletionTimestamp() != null;
        return !deleted && (jobSpec() != null || control().isPresent() || hasRecordedJob());
    }

    /** @throws StoreException if there is a status that is no object, which must not be taken for none */
    ClusterState state() {
        List<SpecProblem> problems = new ArrayList<>();
        Read<JobSpec> spec = SpecDocument.read(jobSpecOrEmpty(problems));
        Read<ClusterStatus> status = StatusDocument.read(cluster, status());
        problems.addAll(spec.problems());
        problems.addAll(status.problems());
        return new ClusterState(cluster, version(), spec.value(), control(), status.value(), problems);
    }

    /** What of the status has to change, in a patch that names no field of anybody else. */
    Map<String, @Nullable Object> statusPatch(ClusterStatus wanted) {
        Map<String, @Nullable Object> present = status();
        return MergePatch.between(present, StatusDocument.merge(present, wanted));
    }

    Optional<ControlRequest> control() {
        return Optional.ofNullable(resource.getMetadata().getAnnotations())
                .map(annotations -> annotations.get(ControlRequest.ANNOTATION))
                .map(ControlRequest::new);
    }

    /** Whether a manager would decide otherwise on the other one, as far as users had a hand in it. */
    boolean saysTheSameAs(ClusterDocument other) {
        return isManaged() == other.isManaged()
                && control().equals(other.control())
                && Objects.equals(jobSpec(), other.jobSpec());
    }

    private boolean hasRecordedJob() {
        Object status = resource.getAdditionalProperties().get("status");
        if (status instanceof Map<?, ?> fields) {
            return fields.get("components") instanceof Map<?, ?> parts && parts.get("job") != null;
        }
        // One that is no object may be anything: looking at it tells the user so.
        return status != null;
    }

    private @Nullable Object jobSpec() {
        return resource.getAdditionalProperties().get("spec") instanceof Map<?, ?> spec ? spec.get("job") : null;
    }

    private Map<String, @Nullable Object> jobSpecOrEmpty(List<SpecProblem> problems) {
        Object job = jobSpec();
        if (job != null && !(job instanceof Map)) {
            problems.add(new SpecProblem("job", "spec.job must be an object, was '" + job + "'"));
        }
        return object(job);
    }

    private Map<String, @Nullable Object> status() {
        Object status = resource.getAdditionalProperties().get("status");
        if (status != null && !(status instanceof Map)) {
            throw new StoreException("could not load " + cluster + ": its status must be an object, was '" + status
                    + "'; correct it by hand, until then nothing is done for this cluster");
        }
        return object(status);
    }

    private static Map<String, @Nullable Object> object(@Nullable Object value) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> fields) {
            fields.forEach((key, field) -> object.put(String.valueOf(key), field));
        }
        return object;
    }
}
