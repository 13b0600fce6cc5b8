package io.savepoint.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Elections on a real API server. */
@Tag("kubernetes")
class LeaderElectionIT {
    private static final Duration RETRY = Duration.ofMillis(300);
    /** Others look that seldom at most. */
    private static final Duration LONGEST_RETRY = RETRY.multipliedBy(22).dividedBy(10);
    /** What requests to a busy server may take. */
    private static final Duration LEEWAY = Duration.ofMillis(1500);

    private static final UnaryOperator<LeaderElection.Builder> LONG_LEASE =
            Candidate.durations(Duration.ofSeconds(30), Duration.ofSeconds(20), RETRY);

    private final KubernetesClient admin = new KubernetesClientBuilder().build();
    private final OwnNamespace namespace = OwnNamespace.create(admin, "election");
    private final Works works = new Works();
    private List<Candidate> candidates = List.of();

    @BeforeEach
    void a_server_that_knows_what_is_deleted_in_the_end() throws IOException {
        Resources.installCrd(admin);
    }

    @AfterEach
    void close() {
        candidates.forEach(Candidate::close);
        namespace.close();
        admin.close();
    }

    @Test
    void the_leader_hands_over_when_it_is_closed() {
        List<String> holdersOnClosing = new CopyOnWriteArrayList<>();
        candidates = Stream.of("a", "b", "c")
                .map(name -> new Candidate(name, namespace.name(), LONG_LEASE)
                        .start(works.of(name, () -> holdersOnClosing.add(holder()))))
                .toList();
        for (int closed = 0; closed < candidates.size(); closed++) {
            int left = candidates.size() - closed;
            await("one of " + left + " leads")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> works.openNow().size() == 1);
            Candidate leader = candidate(works.openNow().get(0));
            assertThat(leader.isLeader()).isTrue();
            assertThat(holder()).isEqualTo(leader.name);

            long start = System.nanoTime();
            leader.close();

            assertThat(leader.isLeader()).isFalse();
            assertThat(works.last(leader.name).closed).as("the work is closed").isPresent();
            assertThat(holdersOnClosing.get(closed))
                    .as("holder while it was closed")
                    .isEqualTo(leader.name);
            if (left > 1) {
                await("another one leads")
                        .atMost(Duration.ofSeconds(10))
                        .until(() -> works.openNow().size() == 1);
                Works.Work next = works.last(works.openNow().get(0));
                assertThat(next.of).isNotEqualTo(leader.name);
                assertThat(Duration.ofNanos(next.opened - start)).isLessThan(LONGEST_RETRY.plus(LEEWAY));
            }
        }
        assertThat(works.mostAtOnce()).as("works open at once").isEqualTo(1);
        assertThat(holder()).isNull();
    }

    /** What may become of a leader's way to the API server. */
    enum Break {
        REQUESTS_HANG(Candidate::freeze),
        CLIENT_IS_CLOSED(candidate -> candidate.client.close());

        private final Consumer<Candidate> happen;

        Break(Consumer<Candidate> happen) {
            this.happen = happen;
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_leader_that_cannot_renew_stops_and_is_taken_over(Break broken) {
        Duration leaseDuration = Duration.ofSeconds(4);
        Duration renewDeadline = Duration.ofSeconds(2);
        UnaryOperator<LeaderElection.Builder> durations = Candidate.durations(leaseDuration, renewDeadline, RETRY);
        Candidate first = new Candidate("first", namespace.name(), durations).start(works.of("first"));
        await("the first one leads").until(() -> works.openNow().equals(List.of("first")));
        Candidate second = new Candidate("second", namespace.name(), durations).start(works.of("second"));
        candidates = List.of(first, second);

        long start = System.nanoTime();
        broken.happen.accept(first);

        await("the second one leads")
                .atMost(Duration.ofSeconds(20))
                .until(() -> works.openNow().equals(List.of("second")));
        assertThat(first.isLeader()).isFalse();
        assertThat(works.mostAtOnce()).as("works open at once").isEqualTo(1);
        Duration stopped = Duration.ofNanos(works.last("first").closed.orElseThrow() - start);
        assertThat(stopped).isLessThan(renewDeadline.plus(LEEWAY));
        Duration takenOver = Duration.ofNanos(works.last("second").opened - start);
        assertThat(takenOver).isLessThan(leaseDuration.plus(LONGEST_RETRY).plus(LEEWAY));

        if (broken == Break.REQUESTS_HANG) {
            first.thaw();
            second.close();
            await("the first one leads again").atMost(Duration.ofSeconds(10)).until(first::isLeader);
            assertThat(works.mostAtOnce()).as("works open at once").isEqualTo(1);
        }
    }

    @Test
    void a_lease_that_somebody_else_took_is_not_released() {
        Candidate leader = new Candidate("leader", namespace.name(), LONG_LEASE).start(works.of("leader"));
        candidates = List.of(leader);
        await("it leads").until(() -> works.openNow().equals(List.of("leader")));
        admin.leases()
                .inNamespace(namespace.name())
                .withName(Candidate.LEASE)
                // Whatever version there is: the leader may be renewing it right now.
                .patch(PatchContext.of(PatchType.JSON_MERGE), """
                        {"spec": {"holderIdentity": "usurper"}}""");
        await("it stops").until(() -> works.openNow().isEmpty());
        leader.close();
        assertThat(holder()).isEqualTo("usurper");
    }

    @Test
    void who_cannot_begin_the_work_lets_others_do_it() {
        AtomicInteger attempts = new AtomicInteger();
        Candidate broken = new Candidate("broken", namespace.name(), LONG_LEASE).start(() -> {
            attempts.incrementAndGet();
            throw new NoClassDefFoundError("left out of the image");
        });
        candidates = List.of(broken);
        await("attempts").until(() -> attempts.get() >= 2);
        Candidate good = new Candidate("good", namespace.name(), LONG_LEASE).start(works.of("good"));
        candidates = List.of(broken, good);
        await("the other one leads").atMost(Duration.ofSeconds(15)).until(good::isLeader);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void needs_no_other_rights_than_it_says(boolean leaseIsThere) {
        String user = "system:serviceaccount:" + namespace.name() + ":manager";
        List<String> verbs = leaseIsThere ? List.of("get", "patch") : List.of("get", "create", "patch");
        allow(user, verbs);
        if (leaseIsThere) {
            admin.resource(new LeaseBuilder()
                            .withNewMetadata()
                            .withNamespace(namespace.name())
                            .withName(Candidate.LEASE)
                            .endMetadata()
                            .build())
                    .create();
        }
        Candidate modest =
                new Candidate("modest", namespace.name(), LONG_LEASE, config -> config.withImpersonateUsername(user));
        candidates = List.of(modest);
        modest.start(works.of("modest"));
        await("it leads").until(modest::isLeader);
        modest.close();
        assertThat(holder()).isNull();
    }

    private void allow(String user, List<String> verbs) {
        admin.resource(new RoleBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace.name())
                        .withName("elections")
                        .endMetadata()
                        .addNewRule()
                        .withApiGroups("coordination.k8s.io")
                        .withResources("leases")
                        .withVerbs(verbs)
                        .endRule()
                        .build())
                .create();
        admin.resource(new RoleBindingBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace.name())
                        .withName("elections")
                        .endMetadata()
                        .withNewRoleRef("rbac.authorization.k8s.io", "Role", "elections")
                        .addNewSubject("rbac.authorization.k8s.io", "User", user, null)
                        .build())
                .create();
    }

    private Candidate candidate(String name) {
        return candidates.stream()
                .filter(candidate -> candidate.name.equals(name))
                .findFirst()
                .orElseThrow();
    }

    private String holder() {
        return admin.leases()
                .inNamespace(namespace.name())
                .withName(Candidate.LEASE)
                .get()
                .getSpec()
                .getHolderIdentity();
    }
}
