package io.savepoint.k8s;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.savepoint.model.ClusterId;
import java.util.Map;

/** Resources as an API server would answer them. */
final class GenericResources {
    static final ClusterId ORDERS = ClusterId.of("shop", "orders");

    private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();

    /** What begins with a brace would be taken for JSON. */
    private static final String YAML = "---\n";

    private GenericResources() {}

    /** @param content what the resource has beside its name, in YAML and on one line, as {@code {spec: {}}} */
    static GenericKubernetesResource orders(String version, String content) {
        return orders(version, "labels: {}", content);
    }

    /** @param metadata fields of its metadata, in YAML and on one line, as {@code labels: {a: b}} */
    static GenericKubernetesResource orders(String version, String metadata, String content) {
        String document = YAML + "{apiVersion: flinkoperator.k8s.io/v1beta1, kind: FlinkCluster, metadata: "
                + "{namespace: shop, name: orders, resourceVersion: '" + version + "', " + metadata + "}}";
        GenericKubernetesResource resource = SERIALIZATION.unmarshal(document, GenericKubernetesResource.class);
        object(content).forEach(resource::setAdditionalProperty);
        return resource;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(String yaml) {
        return SERIALIZATION.unmarshal(YAML + yaml, Map.class);
    }

    /** With the Java types that a parser gives it. */
    static Map<String, Object> parsed(Map<String, Object> object) {
        return object(SERIALIZATION.asJson(object));
    }
}
