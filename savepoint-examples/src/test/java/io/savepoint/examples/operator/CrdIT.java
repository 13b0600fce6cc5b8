package io.savepoint.examples.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The shipped CRD on a real API server, by kubectl: manifests of all sorts are taken as they are. */
@Tag("kubernetes")
class CrdIT {
    private static final Path FIXTURES = Path.of("src", "test", "resources", "manifests");
    /** Manifests as users of other operators wrote them, where this checkout has some beside it. */
    private static final Path SAMPLES = Path.of("..", "..", "shared", "kube", "samples");

    private final ObjectMapper json = new ObjectMapper();
    private Kubectl kubectl;

    @BeforeEach
    void a_namespace() throws Exception {
        kubectl = Kubectl.inNewNamespace("crd");
    }

    @AfterEach
    void end() throws Exception {
        kubectl.deleteNamespace();
    }

    @Test
    void is_applied_with_and_without_server_side() throws Exception {
        assertThat(kubectl.run("apply", "-f", "deploy/crd.yaml")).contains("flinkclusters.flinkoperator.k8s.io");
        assertThat(kubectl.run("apply", "--server-side", "--force-conflicts", "-f", "deploy/crd.yaml"))
                .contains("serverside-applied");
        assertThat(kubectl.run("api-resources", "--api-group=flinkoperator.k8s.io"))
                .containsPattern("flinkclusters +fc +flinkoperator.k8s.io/v1beta1 +true +FlinkCluster");
    }

    @Test
    void every_manifest_comes_back_unpruned() throws Exception {
        List<Path> files = new ArrayList<>(manifests(FIXTURES));
        assertThat(files).hasSizeGreaterThanOrEqualTo(5);
        if (Files.isDirectory(SAMPLES)) {
            files.addAll(manifests(SAMPLES));
        } else {
            System.out.println("Left out: the manifests of other operators' users, which are not beside this checkout");
        }
        // As they are, but in a namespace of ours and under names that no other has.
        Map<String, Path> origins = new TreeMap<>();
        Map<String, JsonNode> specs = new TreeMap<>();
        ObjectNode all = json.createObjectNode().put("apiVersion", "v1").put("kind", "List");
        for (Path file : files) {
            for (JsonNode manifest : flinkClusters(file)) {
                String name = "m" + origins.size();
                origins.put(name, file);
                specs.put(name, manifest.get("spec"));
                ObjectNode mine = manifest.deepCopy();
                mine.withObject("/metadata")
                        .put("namespace", kubectl.namespace())
                        .put("name", name);
                all.withArray("/items").add(mine);
            }
        }
        Kubectl.Result created = kubectl.tryRun(all.toString(), "create", "-f", "-");
        assertThat(created.code()).as("%s of %s", created.output(), origins).isZero();
        Map<String, JsonNode> back = new TreeMap<>();
        json.readTree(kubectl.run("get", "flinkclusters", "-o", "json"))
                .get("items")
                .forEach(each -> back.put(each.at("/metadata/name").asText(), each.get("spec")));
        specs.forEach((name, spec) ->
                assertThat(back.get(name)).as("spec of %s", origins.get(name)).isEqualTo(spec));
        System.out.println(specs.size() + " manifests of FlinkClusters came back unpruned");
    }

    private static List<Path> manifests(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    /** kubectl reads the YAML, so that nothing of ours can leave anything out. */
    private List<JsonNode> flinkClusters(Path file) throws Exception {
        String text = Files.readString(file);
        if (!text.contains("kind:")) {
            // A bare resource of a test of another operator's.
            text = "apiVersion: flinkoperator.k8s.io/v1beta1\nkind: FlinkCluster\n" + text;
        }
        Kubectl.Result parsed = Kubectl.anywhere()
                .tryRun(text, "create", "--dry-run=client", "--validate=false", "-o", "json", "-f", "-");
        assertThat(parsed.code()).as("%s: %s", file, parsed.output()).isZero();
        List<JsonNode> clusters = new ArrayList<>();
        var documents = json.readerFor(JsonNode.class).<JsonNode>readValues(parsed.output());
        while (documents.hasNext()) {
            JsonNode document = documents.next();
            (document.has("items") ? document.get("items") : List.of(document)).forEach(each -> {
                if (each.path("kind").asText().equals("FlinkCluster")) {
                    clusters.add(each);
                }
            });
        }
        return clusters;
    }
}
