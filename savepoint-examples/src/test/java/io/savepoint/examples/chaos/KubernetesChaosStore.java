package io.savepoint.examples.chaos;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.savepoint.examples.cluster.Await;
import io.savepoint.examples.operator.Kubectl;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.JobSpec;
import io.savepoint.store.SpecDocument;
import io.savepoint.store.StatusDocument;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A FlinkCluster on the API server that KUBECONFIG names, in a namespace of its own. A watch tells every write to it. */
final class KubernetesChaosStore implements ChaosStore {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String API_VERSION = "flinkoperator.k8s.io/v1beta1";
    private static final String KIND = "FlinkCluster";

    private final Kubectl kubectl;
    private final ClusterId cluster;
    private final KubernetesClient client = new KubernetesClientBuilder().build();
    private final Resource<GenericKubernetesResource> resource;
    private final BlockingQueue<GenericKubernetesResource> written = new LinkedBlockingQueue<>();
    private final Watch watch;
    private volatile Optional<WatcherException> watchLost = Optional.empty();
    private volatile long watched;
    private long told;

    private KubernetesChaosStore(Kubectl kubectl) {
        this.kubectl = kubectl;
        this.cluster = ClusterId.of(kubectl.namespace(), "orders");
        this.resource = client.genericKubernetesResources(API_VERSION, KIND)
                .inNamespace(cluster.namespace())
                .withName(cluster.name());
        this.watch = resource.watch(new Watcher<>() {
            @Override
            public void eventReceived(Action action, GenericKubernetesResource now) {
                if (action != Action.BOOKMARK) {
                    written.add(now);
                    watched = version(now);
                }
            }

            @Override
            public void onClose(WatcherException cause) {
                watchLost = Optional.of(cause);
            }
        });
    }

    static KubernetesChaosStore create() throws Exception {
        return new KubernetesChaosStore(Kubectl.inNewNamespace("chaos"));
    }

    @Override
    public String address() {
        return ChaosManager.KUBERNETES + cluster.namespace();
    }

    @Override
    public void create(JobSpec spec) {
        GenericKubernetesResource wanted = new GenericKubernetesResource();
        wanted.setApiVersion(API_VERSION);
        wanted.setKind(KIND);
        wanted.setMetadata(new ObjectMetaBuilder()
                .withNamespace(cluster.namespace())
                .withName(cluster.name())
                .build());
        wanted.setAdditionalProperty("spec", Map.of("job", SpecDocument.write(spec)));
        client.resource(wanted).create();
    }

    @Override
    public void askGeneration(long generation) {
        patch("{\"spec\":{\"job\":{\"savepointGeneration\":" + generation + "}}}");
    }

    @Override
    public void period(OptionalLong seconds) {
        String value = seconds.isPresent() ? Long.toString(seconds.getAsLong()) : "null";
        patch("{\"spec\":{\"job\":{\"autoSavepointSeconds\":" + value + "}}}");
    }

    @Override
    public void annotate(String control) {
        patch("{\"metadata\":{\"annotations\":{\"" + Kubectl.CONTROL + "\":\"" + control + "\"}}}");
    }

    private void patch(String json) {
        resource.patch(PatchContext.of(PatchType.JSON_MERGE), json);
    }

    @Override
    public ClusterState state() {
        GenericKubernetesResource now = resource.require();
        told = Math.max(told, version(now));
        Map<String, Object> spec = now.get("spec", "job");
        Optional<ControlRequest> control = Optional.ofNullable(
                        now.getMetadata().getAnnotations().get(Kubectl.CONTROL))
                .map(ControlRequest::new);
        return new ClusterState(
                cluster,
                now.getMetadata().getResourceVersion(),
                SpecDocument.read(spec).value(),
                control,
                status(now),
                List.of());
    }

    private ClusterStatus status(GenericKubernetesResource now) {
        Map<String, Object> status = now.get("status");
        return StatusDocument.read(cluster, status == null ? Map.of() : status).value();
    }

    /** An order of versions is not promised, and is there: they are etcd's revisions. */
    private static long version(GenericKubernetesResource resource) {
        return Long.parseLong(resource.getMetadata().getResourceVersion());
    }

    @Override
    public List<ClusterStatus> newStatuses() throws Exception {
        Await.answer("the watch to tell version " + told, TIMEOUT, () -> {
            if (watchLost.isPresent()) {
                throw watchLost.get();
            }
            return Optional.of(watched).filter(version -> version >= told);
        });
        List<GenericKubernetesResource> found = new ArrayList<>();
        written.drainTo(found);
        return found.stream().map(this::status).toList();
    }

    @Override
    public void close() throws Exception {
        watch.close();
        client.close();
        kubectl.deleteNamespace();
    }
}
