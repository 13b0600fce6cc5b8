package io.savepoint.examples.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.examples.cluster.CounterJobControl;
import io.savepoint.examples.cluster.EveryFlink;
import io.savepoint.examples.cluster.PlainFlinkRest;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;

/** What users do with kubectl, and what they see: the reference operator on a real API server and a real Flink. */
@Tag("kubernetes")
@Timeout(180)
class GuideIT extends EveryFlink {
    @TempDir
    static Path operatorDirectory;

    private static Kubectl kubectl;
    private static OperatorProcess operator;

    @TempDir
    Path directory;

    /** Named after the test, so that no event of another is taken for one of its own. */
    private String cluster;

    private PlainFlinkRest rest;
    private CounterJobControl control;
    private Path savepoints;

    @BeforeParameterizedClassInvocation
    static void a_namespace_and_an_operator_for_it() throws Exception {
        kubectl = Kubectl.inNewNamespace("guide");
        operator = OperatorProcess.start(
                        operatorDirectory,
                        "--namespaces",
                        kubectl.namespace(),
                        "--endpoint",
                        flink.restUrl().toString())
                .awaitStarted();
    }

    @AfterParameterizedClassInvocation
    static void end() throws Exception {
        try (OperatorProcess ended = operator) {
            kubectl.deleteNamespace();
        }
    }

    @BeforeEach
    void a_cluster_of_its_own(TestInfo test) throws Exception {
        cluster = test.getTestMethod().orElseThrow().getName().replace('_', '-');
        rest = new PlainFlinkRest(flink.restUrl());
        control = CounterJobControl.in(directory.resolve("control"));
        savepoints = Files.createDirectories(directory.resolve("savepoints"));
    }

    @AfterEach
    void delete() throws Exception {
        kubectl.run("delete", "flinkclusters", "--all");
        control.unblockSnapshots();
        for (var job : rest.states().entrySet()) {
            if (!job.getValue().matches("FAILED|CANCELED|FINISHED")) {
                rest.cancel(job.getKey());
            }
        }
    }

    @Test
    void a_manifest_is_applied_and_generations_grow() throws Exception {
        kubectl.apply(manifest("autoSavepointSeconds: 1"));

        kubectl.awaitJob(cluster, "savepointGeneration", at -> number(at) >= 3);
        assertThat(kubectl.jobField(cluster, "state")).isEqualTo("Running");
        assertThat(kubectl.jobField(cluster, "name")).isEqualTo(cluster + "-job");
        assertThat(savepointAt(kubectl.jobField(cluster, "savepointLocation"))).isNotEmptyFile();
        assertThat(kubectl.jobField(cluster, "lastSavepointTime"))
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
        assertThat(kubectl.field(cluster, ".status.savepoint.triggerReason")).isEqualTo("scheduled");
        kubectl.awaitEvent(cluster, event -> event.startsWith("Normal SavepointCreated: "));

        assertThat(kubectl.run("get", "fc", cluster).lines().toList())
                .satisfiesExactly(
                        heading -> assertThat(heading)
                                .containsSubsequence("NAME", "JOB", "SAVEPOINTS", "LAST SAVEPOINT", "AGE"),
                        line -> assertThat(line).matches(cluster + " +Running +\\d+ +\\d+s +\\d+s.*"));
        assertThat(kubectl.run("get", "fc", cluster, "-o", "wide"))
                .contains("LOCATION", savepoints.toUri().getPath());
    }

    @Test
    void raising_the_generation_and_applying_again_takes_one() throws Exception {
        kubectl.apply(manifest(""));
        kubectl.awaitRunning(cluster);
        kubectl.apply(manifest("savepointGeneration: 1"));
        kubectl.awaitJob(cluster, "savepointGeneration", "1"::equals);
        assertThat(kubectl.field(cluster, ".status.savepoint.triggerReason")).isEqualTo("user requested");
        kubectl.apply(manifest("savepointGeneration: 2"));
        kubectl.awaitJob(cluster, "savepointGeneration", "2"::equals);
        assertThat(directories()).isEqualTo(2);
    }

    @Test
    void an_annotation_takes_one_and_describe_tells_it() throws Exception {
        kubectl.apply(manifest(""));
        kubectl.awaitRunning(cluster);
        kubectl.annotate(cluster, "savepoint");

        kubectl.await(cluster, ".status.control.state", "Succeeded"::equals);
        String job = kubectl.jobField(cluster, "id");
        String trigger = kubectl.jobField(cluster, "lastSavepointTriggerID");
        String described = kubectl.describe(cluster);
        System.out.println("kubectl describe on Flink " + version + ":\n" + described);
        assertThat(described)
                .containsSubsequence("Control:", "Details:", "Job ID:", job, "Savepoint Trigger ID:", trigger)
                .containsSubsequence("Name:", "savepoint", "State:", "Succeeded")
                .doesNotContain(Kubectl.CONTROL);
        assertThat(kubectl.generation(cluster)).isEqualTo(1);
        kubectl.awaitEvent(cluster, event -> event.startsWith("Normal ControlSucceeded: "));

        kubectl.annotate(cluster, "savepoint");
        kubectl.awaitJob(cluster, "savepointGeneration", "2"::equals);
        assertThat(directories()).isEqualTo(2);
    }

    @Test
    void a_failed_job_comes_back_from_the_recorded_savepoint() throws Exception {
        kubectl.apply(manifest("restartPolicy: FromSavepointOnFailure\n    savepointGeneration: 1"));
        kubectl.awaitJob(cluster, "savepointGeneration", "1"::equals);
        String location = kubectl.jobField(cluster, "savepointLocation");
        String failed = kubectl.jobField(cluster, "id");
        control.failNow();

        kubectl.awaitJob(cluster, "id", id -> !id.equals(failed));
        kubectl.awaitRunning(cluster);
        assertThat(kubectl.jobField(cluster, "fromSavepoint")).isEqualTo(location);
        assertThat(kubectl.jobField(cluster, "restartCount")).isEqualTo("1");
        kubectl.awaitEvent(cluster, event -> event.startsWith("Normal JobRestarted: "));
        assertThat(rest.state(kubectl.jobField(cluster, "id"))).isEqualTo("RUNNING");
    }

    @Test
    void one_with_nothing_recorded_stays_failed() throws Exception {
        kubectl.apply(manifest("restartPolicy: FromSavepointOnFailure"));
        kubectl.awaitRunning(cluster);
        String failed = kubectl.jobField(cluster, "id");
        rest.awaitRunning(failed);
        control.failNow();

        kubectl.awaitJob(cluster, "state", "Failed"::equals);
        kubectl.await(cluster, ".status.savepointManager.message", message -> message.contains("no savepoint"));
        assertThat(kubectl.jobField(cluster, "id")).isEqualTo(failed);
        assertThat(kubectl.jobField(cluster, "restartCount")).isIn("", "0");
        kubectl.awaitEvent(cluster, event -> event.startsWith("Warning JobFailed: "));
    }

    @Test
    void a_job_starts_from_a_savepoint_that_the_manifest_names() throws Exception {
        kubectl.apply(manifest("savepointGeneration: 1"));
        String location = kubectl.awaitJob(cluster, "savepointLocation", at -> !at.isEmpty());
        kubectl.annotate(cluster, "job-cancel");
        kubectl.awaitJob(cluster, "state", "Cancelled"::equals);
        kubectl.await(cluster, ".status.control.state", "Succeeded"::equals);
        assertThat(kubectl.generation(cluster))
                .as("the stop is a savepoint, too")
                .isEqualTo(2);

        String other = manifest("fromSavepoint: " + location + "\n    allowNonRestoredState: true")
                .replace("name: " + cluster, "name: migrated");
        kubectl.apply(other);
        kubectl.awaitRunning("migrated");
        assertThat(kubectl.jobField("migrated", "fromSavepoint")).isEqualTo(location);

        kubectl.apply(other.replace("  job:\n", "  job:\n    cancelRequested: true\n"));
        kubectl.awaitJob("migrated", "state", "Cancelled"::equals);
        assertThat(kubectl.generation("migrated")).isEqualTo(1);
    }

    @Test
    void what_the_schema_knows_to_be_bad_is_refused_at_once() throws Exception {
        Map<String, String> bad = Map.of(
                "autoSavepointSeconds: 0", "spec.job.autoSavepointSeconds",
                "savepointGeneration: -1", "spec.job.savepointGeneration",
                "maxStateAgeToRestoreSeconds: 0", "spec.job.maxStateAgeToRestoreSeconds",
                "parallelism: 0", "spec.job.parallelism",
                "restartPolicy: Always", "spec.job.restartPolicy",
                "savepointFormatType: ZIP", "spec.job.savepointFormatType");
        for (Map.Entry<String, String> each : bad.entrySet()) {
            Kubectl.Result refused = kubectl.tryRun(manifest(each.getKey()), "apply", "-f", "-");
            assertThat(refused.code()).as(each.getKey()).isNotZero();
            assertThat(refused.output()).contains(each.getValue());
        }
    }

    @Test
    void other_bad_input_is_told_and_the_job_goes_on() throws Exception {
        String withoutDirectory = manifest("autoSavepointSeconds: 5").replaceAll("savepointsDir: \\S+", "");
        kubectl.apply(withoutDirectory);
        kubectl.awaitRunning(cluster);
        String job = kubectl.jobField(cluster, "id");
        kubectl.await(
                cluster,
                ".status.savepointManager.problems",
                told -> told.contains("autoSavepointSeconds needs savepointsDir"));
        kubectl.awaitEvent(
                cluster,
                event -> event.startsWith("Warning SpecInvalid: ")
                        && event.contains("autoSavepointSeconds needs savepointsDir"));

        assertControlFails("savepoint", "savepointsDir");
        assertControlFails("snapshot", "'snapshot'");
        kubectl.awaitEvent(cluster, event -> event.startsWith("Warning ControlFailed: "));
        assertThat(kubectl.generation(cluster)).isZero();

        kubectl.run(
                "patch",
                "flinkclusters",
                cluster,
                "--subresource=status",
                "--type=merge",
                "-p",
                "{\"status\":{\"components\":{\"job\":{\"lastSavepointTime\":\"yesterday\"}}}}");
        kubectl.await(
                cluster,
                ".status.savepointManager.problems",
                told -> told.contains("status.components.job.lastSavepointTime") && told.contains("yesterday"));
        kubectl.awaitEvent(cluster, event -> event.startsWith("Warning SpecInvalid: ") && event.contains("yesterday"));

        kubectl.apply(manifest("savepointGeneration: 1"));
        kubectl.awaitJob(cluster, "savepointGeneration", "1"::equals);
        kubectl.await(cluster, ".status.savepointManager.problems", String::isEmpty);
        assertThat(kubectl.jobField(cluster, "id")).as("the job all the time").isEqualTo(job);
        assertThat(rest.state(job)).isEqualTo("RUNNING");
    }

    @Test
    void a_job_that_cannot_be_started_says_why() throws Exception {
        kubectl.apply(manifest("").replaceAll("jarFile: \\S+", "jarFile: /no/such/job.jar"));
        kubectl.awaitJob(cluster, "state", "Failed"::equals);
        kubectl.awaitEvent(
                cluster, event -> event.startsWith("Warning JobFailed: ") && event.contains("/no/such/job.jar"));
        assertControlFails("savepoint", "Failed");

        kubectl.apply(manifest("fromSavepoint: file:///no/such/savepoint"));
        kubectl.awaitEvent(
                cluster, event -> event.startsWith("Warning JobFailed: ") && event.contains("/no/such/savepoint"));

        kubectl.apply(manifest(""));
        kubectl.awaitRunning(cluster);
    }

    private void assertControlFails(String value, String message) throws Exception {
        kubectl.annotate(cluster, value);
        kubectl.await(cluster, ".status.control.name", value::equals);
        kubectl.await(cluster, ".status.control.state", "Failed"::equals);
        kubectl.await(cluster, ".status.control.message", told -> told.contains(message));
        // Removed only when the refusal is recorded, so that no crash between loses the answer.
        kubectl.await(cluster, ".metadata.annotations", told -> !told.contains(Kubectl.CONTROL));
    }

    /** The FlinkCluster of this test, with the counter job and a few lines more. */
    private String manifest(String lines) {
        return CounterManifest.of(control.directory(), savepoints, lines)
                .replace("name: orders", "name: " + cluster)
                .replace("spec:\n", "spec:\n  image:\n    name: flink\n");
    }

    private long directories() throws Exception {
        try (var found = Files.list(savepoints)) {
            return found.count();
        }
    }

    private static long number(String text) {
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }

    private static Path savepointAt(String location) {
        return Path.of(URI.create(location)).resolve("_metadata");
    }
}
