package io.savepoint.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.model.HistoryEntry;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobState;
import io.savepoint.model.Launch;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.TriggerId;
import io.savepoint.model.TriggerReason;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionPolicyTest {
    private static final Decision NOTHING = new Decision.Nothing();

    private static TriggerId id(int number) {
        return TriggerId.of(String.format("%032x", number));
    }

    private static Decision dispose(int number) {
        return new Decision.DisposeSavepoint(id(number));
    }

    private static Decision waitUntil(Instant until) {
        return new Decision.Wait(until);
    }

    /** One that was completed as many minutes ago as its number is below 10. */
    private static HistoryEntry entry(int number, Consumer<HistoryEntry.Builder> change) {
        HistoryEntry.Builder entry = HistoryEntry.builder()
                .triggerId(id(number))
                .jobId(Contexts.JOB)
                .location("file:/savepoints/savepoint-" + number)
                .reason(TriggerReason.SCHEDULED)
                .format(SavepointFormat.CANONICAL)
                .time(Contexts.NOW.minus(Duration.ofMinutes(10 - number)));
        change.accept(entry);
        return entry.build();
    }

    private static Contexts with(int... numbers) {
        return Contexts.running().bookkeeping(books -> {
            for (int number : numbers) {
                books.addSavepointHistory(entry(number, entry -> {}));
            }
        });
    }

    private static Decision decide(RetentionPolicy policy, Contexts contexts) {
        return policy.decide(contexts.build());
    }

    @Test
    void theOldestOfThoseBeyondTheNumberGoesFirst() {
        RetentionPolicy two = RetentionPolicy.keepAtMost(2);
        assertThat(decide(two, with())).isEqualTo(NOTHING);
        assertThat(decide(two, with(1, 2))).isEqualTo(NOTHING);
        assertThat(decide(two, with(1, 2, 3))).isEqualTo(dispose(1));
        assertThat(decide(two, with(1, 2, 3, 4))).isEqualTo(dispose(1));
    }

    @Test
    void whatIsTooOldGoesButForTheNewest() {
        RetentionPolicy policy = RetentionPolicy.keepAtMost(5).maxAge(Duration.ofMinutes(4));
        assertThat(decide(policy, with(5, 6, 7))).isEqualTo(dispose(5));
        assertThat(decide(policy, with(6, 7))).isEqualTo(dispose(6));
        assertThat(decide(policy, with(7, 9))).isEqualTo(waitUntil(Contexts.NOW.plusSeconds(60)));
        assertThat(decide(policy, with(1))).isEqualTo(NOTHING);
        assertThat(decide(policy.keepAtLeast(2), with(1, 2))).isEqualTo(NOTHING);
        assertThat(decide(policy.keepAtLeast(2), with(1, 2, 3))).isEqualTo(dispose(1));
    }

    @Test
    void whatIsNeededStays() {
        RetentionPolicy one = RetentionPolicy.keepAtMost(1);
        String first = "file:///savepoints/savepoint-1";
        assertThat(decide(one, with(1, 2).job(job -> job.savepointLocation(first))))
                .isEqualTo(NOTHING);
        assertThat(decide(one, with(1, 2).job(job -> job.fromSavepoint(first)))).isEqualTo(NOTHING);
        assertThat(decide(one, with(1, 2).spec(spec -> spec.fromSavepoint(first + "/_metadata"))))
                .isEqualTo(NOTHING);
        assertThat(decide(one, with(1, 2).bookkeeping(books -> books.restoredFrom(first))))
                .isEqualTo(NOTHING);
        assertThat(decide(one, with(1, 2, 3).job(job -> job.fromSavepoint(first))))
                .isEqualTo(dispose(2));
    }

    @Test
    void nothingGoesWhileTheJobIsSubmittedOrFlinkIsSilent() {
        RetentionPolicy one = RetentionPolicy.keepAtMost(1);
        Launch launch = Launch.builder()
                .kind(Launch.Kind.RESTART)
                .jobId(Contexts.JOB)
                .policy("restart")
                .token("1")
                .requestTime(Contexts.NOW)
                .lastSentAt(Contexts.NOW)
                .build();
        assertThat(decide(one, with(1, 2).bookkeeping(books -> books.launch(launch))))
                .isEqualTo(NOTHING);
        assertThat(decide(one, with(1, 2).seen(new JobObservation.Unreachable("gone"))))
                .isEqualTo(NOTHING);
        assertThat(decide(one, with(1, 2).state(JobState.CANCELLED).seen(new JobObservation.NotAsked())))
                .isEqualTo(dispose(1));
    }

    @Test
    void oneIsDisposedOfAtATime() {
        Contexts contexts = with(1).bookkeeping(books -> books.addSavepointHistory(
                        entry(2, entry -> entry.disposingSince(Contexts.NOW)))
                .addSavepointHistory(entry(3, entry -> {})));
        assertThat(decide(RetentionPolicy.keepAtMost(1), contexts)).isEqualTo(NOTHING);
    }

    @Test
    void aFailureIsTriedAgainEverLaterAndHoldsUpNoOther() {
        RetentionPolicy one = RetentionPolicy.keepAtMost(1);
        HistoryEntry failed = entry(
                1,
                entry -> entry.disposalFailures(3)
                        .lastDisposalFailure(Contexts.NOW.minusSeconds(39))
                        .disposalMessage("denied"));
        Contexts waiting = Contexts.running()
                .bookkeeping(books -> books.addSavepointHistory(failed).addSavepointHistory(entry(2, entry -> {})));
        assertThat(decide(one, waiting)).isEqualTo(waitUntil(Contexts.NOW.plusSeconds(1)));
        assertThat(decide(one, waiting.at(Contexts.NOW.plusSeconds(1)))).isEqualTo(dispose(1));
        Contexts others = Contexts.running()
                .bookkeeping(books -> books.addSavepointHistory(failed)
                        .addSavepointHistory(entry(2, entry -> {}))
                        .addSavepointHistory(entry(3, entry -> {})));
        assertThat(decide(one, others)).isEqualTo(dispose(2));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, RetentionPolicy.LARGEST + 1})
    void aNumberOutOfRangeIsRefused(int number) {
        assertThatThrownBy(() -> RetentionPolicy.keepAtMost(number))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("keepAtMost must be from 1 to 500, was " + number);
    }

    @Test
    void theLimitsHaveToFitEachOther() {
        RetentionPolicy three = RetentionPolicy.keepAtMost(3);
        assertThat(three.keepAtLeast(3).keptAtMost()).isEqualTo(3);
        assertThatThrownBy(() -> three.keepAtLeast(4))
                .hasMessage("keepAtLeast must be from 1 to keepAtMost, which is 3, was 4");
        assertThatThrownBy(() -> three.keepAtLeast(0))
                .hasMessage("keepAtLeast must be from 1 to keepAtMost, which is 3, was 0");
        assertThatThrownBy(() -> three.maxAge(Duration.ZERO)).hasMessage("maxAge must be > 0, was PT0S");
    }
}
