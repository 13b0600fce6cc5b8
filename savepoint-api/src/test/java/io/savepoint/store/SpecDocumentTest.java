package io.savepoint.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.JobSpec;
import io.savepoint.model.RestartPolicy;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.SpecProblem;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SpecDocumentTest {
    private static final JobSpec FULL = JobSpec.builder()
            .jarFile("/opt/job.jar")
            .className("org.example.Orders")
            .addArgs("--a", "")
            .parallelism(4)
            .fromSavepoint("file:///sp/1")
            .allowNonRestoredState(true)
            .savepointsDir("file:///sp")
            .autoSavepointSeconds(60)
            .savepointGeneration(3_000_000_000L)
            .restartPolicy(RestartPolicy.FROM_SAVEPOINT_ON_FAILURE)
            .cancelRequested(true)
            .savepointFormatType(SavepointFormat.NATIVE)
            .maxStateAgeToRestoreSeconds(86_400)
            .build();

    @Test
    void usesTheNamesOfTheContract() {
        assertThat(SpecDocument.write(FULL))
                .isEqualTo(Map.ofEntries(
                        Map.entry("jarFile", "/opt/job.jar"),
                        Map.entry("className", "org.example.Orders"),
                        Map.entry("args", List.of("--a", "")),
                        Map.entry("parallelism", 4),
                        Map.entry("fromSavepoint", "file:///sp/1"),
                        Map.entry("allowNonRestoredState", true),
                        Map.entry("savepointsDir", "file:///sp"),
                        Map.entry("autoSavepointSeconds", 60L),
                        Map.entry("savepointGeneration", 3_000_000_000L),
                        Map.entry("restartPolicy", "FromSavepointOnFailure"),
                        Map.entry("cancelRequested", true),
                        Map.entry("savepointFormatType", "NATIVE"),
                        Map.entry("maxStateAgeToRestoreSeconds", 86_400L)));
    }

    @Test
    void readsWhatItWrote() {
        assertThat(SpecDocument.read(SpecDocument.write(FULL))).isEqualTo(new Read<>(FULL, List.of()));
        JobSpec empty = JobSpec.builder().build();
        assertThat(SpecDocument.read(SpecDocument.write(empty))).isEqualTo(new Read<>(empty, List.of()));
        assertThat(SpecDocument.read(Map.of())).isEqualTo(new Read<>(empty, List.of()));
    }

    @Test
    void takesNullAsAbsentAndIgnoresUnknownFields() {
        Map<String, Object> job = new HashMap<>();
        SpecDocument.write(FULL).keySet().forEach(key -> job.put(key, null));
        job.put("noLoggingToStdout", 5);

        assertThat(SpecDocument.read(job))
                .isEqualTo(new Read<>(JobSpec.builder().build(), List.of()));
    }

    @Test
    void takesEveryKindOfWholeNumber() {
        for (Number sixty : List.of(
                60,
                60L,
                (short) 60,
                60.0,
                60f,
                BigInteger.valueOf(60),
                new BigDecimal("6E1"),
                new BigDecimal("60.000"))) {
            Read<JobSpec> read = SpecDocument.read(Map.of("autoSavepointSeconds", sixty, "savepointsDir", "/sp"));
            assertThat(read.problems()).isEmpty();
            assertThat(read.value().autoSavepointSeconds()).hasValue(60);
        }
    }

    static List<Arguments> malformed() {
        return List.of(
                Arguments.of("jarFile", 5, "jarFile must be a string, was 5"),
                Arguments.of("jarFile", " ", "jarFile must not be blank; leave it out instead"),
                Arguments.of("className", List.of(), "className must be a string, was a list"),
                Arguments.of("args", "--a b", "args must be a list of strings, was '--a b'"),
                Arguments.of("args", List.of("--n", 4), "args[1] must be a string, was 4"),
                Arguments.of("parallelism", 0, "parallelism must be > 0, was 0"),
                Arguments.of(
                        "parallelism",
                        3_000_000_000L,
                        "parallelism must be a whole number from -2147483648 to 2147483647, was 3000000000"),
                Arguments.of("fromSavepoint", Map.of(), "fromSavepoint must be a string, was an object"),
                Arguments.of(
                        "allowNonRestoredState", "true", "allowNonRestoredState must be true or false, was 'true'"),
                Arguments.of("cancelRequested", 1, "cancelRequested must be true or false, was 1"),
                Arguments.of("savepointsDir", false, "savepointsDir must be a string, was false"),
                Arguments.of("autoSavepointSeconds", 60, "autoSavepointSeconds needs savepointsDir, which is not set"),
                Arguments.of("savepointGeneration", -5L, "savepointGeneration must be >= 0, was -5"),
                Arguments.of("savepointGeneration", "60", WHOLE + ", was '60'"),
                Arguments.of("savepointGeneration", 1.5, WHOLE + ", was 1.5"),
                Arguments.of("savepointGeneration", Double.NaN, WHOLE + ", was NaN"),
                Arguments.of("savepointGeneration", new BigDecimal("1e999999999"), WHOLE + ", was 1E+999999999"),
                Arguments.of("savepointGeneration", new BigDecimal("1e-999999999"), WHOLE + ", was 1E-999999999"),
                Arguments.of(
                        "savepointGeneration",
                        new BigInteger("9223372036854775808"),
                        WHOLE + ", was 9223372036854775808"),
                Arguments.of(
                        "restartPolicy",
                        "never",
                        "restartPolicy must be one of Never, FromSavepointOnFailure, was 'never'"),
                Arguments.of(
                        "savepointFormatType",
                        "x".repeat(1000),
                        "savepointFormatType must be one of CANONICAL, NATIVE, was '" + "x".repeat(80) + "...'"),
                Arguments.of("maxStateAgeToRestoreSeconds", 0, "maxStateAgeToRestoreSeconds must be > 0, was 0"));
    }

    private static final String WHOLE =
            "savepointGeneration must be a whole number from -9223372036854775808 to 9223372036854775807";

    @ParameterizedTest
    @MethodSource("malformed")
    void reportsAMalformedFieldAndLeavesItOut(String field, Object value, String message) {
        Read<JobSpec> read = SpecDocument.read(Map.of(field, value));

        assertThat(read.problems()).containsExactly(new SpecProblem(field, message));
        assertThat(read.value()).isEqualTo(JobSpec.builder().build());
    }

    @Test
    void keepsTheSoundFieldsBesideEveryMalformedOne() {
        Map<String, Object> job = new HashMap<>(SpecDocument.write(FULL));
        job.put("savepointsDir", "");
        job.put("parallelism", -1);
        job.put("restartPolicy", "Always");

        Read<JobSpec> read = SpecDocument.read(job);

        assertThat(read.problems())
                .extracting(SpecProblem::field)
                .containsExactlyInAnyOrder("restartPolicy", "parallelism", "savepointsDir", "autoSavepointSeconds");
        assertThat(read.value().jarFile()).hasValue("/opt/job.jar");
        assertThat(read.value().savepointGeneration()).isEqualTo(3_000_000_000L);
        assertThat(read.value().autoSavepointSeconds()).isEmpty();
    }

    @Test
    void writesOverWhatOthersKeep() {
        Map<String, Object> existing = new HashMap<>(SpecDocument.write(FULL));
        existing.put("volumes", List.of(Map.of("name", "data")));
        JobSpec spec = JobSpec.builder().savepointGeneration(1).build();

        Map<String, Object> merged = SpecDocument.merge(existing, spec);

        assertThat(merged).containsEntry("volumes", List.of(Map.of("name", "data")));
        assertThat(SpecDocument.read(merged).value()).isEqualTo(spec);
        assertThat(SpecDocument.merge(Map.of(), FULL)).isEqualTo(SpecDocument.write(FULL));
        assertThat(existing).containsEntry("jarFile", "/opt/job.jar");
    }
}
