package io.savepoint.k8s;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.savepoint.k8s.model.FlinkCluster;
import io.savepoint.model.ClusterId;
import io.savepoint.model.JobSpec;
import io.savepoint.store.SpecDocument;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What users do to their resources. */
record Resources(KubernetesClient client) {
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    /** The manifest that is shipped. */
    static final Path CRD = Path.of("..", "savepoint-examples", "deploy", "crd.yaml");

    static void installCrd(KubernetesClient client) throws IOException {
        try (InputStream crd = Files.newInputStream(CRD)) {
            client.load(crd).forceConflicts().serverSideApply();
        }
        client.apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName(FlinkCluster.PLURAL + "." + FlinkCluster.GROUP)
                .waitUntilCondition(
                        // Just after it was created the server has written neither.
                        crd -> crd.getStatus() != null
                                && crd.getStatus().getConditions() != null
                                && crd.getStatus().getConditions().stream()
                                        .anyMatch(
                                                condition -> condition.getType().equals("Established")
                                                        && condition.getStatus().equals("True")),
                        30,
                        TimeUnit.SECONDS);
    }

    /** A store at an address where nobody listens. */
    static KubernetesClusterStateStore unreachableStore() {
        Config nowhere = new ConfigBuilder(Config.empty())
                .withMasterUrl("https://127.0.0.1:1")
                .withRequestRetryBackoffLimit(0)
                .build();
        return KubernetesClusterStateStore.builder(
                        new KubernetesClientBuilder().withConfig(nowhere).build())
                .requestTimeout(Duration.ofSeconds(1))
                .build();
    }

    Resource<GenericKubernetesResource> resource(ClusterId cluster) {
        return client.genericKubernetesResources(FlinkCluster.GROUP + "/" + FlinkCluster.VERSION, FlinkCluster.KIND)
                .inNamespace(cluster.namespace())
                .withName(cluster.name());
    }

    /** Puts the whole of {@code spec.job}, as an apply does. */
    void put(ClusterId cluster, JobSpec spec) {
        GenericKubernetesResource present = resource(cluster).get();
        if (present == null) {
            client.resource(resource(cluster, spec)).create();
        } else {
            Map<String, Object> whole = Map.of("op", "add", "path", "/spec/job", "value", SpecDocument.write(spec));
            resource(cluster).patch(PatchContext.of(PatchType.JSON), json(List.of(whole)));
        }
    }

    /** @param value null removes it */
    void annotate(ClusterId cluster, String name, String value) {
        Map<String, String> annotation = Collections.singletonMap(name, value);
        resource(cluster).patch(MERGE, json(Map.of("metadata", Map.of("annotations", annotation))));
    }

    /** Merges into the resource; creates it if there is none. */
    void patch(ClusterId cluster, String document) {
        if (resource(cluster).get() == null) {
            GenericKubernetesResource created =
                    client.getKubernetesSerialization().unmarshal(document, GenericKubernetesResource.class);
            created.setMetadata(metadata(cluster));
            client.resource(created).create();
        } else {
            resource(cluster).patch(MERGE, document);
        }
    }

    void delete(ClusterId cluster) {
        resource(cluster).delete();
    }

    private String json(Object document) {
        return client.getKubernetesSerialization().asJson(document);
    }

    private static GenericKubernetesResource resource(ClusterId cluster, JobSpec spec) {
        GenericKubernetesResource resource = new GenericKubernetesResource();
        resource.setApiVersion(FlinkCluster.GROUP + "/" + FlinkCluster.VERSION);
        resource.setKind(FlinkCluster.KIND);
        resource.setMetadata(metadata(cluster));
        resource.setAdditionalProperty("spec", Map.of("job", SpecDocument.write(spec)));
        return resource;
    }

    private static ObjectMeta metadata(ClusterId cluster) {
        return new ObjectMetaBuilder()
                .withNamespace(cluster.namespace())
                .withName(cluster.name())
                .build();
    }
}
