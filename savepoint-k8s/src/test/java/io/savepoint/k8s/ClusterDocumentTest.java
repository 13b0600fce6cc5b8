package io.savepoint.k8s;

import static io.savepoint.k8s.GenericResources.ORDERS;
import static io.savepoint.k8s.GenericResources.object;
import static io.savepoint.k8s.GenericResources.orders;
import static io.savepoint.k8s.GenericResources.parsed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.SpecProblem;
import io.savepoint.spi.StoreException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterDocumentTest {
    private static final String JOB = "{spec: {job: {savepointsDir: /sp}}}";
    private static final String CONTROL = "annotations: {" + ControlRequest.ANNOTATION + ": savepoint}";
    private static final String DELETED = "finalizers: [a/b], deletionTimestamp: '2026-01-01T00:00:00Z'";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{spec: {job: {}}}                                        | true",
                "{spec: {job: {jarFile: a.jar}}, status: {}}              | true",
                "{spec: {job: 17}}                                        | true",
                "{spec: {jobManager: {}}}                                 | false",
                "{spec: {job: null}}                                      | false",
                "{spec: null}                                             | false",
                "{spec: text}                                             | false",
                "{}                                                       | false",
                // Its manifest lost the job, which runs on.
                "{spec: {}, status: {components: {job: {id: x}}}}         | true",
                "{status: {components: {job: text}}}                      | true",
                "{spec: {}, status: {components: {job: null}}}            | false",
                "{spec: {}, status: {components: {jobManager: {}}}}       | false",
                "{spec: {}, status: {components: text}}                   | false",
                "{spec: {}, status: {savepoint: {state: Succeeded}}}      | false",
                "{spec: {}, status: null}                                 | false",
                // Nobody can tell, so somebody has to be told.
                "{spec: {}, status: text}                                 | true",
            })
    void is_managed_if_it_has_or_had_a_job(String content, boolean managed) {
        assertThat(new ClusterDocument(orders("1", content)).isManaged()).isEqualTo(managed);
    }

    @Test
    void is_managed_if_somebody_asks_something_of_it() {
        assertThat(new ClusterDocument(orders("1", CONTROL, "{spec: {}}")).isManaged())
                .isTrue();
        assertThat(new ClusterDocument(orders("1", "annotations: {a: b}", "{spec: {}}")).isManaged())
                .isFalse();
        assertThat(new ClusterDocument(orders("1", CONTROL.replace("savepoint}", "''}"), "{}")).isManaged())
                .as("an empty control is told to be wrong")
                .isTrue();
    }

    @Test
    void one_that_is_being_deleted_is_left_alone() {
        assertThat(new ClusterDocument(orders("1", DELETED, JOB)).isManaged()).isFalse();
        assertThat(new ClusterDocument(orders("1", DELETED + ", " + CONTROL, JOB)).isManaged())
                .isFalse();
        assertThat(new ClusterDocument(orders("1", DELETED, "{status: text}")).isManaged())
                .isFalse();
    }

    @Test
    void reads_spec_control_status_and_version() {
        ClusterState state = new ClusterDocument(
                        orders(
                                "12",
                                CONTROL,
                                "{spec: {job: {savepointGeneration: 3}}, status: {components: {job: {state: Running, restartCount: 2}}}}"))
                .state();

        assertThat(state.id()).isEqualTo(ORDERS);
        assertThat(state.version()).isEqualTo("12");
        assertThat(state.spec().savepointGeneration()).isEqualTo(3);
        assertThat(state.control()).contains(new ControlRequest("savepoint"));
        assertThat(state.status().job()).map(JobStatus::restartCount).contains(2);
        assertThat(state.problems()).isEmpty();
    }

    @Test
    void reads_one_without_spec_and_status() {
        ClusterState state = new ClusterDocument(orders("12", "{}")).state();

        assertThat(state.spec().savepointsDir()).isEmpty();
        assertThat(state.control()).isEmpty();
        assertThat(state.status()).isEqualTo(ClusterStatus.empty());
        assertThat(state.problems()).isEmpty();
    }

    @Test
    void tells_malformed_values_and_reads_the_others() {
        ClusterState state = new ClusterDocument(orders(
                        "12",
                        "{spec: {job: {savepointGeneration: often, savepointsDir: /sp, args: 1}},"
                                + " status: {components: {job: {state: Running, restartCount: -1, savepointGeneration: 4}},"
                                + " savepoint: 5, lastUpdateTime: yesterday}}"))
                .state();

        assertThat(state.spec().savepointsDir()).contains("/sp");
        assertThat(state.spec().savepointGeneration()).isZero();
        assertThat(state.status().job()).map(JobStatus::savepointGeneration).contains(4L);
        assertThat(state.problems())
                .extracting(SpecProblem::message)
                .anyMatch(message -> message.contains("savepointGeneration") && message.contains("often"))
                .anyMatch(message -> message.contains("args"))
                .anyMatch(message -> message.contains("restartCount"))
                .anyMatch(message -> message.contains("savepoint must be an object"))
                .anyMatch(message -> message.contains("lastUpdateTime") && message.contains("yesterday"))
                .hasSize(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"17", "text", "[a]", "true"})
    void tells_of_a_job_that_is_no_object(String job) {
        ClusterState state = new ClusterDocument(orders("12", "{spec: {job: " + job + "}}")).state();

        assertThat(state.problems())
                .containsExactly(new SpecProblem("job", "spec.job must be an object, was '" + job + "'"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"17", "text", "[a]"})
    void a_status_that_is_no_object_is_not_taken_for_none(String status) {
        ClusterDocument document = new ClusterDocument(orders("12", "{spec: {job: {}}, status: " + status + "}"));
        String message = "could not load shop/orders: its status must be an object, was '" + status
                + "'; correct it by hand, until then nothing is done for this cluster";

        assertThatThrownBy(document::state).isInstanceOf(StoreException.class).hasMessage(message);
        assertThatThrownBy(() -> document.statusPatch(ClusterStatus.empty()))
                .isInstanceOf(StoreException.class)
                .hasMessage(message);
    }

    @Test
    void the_patch_names_no_field_of_anybody_else() {
        ClusterDocument document = new ClusterDocument(orders(
                "12",
                "{status: {state: Running, none: null, conditions: [{type: Ready}],"
                        + " components: {jobManager: {name: jm, none: null}, job: {restartCount: 1, submitter: me}},"
                        + " savepoint: {state: Succeeded, triggerReason: scheduled, by: them},"
                        + " savepointManager: {message: m}}}"));
        ClusterStatus wanted = ClusterStatus.builder()
                .job(JobStatus.builder()
                        .name("orders-job")
                        .state(JobState.RUNNING)
                        .restartCount(2)
                        .build())
                .build();

        assertThat(parsed(document.statusPatch(wanted)))
                .isEqualTo(
                        object(
                                "{components: {job: {name: orders-job, state: Running, savepointGeneration: 0,"
                                        + " restartCount: 2}}, savepoint: {state: null, triggerReason: null}, savepointManager: null}"));
    }

    @Test
    void there_is_nothing_to_patch_in_what_was_read() {
        String read = "{status: {components: {job: {name: orders-job, state: Running, savepointGeneration: 7,"
                + " restartCount: 2}}, lastUpdateTime: '2026-01-01T00:00:00Z',"
                + " savepointManager: {generationSeen: 7, lastDurationMillis: 40, consecutiveRestarts: 0}}}";
        ClusterDocument document = new ClusterDocument(orders("12", read));

        assertThat(document.statusPatch(document.state().status())).isEmpty();
    }

    @Test
    void the_patch_of_a_status_without_anything_is_the_whole() {
        ClusterStatus wanted = ClusterStatus.builder()
                .bookkeeping(Bookkeeping.builder().message("m").build())
                .build();

        assertThat(new ClusterDocument(orders("12", "{}")).statusPatch(wanted))
                .isEqualTo(Map.of("savepointManager", Map.of("message", "m", "consecutiveRestarts", 0)));
        assertThat(new ClusterDocument(orders("12", "{}")).statusPatch(ClusterStatus.empty()))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{spec: {job: {a: 1}}}       | {spec: {job: {a: 1}}}                     | true",
                "{spec: {job: {a: 1}}}       | {spec: {job: {a: 2}}}                     | false",
                "{spec: {job: {a: 1, b: 2}}} | {spec: {job: {b: 2, a: 1}}}               | true",
                "{spec: {job: {a: 1}}}       | {spec: {job: {a: 1}, jobManager: {}}}     | true",
                "{spec: {job: {a: 1}}}       | {spec: {job: {a: 1}}, status: {state: x}} | true",
                "{spec: {job: {a: 1}}}       | {spec: {}}                                | false",
                "{spec: {}}                  | {spec: {}}                                | true",
                "{spec: {}}                  | {spec: {}, status: {components: {job: {}}}} | false",
                // Those look alike when they are printed.
                "{spec: {job: {a: '60'}}}    | {spec: {job: {a: 60}}}                    | false",
                "{spec: {job: {a: [b, c]}}}  | {spec: {job: {a: ['b, c']}}}              | false",
                "{spec: {job: {a: 'null'}}}  | {spec: {job: {a: null}}}                  | false",
            })
    void says_the_same_if_users_want_the_same(String one, String other, boolean same) {
        assertThat(new ClusterDocument(orders("1", one)).saysTheSameAs(new ClusterDocument(orders("2", other))))
                .isEqualTo(same);
    }

    @Test
    void does_not_say_the_same_with_a_control_or_when_it_is_being_deleted() {
        ClusterDocument plain = new ClusterDocument(orders("1", JOB));

        assertThat(plain.saysTheSameAs(new ClusterDocument(orders("2", CONTROL, JOB))))
                .isFalse();
        assertThat(plain.saysTheSameAs(new ClusterDocument(orders("2", "annotations: {a: b}, labels: {c: d}", JOB))))
                .isTrue();
        assertThat(plain.saysTheSameAs(new ClusterDocument(orders("2", DELETED, JOB))))
                .isFalse();
    }

    @Test
    void does_not_change_what_it_reads() {
        Map<String, Object> before = new LinkedHashMap<>(object("{status: {state: x, savepoint: {by: them}}}"));
        var resource = orders("1", "{status: {state: x, savepoint: {by: them}}}");
        ClusterDocument document = new ClusterDocument(resource);
        document.state();
        document.statusPatch(ClusterStatus.empty());

        assertThat(resource.getAdditionalProperties()).isEqualTo(before);
    }
}
