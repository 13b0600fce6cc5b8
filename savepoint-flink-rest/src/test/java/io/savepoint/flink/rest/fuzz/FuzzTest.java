package io.savepoint.flink.rest.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Broken answers, the same ones each time: some in every build, and 200,000 by {@code -Pfuzz}. {@code -Dfuzz.answers=N} and
 * {@code -Dfuzz.seed=S} play others, {@code -Dfuzz.case=M} one of them alone.
 * The profile gives it 128 MB for its heap, too little for answers that are kept without a bound.
 */
class FuzzTest {
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final long ANSWERS = Long.getLong("fuzz.answers", 3000);
    private static final Optional<Long> CASE = Optional.ofNullable(Long.getLong("fuzz.case"));

    @Test
    void noBrokenAnswerDoesHarm() throws Exception {
        long answers = CASE.isPresent() ? 1 : ANSWERS;
        long begin = System.nanoTime();
        try (Fuzzer fuzzer = new Fuzzer(SEED)) {
            Tally tally = fuzzer.tally();
            fuzzer.run(CASE.orElse(1L), answers);
            System.out.println(tally.summary(SEED, Duration.ofNanos(System.nanoTime() - begin)));
            assertThat(tally.problems()).isEmpty();
            assertThat(tally.answers()).isEqualTo(answers);
        }
    }
}
