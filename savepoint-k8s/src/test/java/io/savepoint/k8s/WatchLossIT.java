package io.savepoint.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.SpecProblem;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The API server ends, and comes back with watches that cannot go on where they were: the manager misses nothing. */
@Tag("kubernetes")
class WatchLossIT extends LostServer {
    @Test
    void a_restarted_server_with_watches_too_old_to_go_on() throws Exception {
        String before =
                new Resources(admin).resource(ORDERS).get().getMetadata().getResourceVersion();
        // The new server's cache begins with the last write of all, and would know a watch from that very one.
        OwnNamespace.create(admin, "later");
        server.down();
        comeBackAfterEditsThatNobodyWatches();

        assertThat(watchFrom(before))
                .as("a watch from where the store was")
                .contains("410", "too old resource version");
        assertEverythingIsServed();
    }

    /** On such a server a manager comes across what no schema keeps out. */
    @Test
    void malformed_specs_and_statuses_under_an_older_crd_are_told_and_never_fatal() throws Exception {
        admin.apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName("flinkclusters.flinkoperator.k8s.io")
                .edit(crd -> {
                    var schema = crd.getSpec().getVersions().get(0).getSchema().getOpenAPIV3Schema();
                    schema.getProperties().clear();
                    schema.setXKubernetesPreserveUnknownFields(true);
                    return crd;
                });
        await("the schema to be gone").atMost(BACK).ignoreExceptions().until(() -> {
            Resources user = new Resources(admin);
            user.patch(
                    ORDERS,
                    "{\"spec\":{\"job\":{\"autoSavepointSeconds\":\"often\",\"savepointGeneration\":-7,"
                            + "\"restartPolicy\":\"Maybe\",\"args\":\"--a\"}}}");
            return true;
        });
        new Resources(admin)
                .patch(
                        AUDIT,
                        "{\"apiVersion\":\"flinkoperator.k8s.io/v1beta1\",\"kind\":\"FlinkCluster\","
                                + "\"spec\":{\"job\":17}}");
        await().atMost(BACK).until(() -> problems(ORDERS).contains("autoSavepointSeconds must be a whole number"));
        assertThat(problems(ORDERS))
                .contains("autoSavepointSeconds", "often", "savepointGeneration must be >= 0, was -7")
                .contains("restartPolicy must be one of", "Maybe", "args must be a list of strings");
        assertThat(problems(AUDIT)).contains("spec.job must be an object, was '17'");

        new Resources(admin).annotate(ORDERS, ControlRequest.ANNOTATION, ControlRequest.SAVEPOINT);
        awaitJob(ORDERS, job -> job.savepointGeneration() == 1);
        assertThat(flink.ledger().runs()).hasSize(1);
    }

    private String problems(ClusterId cluster) {
        return store.load(cluster)
                .toCompletableFuture()
                .join()
                .map(state -> state.problems().stream()
                        .map(SpecProblem::message)
                        .toList()
                        .toString())
                .orElse("");
    }

    /** The first thing that the server says to a watch from that version. */
    private String watchFrom(String version) {
        return admin.raw(
                "/apis/flinkoperator.k8s.io/v1beta1/flinkclusters?watch=1&timeoutSeconds=2&resourceVersion=" + version);
    }
}
