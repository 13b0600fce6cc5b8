package io.savepoint.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.savepoint.SavepointManager;
import io.savepoint.k8s.Holds.Point;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.spi.ExecutorScheduler;
import io.savepoint.testing.FakeFlink;
import io.savepoint.testing.FlinkLedger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * I3 exactly-once, with two leaders at the same time: a real API server, and one Flink in memory, which knows what was
 * really asked of it.
 */
@Tag("kubernetes")
class DeposedLeaderIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final UnaryOperator<LeaderElection.Builder> SHORT_LEASE =
            Candidate.durations(Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofMillis(300));

    private final KubernetesClient admin = new KubernetesClientBuilder().build();
    private final Resources user = new Resources(admin);
    private final OwnNamespace namespace = OwnNamespace.create(admin, "deposed");
    private final ExecutorScheduler scheduler = ExecutorScheduler.create(2);
    private final FakeFlink flink = FakeFlink.builder(scheduler)
            .savepointDuration(Duration.ofMillis(100))
            .build();
    private final Holds holds = new Holds();
    private final Process a = new Process(holds);
    private final Process b = new Process(new Holds());

    /** What a process has of its own: its client, its store and its manager, which is started by who leads. */
    private final class Process implements AutoCloseable {
        /** As many as can be held at once, and some more. */
        final ExecutorScheduler threads = ExecutorScheduler.create(12);

        final KubernetesClient client;
        final KubernetesClusterStateStore store;
        final SavepointManager manager;

        Process(Holds holds) {
            client = new KubernetesClientBuilder()
                    .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("holds", holds))
                    .build();
            store = KubernetesClusterStateStore.builder(client)
                    .namespaces(List.of(namespace.name()))
                    .build();
            manager = SavepointManager.builder()
                    .scheduler(threads)
                    .store(holds.of(store))
                    .flink(holds.of(flink))
                    .launcher(flink)
                    .build();
        }

        AutoCloseable lead() {
            manager.start();
            return manager;
        }

        /** Nobody tells this one that it leads no more, as long as the process is paused. */
        AutoCloseable leadUnaware() {
            manager.start();
            return () -> {};
        }

        @Override
        public void close() {
            manager.close();
            threads.close();
            store.close();
            client.close();
        }
    }

    /** What a user asks for. */
    private enum Request {
        GENERATION {
            @Override
            void make(Resources user, ClusterId cluster, long generation) {
                user.put(cluster, spec().savepointGeneration(generation).build());
            }
        },
        ANNOTATION {
            @Override
            void make(Resources user, ClusterId cluster, long generation) {
                user.annotate(cluster, ControlRequest.ANNOTATION, ControlRequest.SAVEPOINT);
            }
        };

        abstract void make(Resources user, ClusterId cluster, long generation);
    }

    private record Case(Request request, Point point, ClusterId cluster) {}

    @BeforeEach
    void install() throws Exception {
        Resources.installCrd(admin);
    }

    @AfterEach
    void close() {
        holds.releaseAll();
        a.close();
        b.close();
        scheduler.close();
        namespace.close();
        admin.close();
    }

    @Test
    void i3_a_deposed_leader_that_wakes_up_late_does_no_harm() {
        List<Case> cases = Stream.concat(
                        Stream.of(Point.INTENT, Point.REQUEST_TO_FLINK, Point.RESULT)
                                .map(point -> newCase(Request.GENERATION, point)),
                        Stream.of(Point.values()).map(point -> newCase(Request.ANNOTATION, point)))
                .toList();
        try (Candidate first = new Candidate("a", namespace.name(), SHORT_LEASE).start(a::leadUnaware);
                Candidate second = new Candidate("b", namespace.name(), SHORT_LEASE)) {
            await("a leads").atMost(PATIENCE).until(first::isLeader);
            cases.forEach(each -> user.put(each.cluster(), spec().build()));
            cases.forEach(each -> awaitRunning(each.cluster()));

            cases.forEach(each -> holds.hold(each.cluster(), each.point()));
            cases.forEach(each -> each.request().make(user, each.cluster(), 1));
            for (Case each : cases) {
                await("a is held: " + each).atMost(PATIENCE).until(() -> holds.isHeld(each.cluster()));
            }
            first.freeze();
            second.start(b::lead);
            await("b leads").atMost(PATIENCE).until(second::isLeader);
            assertThat(first.isLeader()).isFalse();
            cases.forEach(each -> awaitServed(each.cluster(), 1));

            for (Case each : cases) {
                holds.release(each.cluster());
                // Its ticks follow each other: the one that was held has ended then, and another one came after it.
                a.manager.reconcile(each.cluster()).join();
                b.manager.reconcile(each.cluster()).join();
                assertServed(each.toString(), each.cluster(), 1);
            }
            for (Case each : cases) {
                awaitServed(each.cluster(), 1);
                assertServed(each.toString(), each.cluster(), 1);
                if (each.request() == Request.ANNOTATION) {
                    assertControlSucceeded(each.toString(), each.cluster());
                }
            }
            long late = cases.stream()
                    .filter(each -> each.point() == Point.REQUEST_TO_FLINK)
                    .count();
            assertThat(flink.ledger().requests("triggerSavepoint"))
                    .as("requests to Flink, the late ones included")
                    .isGreaterThanOrEqualTo(cases.size() + (int) late);
        }
    }

    @Test
    void i3_two_leaders_take_one_savepoint_for_each_request() {
        int rounds = 3;
        List<ClusterId> clusters = IntStream.range(0, 20)
                .mapToObj(number -> cluster("fleet-" + number))
                .toList();
        clusters.forEach(cluster -> user.put(cluster, spec().build()));
        a.manager.start();
        b.manager.start();
        clusters.forEach(this::awaitRunning);
        List<ClusterId> annotated = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            for (ClusterId cluster : clusters) {
                boolean annotate = (clusters.indexOf(cluster) + round) % 2 == 0;
                (annotate ? Request.ANNOTATION : Request.GENERATION).make(user, cluster, round);
                if (annotate) {
                    annotated.add(cluster);
                }
            }
            for (ClusterId cluster : clusters) {
                awaitServed(cluster, round);
            }
            for (ClusterId cluster : annotated) {
                assertControlSucceeded("round " + round, cluster);
            }
            annotated.clear();
        }
        // What either has under way would end after that.
        a.manager.close();
        b.manager.close();
        clusters.forEach(cluster -> assertServed("at the end", cluster, rounds));
        assertThat(flink.ledger().attempts()).hasSize(clusters.size() * rounds);
    }

    private Case newCase(Request request, Point point) {
        String name = (request + "-" + point).toLowerCase(Locale.ROOT).replace('_', '-');
        return new Case(request, point, cluster(name));
    }

    private ClusterId cluster(String name) {
        return ClusterId.of(namespace.name(), name);
    }

    private static JobSpec.Builder spec() {
        return JobSpec.builder().jarFile("/jobs/orders.jar").savepointsDir("file:///savepoints");
    }

    private void awaitRunning(ClusterId cluster) {
        await(cluster + " runs")
                .atMost(PATIENCE)
                .until(() -> status(cluster)
                        .filter(DeposedLeaderIT::isIdle)
                        .flatMap(ClusterStatus::job)
                        .filter(job -> job.state() == JobState.RUNNING)
                        .isPresent());
    }

    private void awaitServed(ClusterId cluster, long generation) {
        await(cluster + " has generation " + generation)
                .atMost(PATIENCE)
                .until(() -> b.store
                        .load(cluster)
                        .toCompletableFuture()
                        .join()
                        .filter(state -> state.control().isEmpty() && isIdle(state.status()))
                        .flatMap(state -> state.status().job())
                        .filter(job -> job.savepointGeneration() >= generation)
                        .isPresent());
    }

    private void assertServed(String when, ClusterId cluster, int savepoints) {
        List<FlinkLedger.Savepoint> attempts = flink.ledger().attempts().stream()
                .filter(attempt -> attempt.cluster().equals(cluster))
                .toList();
        assertThat(attempts).as("savepoints begun, %s, %s", cluster, when).hasSize(savepoints);
        FlinkLedger.Savepoint last = attempts.get(savepoints - 1);
        assertThat(last.outcome()).isEqualTo(FlinkLedger.Outcome.COMPLETED);
        JobStatus job = status(cluster).flatMap(ClusterStatus::job).orElseThrow();
        assertThat(job.savepointGeneration())
                .as("generation, %s, %s", cluster, when)
                .isEqualTo(savepoints);
        assertThat(job.savepointLocation()).isEqualTo(last.location());
        assertThat(job.lastSavepointTriggerId()).contains(last.trigger());
        assertThat(flink.ledger().runs().stream().filter(run -> run.cluster().equals(cluster)))
                .as("runs, %s, %s", cluster, when)
                .hasSize(1);
    }

    private void assertControlSucceeded(String when, ClusterId cluster) {
        ClusterStatus status = status(cluster).orElseThrow();
        ControlStatus control = status.control().orElseThrow();
        assertThat(control.state()).as("control, %s, %s", cluster, when).isEqualTo(ControlState.SUCCEEDED);
        assertThat(control.savepointTriggerId())
                .isPresent()
                .isEqualTo(status.job().orElseThrow().lastSavepointTriggerId());
    }

    private static boolean isIdle(ClusterStatus status) {
        return status.bookkeeping().operation().isEmpty()
                && status.bookkeeping().launch().isEmpty()
                && status.bookkeeping().controlToAcknowledge().isEmpty();
    }

    private Optional<ClusterStatus> status(ClusterId cluster) {
        return b.store.load(cluster).toCompletableFuture().join().map(ClusterState::status);
    }
}
