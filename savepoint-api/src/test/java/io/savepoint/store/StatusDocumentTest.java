package io.savepoint.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlState;
import io.savepoint.model.JobState;
import io.savepoint.model.SpecProblem;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class StatusDocumentTest {
    private static final ClusterId ORDERS = ClusterId.of("default", "orders");
    private static final String JOB_ID = "0123456789abcdef0123456789abcdef";
    private static final String TRIGGER_ID = "00112233445566778899aabbccddeeff";
    private static final String TIME = "2019-11-20T01:50:39Z";

    /** As the contract's users know it. */
    private static Map<String, Object> contract() {
        Map<String, Object> job = new HashMap<>(Map.of(
                "id",
                JOB_ID,
                "name",
                "orders-job",
                "state",
                "Running",
                "fromSavepoint",
                "file:///sp/1",
                "savepointGeneration",
                2L,
                "savepointLocation",
                "file:///sp/2",
                "lastSavepointTriggerID",
                TRIGGER_ID,
                "lastSavepointTriggerTime",
                TIME,
                "lastSavepointTime",
                TIME,
                "restartCount",
                1));
        Map<String, Object> savepoint = new HashMap<>(Map.of(
                "jobID",
                JOB_ID,
                "triggerID",
                TRIGGER_ID,
                "triggerTime",
                TIME,
                "triggerReason",
                "user requested",
                "requestTime",
                TIME,
                "state",
                "Succeeded",
                "formatType",
                "CANONICAL",
                "message",
                ""));
        Map<String, Object> control = new HashMap<>(Map.of(
                "name", "savepoint",
                "details", new HashMap<>(Map.of("jobID", JOB_ID, "savepointTriggerID", TRIGGER_ID)),
                "state", "InProgress",
                "message", "well",
                "updateTime", TIME));
        return new HashMap<>(Map.of(
                "components", new HashMap<>(Map.of("job", job)),
                "savepoint", savepoint,
                "control", control,
                "lastUpdateTime", TIME));
    }

    @Test
    void usesTheNamesOfTheContract() {
        Read<ClusterStatus> read = StatusDocument.read(ORDERS, contract());

        assertThat(read.problems()).isEmpty();
        assertThat(StatusDocument.write(read.value())).isEqualTo(contract());
        assertThat(read.value().job().orElseThrow().lastSavepointTime()).hasValue(Instant.parse(TIME));
        assertThat(read.value().control().orElseThrow().savepointTriggerId().orElseThrow())
                .hasToString(TRIGGER_ID);
    }

    @Test
    void readsWhatItWrote() {
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            ClusterStatus status = RandomStatuses.next(random);
            Map<String, Object> written = StatusDocument.write(status);
            assertThat(StatusDocument.read(ORDERS, written)).isEqualTo(new Read<>(status, List.of()));
            assertThat(StatusDocument.merge(Map.of(), status)).isEqualTo(written);
        }
    }

    @Test
    void readsWhatItWroteOverAnotherStatusOfOthers() {
        Random random = new Random(8);
        Map<String, Object> document = Map.of("components", Map.of("jobManagerDeployment", Map.of("name", "jm")));
        for (int i = 0; i < 2_000; i++) {
            ClusterStatus status = RandomStatuses.next(random);
            document = StatusDocument.merge(document, status);
            assertThat(StatusDocument.read(ORDERS, document)).isEqualTo(new Read<>(status, List.of()));
        }
        assertThat(StatusDocument.merge(document, ClusterStatus.empty()))
                .isEqualTo(Map.of("components", Map.of("jobManagerDeployment", Map.of("name", "jm"))));
    }

    @Test
    void anEmptyStatusIsAnEmptyDocument() {
        assertThat(StatusDocument.write(ClusterStatus.empty())).isEmpty();
        assertThat(StatusDocument.read(ORDERS, Map.of())).isEqualTo(new Read<>(ClusterStatus.empty(), List.of()));
    }

    @Test
    void cutsTheContractsTimesToSecondsAndItsOwnToMilliseconds() {
        Instant time = Instant.parse("2019-11-20T01:50:39.123456789Z");
        Map<String, Object> written = StatusDocument.write(ClusterStatus.builder()
                .lastUpdateTime(time)
                .bookkeeping(Bookkeeping.builder().failedAt(time).build())
                .build());

        assertThat(written).containsEntry("lastUpdateTime", "2019-11-20T01:50:39Z");
        assertThat(at(written, "savepointManager")).containsEntry("failedAt", "2019-11-20T01:50:39.123Z");
    }

    @ParameterizedTest
    @CsvSource({"2019-11-20T02:50:39+01:00", "2019-11-19T20:20:39-05:30", "2019-11-20T01:50:39.000Z", TIME})
    void readsAnyOffset(String time) {
        Read<ClusterStatus> read = StatusDocument.read(ORDERS, Map.of("lastUpdateTime", time));

        assertThat(read.value().lastUpdateTime()).hasValue(Instant.parse(TIME));
        assertThat(read.problems()).isEmpty();
    }

    @Test
    void readsTheOldNamesAndReplacesThem() {
        Map<String, Object> old = contract();
        at(old, "control").put("state", "Progressing");
        at(old, "control").put("details", new HashMap<>(Map.of("SavepointTriggerID", TRIGGER_ID, "other", "kept")));

        Read<ClusterStatus> read = StatusDocument.read(ORDERS, old);
        Map<String, Object> merged = StatusDocument.merge(old, read.value());

        assertThat(read.problems()).isEmpty();
        assertThat(read.value().control().orElseThrow().state()).isEqualTo(ControlState.IN_PROGRESS);
        assertThat(at(merged, "control")).containsEntry("state", "InProgress");
        assertThat(at(merged, "control", "details"))
                .isEqualTo(Map.of("savepointTriggerID", TRIGGER_ID, "other", "kept"));
    }

    static List<Arguments> malformed() {
        return List.of(
                Arguments.of("lastUpdateTime", "yesterday", "", "status.lastUpdateTime must be an RFC 3339 time"),
                Arguments.of("lastUpdateTime", "2019-11-20T01:50:39", "", "was '2019-11-20T01:50:39'"),
                Arguments.of("lastUpdateTime", 1574214639, "", "was 1574214639"),
                Arguments.of("components", "x", "", "status.components must be an object, was 'x'"),
                Arguments.of("job", List.of(), "components", "status.components.job must be an object, was a list"),
                Arguments.of(
                        "id", "abc", "components.job", "components.job.id must be 32 hexadecimal digits, was 'abc'"),
                Arguments.of("state", "running", "components.job", "components.job.state must be one of Pending, Depl"),
                Arguments.of("state", null, "components.job", "status.components.job.state is missing"),
                Arguments.of("savepointGeneration", -1, "components.job", "savepointGeneration must be a whole number"),
                Arguments.of("restartCount", 1L << 40, "components.job", "from 0 to 2147483647, was 1099511627776"),
                Arguments.of("lastSavepointTime", "", "components.job", "lastSavepointTime must be an RFC 3339 time"),
                Arguments.of("savepoint", 1, "", "status.savepoint must be an object, was 1"),
                Arguments.of("state", "Unknown", "savepoint", "savepoint.state must be one of InProgress, TriggerF"),
                Arguments.of("triggerReason", null, "savepoint", "status.savepoint.triggerReason is missing"),
                Arguments.of("formatType", "native", "savepoint", "formatType must be one of CANONICAL, NATIVE"),
                Arguments.of("control", true, "", "status.control must be an object, was true"),
                Arguments.of("name", 1, "control", "status.control.name must be a string"),
                Arguments.of("updateTime", null, "control", "status.control.updateTime is missing"),
                Arguments.of("jobID", 12, "control.details", "status.control.details.jobID must be 32 hexadecimal"),
                Arguments.of("savepointManager", 1, "", "status.savepointManager must be an object"));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void reportsAMalformedFieldByItsPath(String key, Object value, String parent, String message) {
        Map<String, Object> document = contract();
        at(document, parent.isEmpty() ? new String[0] : parent.split("\\.", -1)).put(key, value);

        Read<ClusterStatus> read = StatusDocument.read(ORDERS, document);

        String path = "status." + (parent.isEmpty() ? "" : parent + ".") + key;
        assertThat(read.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.field()).isEqualTo(path);
            assertThat(problem.message()).startsWith(path).contains(message);
        });
    }

    @Test
    void reportsWhatIsNoSavepointInTheHistory() {
        Map<String, Object> entry = Map.of("location", 1);
        Map<String, Object> document = Map.of("savepointManager", Map.of("savepointHistory", List.of("x", entry)));
        Read<ClusterStatus> read = StatusDocument.read(ORDERS, document);
        String path = "status.savepointManager.savepointHistory";
        assertThat(read.value().bookkeeping().savepointHistory()).isEmpty();
        assertThat(read.problems())
                .extracting(SpecProblem::message)
                .contains(
                        path + "[0] must be an object, was 'x'",
                        path + "[1].location must be a string, was 1",
                        path + "[1].triggerId is missing");
        assertThat(StatusDocument.read(ORDERS, Map.of("savepointManager", Map.of("savepointHistory", "x")))
                        .problems())
                .extracting(SpecProblem::message)
                .containsExactly(path + " must be a list of objects, was 'x'");
    }

    @Test
    void neverLosesTheRecordOfSavepointsForWantOfAnotherField() {
        Map<String, Object> document = contract();
        at(document, "components", "job").put("state", 1);
        at(document, "components", "job").remove("name");

        var job = StatusDocument.read(ORDERS, document).value().job().orElseThrow();

        assertThat(job.state()).isEqualTo(JobState.DEPLOYING);
        assertThat(job.name()).isEqualTo("orders-job");
        assertThat(job.savepointGeneration()).isEqualTo(2);
        assertThat(job.savepointLocation()).hasValue("file:///sp/2");
    }

    @Test
    void keepsAnAcceptedControlWhoseTimeCannotBeRead() {
        Map<String, Object> document = contract();
        at(document, "control").put("updateTime", "soon");

        var control = StatusDocument.read(ORDERS, document).value().control().orElseThrow();

        assertThat(control.updateTime()).isEqualTo(Instant.parse(TIME));
    }

    @ParameterizedTest
    @CsvSource({"kind", "jobId", "triggerId", "policy", "token", "reason", "requestTime", "triggerTime", "lastSentAt"})
    void reportsAnIntentThatCannotBeRead(String field) {
        ClusterStatus status = RandomStatuses.full(new Random(1));
        Map<String, Object> missing = StatusDocument.write(status);
        at(missing, "savepointManager", "operation").remove(field);
        Map<String, Object> malformed = StatusDocument.write(status);
        at(malformed, "savepointManager", "operation").put(field, 1);

        for (Map<String, Object> document : List.of(missing, malformed)) {
            Read<ClusterStatus> read = StatusDocument.read(ORDERS, document);
            assertThat(read.problems())
                    .extracting(SpecProblem::field)
                    .containsExactly("status.savepointManager.operation." + field);
            assertThat(read.value().bookkeeping().operation()).isEmpty();
            assertThat(read.value().bookkeeping().launch())
                    .isEqualTo(status.bookkeeping().launch());
        }
    }

    @Test
    void takesALaunchAsNotClearedIfThatCannotBeRead() {
        Map<String, Object> document = StatusDocument.write(RandomStatuses.full(new Random(1)));
        at(document, "savepointManager", "launch").put("cleared", "true");

        Read<ClusterStatus> read = StatusDocument.read(ORDERS, document);

        assertThat(read.value().bookkeeping().launch().orElseThrow().cleared()).isFalse();
        assertThat(read.problems()).hasSize(1);
    }

    @Test
    void keepsWhatIsNotOursAtEveryDepth() {
        Map<String, Object> document = contract();
        document.put("state", "Running");
        document.put("revision", null);
        at(document, "components").put("jobManagerDeployment", Map.of("name", "jm"));
        at(document, "components", "job").put("submitterName", "orders-submitter");
        at(document, "savepoint").put("extra", 1);
        at(document, "control").put("extra", 2);
        Map<String, Object> before = new HashMap<>(document);

        Map<String, Object> merged = StatusDocument.merge(document, ClusterStatus.empty());

        Map<String, Object> others = new HashMap<>(Map.of(
                "state",
                "Running",
                "components",
                Map.of(
                        "jobManagerDeployment",
                        Map.of("name", "jm"),
                        "job",
                        Map.of("submitterName", "orders-submitter")),
                "savepoint",
                Map.of("extra", 1),
                "control",
                Map.of("extra", 2)));
        others.put("revision", null);
        assertThat(merged).isEqualTo(others);
        assertThat(document).isEqualTo(before);
        assertThat(StatusDocument.read(ORDERS, merged)).isEqualTo(new Read<>(ClusterStatus.empty(), List.of()));
    }

    @Test
    void replacesWhatIsNoObject() {
        ClusterStatus status = StatusDocument.read(ORDERS, contract()).value();

        Map<String, Object> merged = StatusDocument.merge(Map.of("components", "x", "control", 1), status);

        assertThat(merged).isEqualTo(contract());
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> at(Map<String, Object> document, String... path) {
        Map<String, Object> object = document;
        for (String key : path) {
            object = (Map<String, Object>) object.get(key);
        }
        return object;
    }
}
