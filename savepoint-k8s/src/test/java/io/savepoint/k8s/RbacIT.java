package io.savepoint.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.JobSpec;
import io.savepoint.model.SavepointEvent;
import io.savepoint.spi.ClusterStateStore.WriteResult;
import io.savepoint.spi.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The shipped Roles allow all that is needed and nothing that is not: without any one verb of them something fails. */
@Tag("kubernetes")
class RbacIT {
    private static final Path MANIFEST = Path.of("..", "savepoint-examples", "deploy", "rbac.yaml");
    private static final String ACCOUNT = "savepoint-operator";
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final KubernetesClient admin = new KubernetesClientBuilder().build();
    private final OwnNamespace namespace = OwnNamespace.create(admin, "rbac");
    private final ClusterId cluster = ClusterId.of(namespace.name(), "orders");
    private final Resources user = new Resources(admin);
    private final AtomicInteger accounts = new AtomicInteger();

    /** What the operator does with its rights. */
    private enum Ability {
        READS_RESOURCES {
            @Override
            void use(RbacIT test, Process process) {
                assertThat(join(process.store.load(test.cluster))).isPresent();
            }
        },
        ASKS_AFTER_A_CONFLICT {
            @Override
            void use(RbacIT test, Process process) {
                ClusterStatus status =
                        ClusterStatus.builder().lastUpdateTime(Instant.EPOCH).build();
                assertThat(join(process.store.compareAndSet(test.cluster, "1", status)))
                        .isEqualTo(WriteResult.CONFLICT);
            }
        },
        RECORDS {
            @Override
            void use(RbacIT test, Process process) {
                ClusterState state = join(process.store.load(test.cluster)).orElseThrow();
                ClusterStatus status = ClusterStatus.builder()
                        .from(state.status())
                        .lastUpdateTime(Instant.now())
                        .build();
                assertThat(join(process.store.compareAndSet(test.cluster, state.version(), status)))
                        .matches(WriteResult::isWritten);
            }
        },
        ACKNOWLEDGES_A_CONTROL {
            @Override
            void use(RbacIT test, Process process) {
                test.user.annotate(test.cluster, ControlRequest.ANNOTATION, ControlRequest.SAVEPOINT);
                await().until(() -> join(process.store.load(test.cluster))
                        .orElseThrow()
                        .control()
                        .isPresent());
                ClusterState state = join(process.store.load(test.cluster)).orElseThrow();
                assertThat(join(process.store.acknowledgeControl(
                                test.cluster, state.version(), state.control().orElseThrow())))
                        .isTrue();
            }
        },
        TELLS_EVENTS {
            @Override
            void use(RbacIT test, Process process) {
                String message = process.tell(1);
                await().atMost(PATIENCE).until(() -> test.counts(message).equals(List.of(1)));
            }
        },
        COUNTS_EVENTS {
            @Override
            void use(RbacIT test, Process process) {
                String message = process.tell(3);
                await().atMost(PATIENCE.multipliedBy(2))
                        .until(() -> test.counts(message).equals(List.of(3)));
            }
        },
        IS_ELECTED {
            @Override
            void use(RbacIT test, Process process) {
                try (LeaderElection election = LeaderElection.builder(process.client, test.namespace.name(), ACCOUNT)
                        .leaseDuration(Duration.ofSeconds(3))
                        .renewDeadline(Duration.ofSeconds(2))
                        .retryPeriod(Duration.ofMillis(300))
                        .build()) {
                    election.start(() -> () -> {});
                    await().atMost(PATIENCE).until(election::isLeader);
                    // Past the deadline it leads only if it could renew the Lease.
                    await().during(Duration.ofMillis(2500)).atMost(PATIENCE).until(election::isLeader);
                }
            }
        };

        abstract void use(RbacIT test, Process process);
    }

    /** A process with rights of its own. */
    private static final class Process implements AutoCloseable {
        final Refusals refusals = new Refusals();
        final KubernetesClient client;
        final KubernetesClusterStateStore store;
        final KubernetesEventRecorder events;
        final ClusterId cluster;

        Process(Config config, List<String> namespaces, ClusterId cluster) {
            this.client = new KubernetesClientBuilder()
                    .withConfig(config)
                    .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("refusals", refusals))
                    .build();
            this.cluster = cluster;
            this.store = KubernetesClusterStateStore.builder(client)
                    .namespaces(namespaces)
                    .requestTimeout(PATIENCE)
                    .build();
            this.events = KubernetesEventRecorder.create(client, store);
        }

        /** Tells the same so many times. */
        String tell(int times) {
            String message = "message " + UUID.randomUUID();
            await().until(() -> store.resource(cluster).isPresent());
            for (int i = 0; i < times; i++) {
                events.onEvent(SavepointEvent.builder()
                        .type(SavepointEvent.Type.JOB_RUNNING)
                        .cluster(cluster)
                        .time(Instant.now())
                        .message(message)
                        .build());
            }
            return message;
        }

        @Override
        public void close() {
            store.close();
            client.close();
        }
    }

    @BeforeEach
    void a_cluster() throws Exception {
        Resources.installCrd(admin);
        user.put(cluster, JobSpec.builder().savepointsDir("/sp").build());
    }

    @AfterEach
    void close() {
        admin.rbac().clusterRoles().withName(namespace.name()).delete();
        admin.rbac().clusterRoleBindings().withName(namespace.name()).delete();
        namespace.close();
        admin.close();
    }

    /** As shipped, for all namespaces; names alone are changed, as the server may be shared with others. */
    @Test
    void with_the_shipped_manifest_everything_works() throws Exception {
        String manifest = Files.readString(MANIFEST)
                .replace("savepoint-system", namespace.name())
                .replaceAll("(?s)(kind: ClusterRole(Binding)?\\nmetadata:\\n  name: )\\S+", "$1" + namespace.name())
                .replaceAll("(?s)(roleRef:[^#]*?kind: ClusterRole\\n  name: )\\S+", "$1" + namespace.name());
        for (HasMetadata each : load(manifest)) {
            admin.resource(each).create();
        }
        try (Process process = new Process(config(ACCOUNT), List.of(), cluster)) {
            for (Ability ability : Ability.values()) {
                ability.use(this, process);
            }
            assertThat(process.refusals.told()).isEmpty();
        }
    }

    /** The same rules, in a Role of one namespace. */
    @ParameterizedTest
    @EnumSource
    void with_all_rules_in_one_namespace_it(Ability ability) throws Exception {
        try (Process process = process(rules())) {
            ability.use(this, process);
        }
    }

    static Stream<Arguments> verbs() {
        return Stream.of(
                Arguments.of("flinkclusters", "get", Ability.ASKS_AFTER_A_CONFLICT),
                Arguments.of("flinkclusters", "list", Ability.READS_RESOURCES),
                Arguments.of("flinkclusters", "watch", Ability.READS_RESOURCES),
                Arguments.of("flinkclusters", "patch", Ability.ACKNOWLEDGES_A_CONTROL),
                Arguments.of("flinkclusters/status", "patch", Ability.RECORDS),
                Arguments.of("events", "create", Ability.TELLS_EVENTS),
                Arguments.of("events", "patch", Ability.COUNTS_EVENTS),
                Arguments.of("leases", "get", Ability.IS_ELECTED),
                Arguments.of("leases", "patch", Ability.IS_ELECTED),
                Arguments.of("leases", "create", Ability.IS_ELECTED));
    }

    @ParameterizedTest(name = "without {1} on {0} it does not: {2}")
    @MethodSource("verbs")
    void without_any_one_verb_something_fails(String resource, String verb, Ability ability) throws Exception {
        List<PolicyRule> less = without(rules(), resource, verb);
        try (Process process = process(less)) {
            Throwable failure = catchThrowable(() -> ability.use(this, process));
            String what = "%s without %s on %s".formatted(ability, verb, resource);
            if (resource.startsWith("flinkclusters")) {
                assertThat(failure)
                        .as(what)
                        .isInstanceOf(StoreException.class)
                        // The refusal of a WebSocket has no body.
                        .hasMessageMatching(
                                verb.equals("watch")
                                        ? ".* 403 on websocket.*/" + resource + "\\?.*watch=true.*"
                                        : ".* cannot " + verb + " resource \"" + resource + "\" .*");
            } else { // whoever tells an Event or stands for election is not told: it just never comes
                assertThat(failure).as(what).isInstanceOf(ConditionTimeoutException.class);
            }
            // Not a server that is dead or slow, nor another verb.
            assertThat(process.refusals.told()).as(what).containsExactly("403 to " + verb + " " + resource);
        }
    }

    @Test
    void every_verb_of_the_manifest_is_among_those() throws Exception {
        List<String> tested =
                verbs().map(each -> each.get()[0] + " " + each.get()[1]).toList();
        List<String> shipped = rules().stream()
                .flatMap(rule ->
                        rule.getVerbs().stream().map(verb -> rule.getResources().get(0) + " " + verb))
                .toList();
        assertThat(shipped).containsExactlyInAnyOrderElementsOf(tested);
    }

    @Test
    void what_is_forbidden_is_told_with_what_to_do() throws Exception {
        try (Process process = process(without(rules(), "flinkclusters/status", "patch"))) {
            ClusterState state = join(process.store.load(cluster)).orElseThrow();
            assertThat(failure(process.store.compareAndSet(
                            cluster,
                            state.version(),
                            ClusterStatus.builder()
                                    .lastUpdateTime(Instant.EPOCH)
                                    .build())))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("could not write the status of " + cluster)
                    .hasMessageContaining("403")
                    .hasMessageContaining("flinkclusters/status")
                    .hasMessageContaining("Role");
        }
        // Bound in one namespace, it is not allowed in another, nor in all.
        try (Process process = new Process(config(account(rules())), List.of(), cluster)) {
            assertThat(failure(process.store.load(cluster)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("could not load " + cluster)
                    .hasMessageContaining("forbidden");
        }
    }

    private Process process(List<PolicyRule> rules) throws Exception {
        return new Process(config(account(rules)), List.of(namespace.name()), cluster);
    }

    /** The rules of all Roles of the manifest, with one resource each. */
    private List<PolicyRule> rules() throws Exception {
        List<PolicyRule> rules = new ArrayList<>();
        for (HasMetadata each : load(Files.readString(MANIFEST))) {
            if (each instanceof Role role) {
                rules.addAll(role.getRules());
            } else if (each instanceof ClusterRole role) {
                rules.addAll(role.getRules());
            }
        }
        assertThat(rules).allMatch(rule -> rule.getResources().size() == 1);
        return rules;
    }

    private static List<PolicyRule> without(List<PolicyRule> rules, String resource, String verb) {
        return rules.stream()
                .map(rule -> rule.getResources().contains(resource)
                        ? new PolicyRuleBuilder(rule).removeFromVerbs(verb).build()
                        : rule)
                .filter(rule -> !rule.getVerbs().isEmpty())
                .toList();
    }

    /** A new ServiceAccount with these rights in the test's namespace. */
    private String account(List<PolicyRule> rules) {
        String name = "account-" + accounts.incrementAndGet();
        var metadata = new ObjectMetaBuilder()
                .withNamespace(namespace.name())
                .withName(name)
                .build();
        admin.resource(new ServiceAccountBuilder().withMetadata(metadata).build())
                .create();
        admin.resource(new RoleBuilder().withMetadata(metadata).withRules(rules).build())
                .create();
        admin.resource(new RoleBindingBuilder()
                        .withMetadata(metadata)
                        .withNewRoleRef("rbac.authorization.k8s.io", "Role", name)
                        .addNewSubject("", "ServiceAccount", name, namespace.name())
                        .build())
                .create();
        return name;
    }

    private Config config(String account) {
        String token = admin.serviceAccounts()
                .inNamespace(namespace.name())
                .withName(account)
                .tokenRequest(new TokenRequestBuilder().withNewSpec().endSpec().build())
                .getStatus()
                .getToken();
        return new ConfigBuilder(Config.empty())
                .withMasterUrl(admin.getMasterUrl().toString())
                .withCaCertData(admin.getConfiguration().getCaCertData())
                .withOauthToken(token)
                .build();
    }

    private List<HasMetadata> load(String manifest) {
        return admin.load(new java.io.ByteArrayInputStream(manifest.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .items();
    }

    private List<Integer> counts(String message) {
        return admin.v1().events().inNamespace(namespace.name()).list().getItems().stream()
                .filter(event -> event.getMessage().equals(message))
                .map(event -> event.getCount())
                .toList();
    }

    private static <T> T join(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StoreException told ? told : e;
        }
    }

    private static Throwable failure(CompletionStage<?> stage) {
        try {
            throw new AssertionError(
                    "it answered " + stage.toCompletableFuture().join());
        } catch (CompletionException e) {
            return e.getCause();
        }
    }
}
