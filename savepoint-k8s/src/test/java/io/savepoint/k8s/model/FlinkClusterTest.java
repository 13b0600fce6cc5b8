package io.savepoint.k8s.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.JobId;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.RestartPolicy;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.SavepointState;
import io.savepoint.model.SavepointStatus;
import io.savepoint.model.TriggerId;
import io.savepoint.model.TriggerReason;
import io.savepoint.store.SpecDocument;
import io.savepoint.store.StatusDocument;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The typed model and the documents of the store are two views of one contract. */
class FlinkClusterTest {
    private static final KubernetesSerialization JSON = new KubernetesSerialization();
    private static final Instant TIME = Instant.parse("2019-11-20T01:50:39Z");
    private static final JobId RUN = JobId.of("0123456789abcdef0123456789abcdef");
    private static final TriggerId TRIGGER = TriggerId.of("00112233445566778899aabbccddeeff");

    private static final JobSpec FULL_SPEC = JobSpec.builder()
            .jarFile("/opt/job.jar")
            .className("org.example.Orders")
            .addArgs("--a", "b")
            .parallelism(4)
            .fromSavepoint("file:///sp/1")
            .allowNonRestoredState(true)
            .savepointsDir("file:///sp")
            .autoSavepointSeconds(3_600_000_000L)
            .savepointGeneration(3_000_000_000L)
            .restartPolicy(RestartPolicy.FROM_SAVEPOINT_ON_FAILURE)
            .cancelRequested(true)
            .savepointFormatType(SavepointFormat.NATIVE)
            .maxStateAgeToRestoreSeconds(86_400)
            .build();
    private static final ClusterStatus FULL_STATUS = ClusterStatus.builder()
            .job(JobStatus.builder()
                    .id(RUN)
                    .name("orders-job")
                    .state(JobState.UPDATING)
                    .fromSavepoint("file:///sp/1")
                    .savepointGeneration(3_000_000_000L)
                    .savepointLocation("file:///sp/2")
                    .lastSavepointTriggerId(TRIGGER)
                    .lastSavepointTriggerTime(TIME)
                    .lastSavepointTime(TIME.plusSeconds(1))
                    .restartCount(2)
                    .build())
            .savepoint(SavepointStatus.builder()
                    .jobId(RUN)
                    .triggerId(TRIGGER)
                    .triggerTime(TIME)
                    .triggerReason(TriggerReason.JOB_CANCEL)
                    .requestTime(TIME)
                    .state(SavepointState.TRIGGER_FAILED)
                    .formatType(SavepointFormat.NATIVE)
                    .message("why")
                    .build())
            .control(ControlStatus.builder()
                    .name("job-cancel")
                    .state(ControlState.IN_PROGRESS)
                    .jobId(RUN)
                    .savepointTriggerId(TRIGGER)
                    .message("why")
                    .updateTime(TIME)
                    .build())
            .lastUpdateTime(TIME)
            .bookkeeping(Bookkeeping.builder().message("books").build())
            .build();

    @Test
    void keeps_every_field_that_it_does_not_know() {
        Map<?, ?> manifest = read("""
                apiVersion: flinkoperator.k8s.io/v1beta1
                kind: FlinkCluster
                metadata: {namespace: shop, name: orders, labels: {team: a}}
                spec:
                  image: {name: flink, pullSecrets: [{name: a}]}
                  taskManager: {replicas: 3, resources: {limits: {cpu: 1.5}}, none: {}}
                  flinkProperties: {taskmanager.numberOfTaskSlots: "1"}
                  job:
                    jarFile: /a.jar
                    args: [--a, b]
                    savepointGeneration: 3000000000
                    restartPolicy: FromSavepointOnFailure
                    cleanupPolicy: {afterJobSucceeds: DeleteCluster}
                    takeSavepointOnUpdate: true
                    volumes: [{name: v, emptyDir: {}}]
                    noLoggingToStdout: false
                status:
                  state: Running
                  currentRevision: orders-1
                  conditions: [{type: Ready, status: "True"}]
                  components:
                    jobManagerStatefulSet: {name: jm, state: Ready}
                    job: {id: 0123456789abcdef0123456789abcdef, state: Running, submitterExitCode: 0}
                  savepoint: {state: Succeeded, by: them}
                  control: {name: savepoint, state: Succeeded, details: {a: b}, c: [1, 2]}
                  savepointManager: {requests: {generation: {served: "7"}}}
                """, Map.class);

        FlinkCluster cluster = read(JSON.asJson(manifest), FlinkCluster.class);
        assertThat(read(JSON.asJson(cluster), Map.class)).isEqualTo(manifest);
        FlinkCluster again = read(JSON.asYaml(cluster), FlinkCluster.class);
        assertThat(read(JSON.asJson(again), Map.class)).isEqualTo(manifest);
    }

    @Test
    void a_new_resource_has_a_spec_and_nothing_else() {
        assertThat(read(JSON.asJson(new FlinkCluster()), Map.class))
                .isEqualTo(Map.of(
                        "apiVersion",
                        "flinkoperator.k8s.io/v1beta1",
                        "kind",
                        "FlinkCluster",
                        "metadata",
                        Map.of(),
                        "spec",
                        Map.of()));
    }

    @Test
    void has_a_field_for_all_of_the_spec() {
        Map<String, Object> written = SpecDocument.write(FULL_SPEC);
        FlinkJobSpec spec = read(JSON.asJson(written), FlinkJobSpec.class);

        assertThat(fieldNames(FlinkJobSpec.class)).containsExactlyInAnyOrderElementsOf(written.keySet());
        assertThat(othersOf(spec)).isEmpty();
        assertThat(SpecDocument.read(read(JSON.asJson(spec), Map.class)).value())
                .isEqualTo(FULL_SPEC);
    }

    @Test
    void has_a_field_for_all_of_the_status_but_what_the_manager_remembers_for_itself() {
        Map<String, Object> written = StatusDocument.write(FULL_STATUS);
        FlinkClusterStatus status = read(JSON.asJson(written), FlinkClusterStatus.class);

        assertThat(othersOf(status)).containsExactly(StatusDocument.MANAGER_KEY);
        assertThat(JSON.asJson(status.getOtherFields().get(StatusDocument.MANAGER_KEY)))
                .isEqualTo(JSON.asJson(written.get(StatusDocument.MANAGER_KEY)));
        assertNothingIsUnset(status);
        assertThat(StatusDocument.read(ClusterId.of("shop", "orders"), read(JSON.asJson(status), Map.class))
                        .value())
                .isEqualTo(FULL_STATUS);
    }

    @ParameterizedTest
    @EnumSource(RestartPolicy.class)
    void has_every_restart_policy(RestartPolicy policy) {
        JobSpec spec = JobSpec.builder().restartPolicy(policy).build();

        assertThat(typed(spec).restartPolicy).hasToString(policy.name());
    }

    @ParameterizedTest
    @EnumSource(SavepointFormat.class)
    void has_every_savepoint_format(SavepointFormat format) {
        JobSpec spec = JobSpec.builder().savepointFormatType(format).build();

        assertThat(typed(spec).savepointFormatType).hasToString(format.name());
        assertThat(FlinkJobSpec.SavepointFormatType.values()).hasSameSizeAs(SavepointFormat.values());
        assertThat(FlinkJobSpec.RestartPolicy.values()).hasSameSizeAs(RestartPolicy.values());
    }

    private static FlinkJobSpec typed(JobSpec spec) {
        FlinkJobSpec typed = read(JSON.asJson(SpecDocument.write(spec)), FlinkJobSpec.class);
        assertThat(SpecDocument.read(read(JSON.asJson(typed), Map.class)).value())
                .isEqualTo(spec);
        return typed;
    }

    /** The fields without a name of their own, at any depth. */
    private static List<String> othersOf(OpenObject object) {
        List<String> others = new ArrayList<>(object.getOtherFields().keySet());
        values(object).forEach(value -> {
            if (value instanceof OpenObject nested) {
                others.addAll(othersOf(nested));
            }
        });
        return others;
    }

    /** A field that the documents do not write would be null: it is none of the contract. */
    private static void assertNothingIsUnset(OpenObject object) {
        assertThat(values(object)).as(object.getClass().getSimpleName()).doesNotContainNull();
        values(object).forEach(value -> {
            if (value instanceof OpenObject nested) {
                assertNothingIsUnset(nested);
            }
        });
    }

    private static List<Object> values(OpenObject object) {
        List<Object> values = new ArrayList<>();
        fields(object.getClass()).forEach(field -> {
            try {
                values.add(field.get(object));
            } catch (IllegalAccessException e) {
                throw new AssertionError(e);
            }
        });
        return values;
    }

    private static List<String> fieldNames(Class<?> type) {
        return fields(type).map(Field::getName).toList();
    }

    private static Stream<Field> fields(Class<?> type) {
        return Arrays.stream(type.getDeclaredFields()).filter(field -> Modifier.isPublic(field.getModifiers()));
    }

    private static <T> T read(String document, Class<T> type) {
        return JSON.unmarshal(document, type);
    }
}
