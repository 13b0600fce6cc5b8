package io.savepoint.examples.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.examples.cluster.CounterJobControl;
import io.savepoint.examples.cluster.EveryFlink;
import io.savepoint.examples.cluster.PlainFlinkRest;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * I2 intent-first, I3 exactly-once, I4 generation, I7 no-lost-request: the operator is killed, by SIGKILL, again and again
 * at a random moment of its savepoints, on a real API server and a real Flink whose savepoints take a while. The kills
 * are {@code operator.kills} in number, for each version of Flink.
 */
@Tag("kubernetes")
@Timeout(1200)
class KilledOperatorIT extends EveryFlink {
    private static final String CLUSTER = "orders";
    private static final String OPERATION = ".status.savepointManager.operation";
    private static final int KILLS = Integer.getInteger("operator.kills", 10);
    private static final int LATEST_KILL_MILLIS = 900;
    private static final int BY_PASS_EVERY = 5;

    private final long seed = Long.getLong("operator.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @TempDir
    Path directory;

    private Kubectl kubectl;
    private PlainFlinkRest rest;
    private CounterJobControl control;
    private Path savepoints;
    private long asked;
    private int annotations;
    private int byPassed;
    private final Set<String> served = new HashSet<>();

    @BeforeEach
    void a_namespace() throws Exception {
        rest = new PlainFlinkRest(flink.restUrl());
        control = CounterJobControl.in(directory.resolve("control"));
        savepoints = Files.createDirectories(directory.resolve("savepoints"));
        kubectl = Kubectl.inNewNamespace("killed");
    }

    @AfterEach
    void end() throws Exception {
        kubectl.deleteNamespace();
        for (var job : rest.states().entrySet()) {
            if (!job.getValue().matches("FAILED|CANCELED|FINISHED")) {
                rest.cancel(job.getKey());
            }
        }
    }

    @Test
    void killed_at_random_it_doubles_and_loses_nothing() throws Exception {
        kubectl.apply(CounterManifest.of(control.directory(), savepoints, "autoSavepointSeconds: 2"));
        try (OperatorProcess first = start()) {
            kubectl.awaitRunning(CLUSTER);
        }
        control.snapshotMillis(150);

        for (int i = 1; i <= KILLS; i++) {
            try (OperatorProcess operator = start().awaitStarted()) {
                awaitEarlierRequest();
                request(i);
                pause(random.nextInt(LATEST_KILL_MILLIS));
                operator.kill();
            }
            if (i % BY_PASS_EVERY == 0) {
                rest.takeSavepoint(kubectl.jobField(CLUSTER, "id"), savepoints);
                byPassed++;
            }
        }
        do {
            try (OperatorProcess last = start()) {
                awaitEarlierRequest();
                kubectl.await(CLUSTER, OPERATION, String::isEmpty);
            }
            // The period may have begun one more before that one was killed.
        } while (!kubectl.field(CLUSTER, OPERATION).isEmpty());

        long generation = kubectl.generation(CLUSTER);
        Set<String> onDisk = new TreeSet<>();
        try (var found = Files.list(savepoints)) {
            found.forEach(each ->
                    onDisk.add(each.getFileName() + (Files.exists(each.resolve("_metadata")) ? "" : " (unfinished)")));
        }
        System.out.printf(
                "Flink %s, seed %d: %d kills, generation %d (%d by generation, %d by annotation, the rest by period), %d by-pass,"
                        + " %d directories%n",
                version, seed, KILLS, generation, KILLS - annotations, annotations, byPassed, onDisk.size());
        assertThat(onDisk).as("savepoints on disk, seed %d", seed).hasSize((int) generation + byPassed);
        assertThat(onDisk).noneMatch(each -> each.contains("unfinished"));
        assertThat(served).as("trigger ids of the controls").hasSize(annotations);
        assertThat(generation).isGreaterThanOrEqualTo(KILLS);
        assertThat(Files.exists(Path.of(URI.create(kubectl.jobField(CLUSTER, "savepointLocation")))))
                .isTrue();
        assertThat(rest.states()).as("runs of the job").containsOnlyKeys(kubectl.jobField(CLUSTER, "id"));
    }

    /** By turns; what is asked is above all that was asked for, and well above what the period may have recorded until it is seen. */
    private void request(int round) throws Exception {
        if (round % 2 == 0) {
            annotations++;
            kubectl.annotate(CLUSTER, "savepoint");
        } else {
            asked = Math.max(asked, kubectl.generation(CLUSTER)) + 10;
            kubectl.run(
                    "patch",
                    "flinkclusters",
                    CLUSTER,
                    "--type=merge",
                    "-p",
                    "{\"spec\":{\"job\":{\"savepointGeneration\":" + asked + "}}}");
        }
    }

    /** Until what was asked before the kill is served. */
    private void awaitEarlierRequest() throws Exception {
        if (asked > 0) {
            kubectl.await(CLUSTER, ".status.savepointManager.requests.generation.served", Long.toString(asked)::equals);
        }
        if (annotations > 0) {
            kubectl.await(
                    CLUSTER,
                    ".metadata.annotations.flinkclusters\\.flinkoperator\\.k8s\\.io/user-control",
                    String::isEmpty);
            kubectl.await(CLUSTER, ".status.control.state", "Succeeded"::equals);
            served.add(kubectl.field(CLUSTER, ".status.control.details.savepointTriggerID"));
        }
    }

    private OperatorProcess start() throws Exception {
        return OperatorProcess.start(
                directory,
                "--namespaces",
                kubectl.namespace(),
                "--endpoint",
                flink.restUrl().toString());
    }

    private static void pause(int millis) throws InterruptedException {
        // A random moment is what is wanted here.
        boolean ignored = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    }
}
