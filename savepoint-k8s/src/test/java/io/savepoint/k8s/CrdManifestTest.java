package io.savepoint.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinitionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The CRD that is shipped is the one that the generator makes of the model, but for three things: the columns, which the
 * generator would sort by path, fields that may be null, and an accessor that it takes for a field. Run it with {@code
 * -Dcrd.update=true} to write the manifest anew.
 */
class CrdManifestTest {
    private static final Path GENERATED = Path.of("target", "crd", "flinkclusters.flinkoperator.k8s.io-v1.yml");
    private static final Path IN_THE_JAR =
            Path.of("src", "main", "resources", "META-INF", "fabric8", "flinkclusters.flinkoperator.k8s.io-v1.yml");
    private static final String JOB = ".status.components.job.";
    private static final List<CustomResourceColumnDefinition> COLUMNS = List.of(
            column("Job", "string", 0, JOB + "state"),
            column("Savepoints", "integer", 0, JOB + "savepointGeneration"),
            column("Last savepoint", "date", 0, JOB + "lastSavepointTime"),
            column("Age", "date", 0, ".metadata.creationTimestamp"),
            column("Location", "string", 1, JOB + "savepointLocation"),
            column("Control", "string", 1, ".status.control.state"));
    private static final String HEAD = "# Generated from io.savepoint.k8s.model.FlinkCluster, see CrdManifestTest.\n";

    @Test
    void is_current() throws IOException {
        KubernetesSerialization yaml = new KubernetesSerialization();
        CustomResourceDefinition crd = yaml.unmarshal(Files.readString(GENERATED), CustomResourceDefinition.class);
        CustomResourceDefinitionVersion version = crd.getSpec().getVersions().get(0);
        version.setAdditionalPrinterColumns(COLUMNS);
        JSONSchemaProps root = crd.getSpec().getVersions().get(0).getSchema().getOpenAPIV3Schema();
        root.getProperties().values().forEach(CrdManifestTest::withoutAccessors);
        root.getProperties().values().forEach(CrdManifestTest::allowNull);
        String wanted = HEAD + yaml.asYaml(crd);

        for (Path shipped : List.of(Resources.CRD, IN_THE_JAR)) {
            if (Boolean.getBoolean("crd.update")) {
                Files.writeString(shipped, wanted);
            }
            assertThat(shipped).hasContent(wanted);
        }
    }

    private static CustomResourceColumnDefinition column(String name, String type, int priority, String path) {
        return new CustomResourceColumnDefinitionBuilder()
                .withName(name)
                .withType(type)
                .withPriority(priority)
                .withJsonPath(path)
                .build();
    }

    /** The fields that a class does not name have an accessor that is no field. */
    private static void withoutAccessors(JSONSchemaProps schema) {
        schema.getProperties().remove("getOtherFields");
        schema.getProperties().values().forEach(CrdManifestTest::withoutAccessors);
    }

    /**
     * Null is what templates leave where they have no value, and the same as no field to a manager. Besides, some builds
     * of Kubernetes 1.20 take an empty text for null.
     */
    private static void allowNull(JSONSchemaProps schema) {
        schema.getProperties().values().forEach(property -> {
            // An enumeration would have to name null among its values.
            property.setNullable(property.getEnum().isEmpty() ? true : null);
            if (property.getItems() != null) {
                property.getItems().getSchema().setNullable(true);
            }
            allowNull(property);
        });
    }
}
