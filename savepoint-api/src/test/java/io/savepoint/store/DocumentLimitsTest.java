package io.savepoint.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobStatus;
import io.savepoint.model.SpecProblem;
import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The values just at the limits of what a document may hold. */
class DocumentLimitsTest {
    private static final ClusterId ORDERS = ClusterId.of("default", "orders");

    @Test
    void theLargestNumbersAreRead() {
        Read<JobSpec> read =
                SpecDocument.read(Map.of("parallelism", Integer.MAX_VALUE, "savepointGeneration", Long.MAX_VALUE));
        assertThat(read.problems()).isEmpty();
        assertThat(read.value().parallelism()).hasValue(Integer.MAX_VALUE);
        assertThat(read.value().savepointGeneration()).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest(name = "restartCount {0}")
    @CsvSource({"-1,false", "0,true", "1,true"})
    void whatCountsCannotBeLessThanZero(int count, boolean sound) {
        Map<String, Object> job = Map.of("name", "orders-job", "state", "Running", "restartCount", count);
        Read<ClusterStatus> read = StatusDocument.read(ORDERS, Map.of("components", Map.of("job", job)));
        assertThat(read.problems()).hasSize(sound ? 0 : 1);
        assertThat(read.value().job().map(JobStatus::restartCount)).contains(Math.max(0, count));
    }

    @Test
    void zerosAfterThePointMakeNoNumberTooLong() {
        BigDecimal three = new BigDecimal("3.00000000000000000000000000000");
        Read<JobSpec> read = SpecDocument.read(Map.of("savepointGeneration", three));
        assertThat(read.problems()).isEmpty();
        assertThat(read.value().savepointGeneration()).isEqualTo(3);
    }

    @ParameterizedTest(name = "{0} characters")
    @ValueSource(ints = {80, 81})
    void aMalformedTextIsShownUpToEightyCharacters(int length) {
        String shown = length > 80 ? "x".repeat(80) + "..." : "x".repeat(length);
        assertThat(SpecDocument.read(Map.of("restartPolicy", "x".repeat(length)))
                        .problems())
                .extracting(SpecProblem::message)
                .containsExactly("restartPolicy must be one of Never, FromSavepointOnFailure, was '" + shown + "'");
    }
}
