package io.savepoint.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.savepoint.model.SavepointEvent.Type;
import io.savepoint.testing.ManualScheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EventWriterTest {
    private static final Duration REST = Duration.ofSeconds(5);
    private static final CompletableFuture<Void> AT_ONCE = CompletableFuture.completedFuture(null);

    private final ManualScheduler scheduler = new ManualScheduler();
    private final List<Write> writes = new ArrayList<>();

    private record Write(EventTally tally, int count, CompletableFuture<Void> end) {}

    @Test
    void writes_a_new_event_at_once() {
        EventWriter writer = writer(16, 100, unanswered());
        EventTally tally = tally("a");
        writer.write(tally);

        assertThat(writes).extracting(Write::tally).containsExactly(tally);
    }

    @Test
    void writes_what_was_counted_meanwhile_together_after_a_rest() {
        EventWriter writer = writer(16, 100, unanswered());
        EventTally tally = tally("a");
        writer.write(tally);
        raise(writer, tally, 100);
        scheduler.advance(REST.multipliedBy(3));
        assertThat(writes).as("no two at the same time").hasSize(1);

        writes.get(0).end().complete(null);
        raise(writer, tally, 99);
        scheduler.advance(REST.minusMillis(1));
        assertThat(writes).as("no two in short succession").hasSize(1);
        scheduler.advance(Duration.ofMillis(1));
        assertThat(writes).extracting(Write::count).containsExactly(1, 200);

        writes.get(1).end().complete(null);
        scheduler.advance(REST.multipliedBy(3));
        assertThat(writes).as("nothing is left to write").hasSize(2);
        assertThat(scheduler.taskCount()).isZero();
    }

    @Test
    void writes_the_count_that_was_raised_during_a_write_even_if_none_follows() {
        EventWriter writer = writer(16, 100, unanswered());
        EventTally tally = tally("a");
        writer.write(tally);
        raise(writer, tally, 1);
        writes.get(0).end().complete(null);
        scheduler.advance(REST);

        assertThat(writes).extracting(Write::count).containsExactly(1, 2);
    }

    @Test
    void writes_at_once_again_after_a_rest() {
        EventWriter writer = writer(16, 100, tally -> AT_ONCE);
        EventTally tally = tally("a");
        writer.write(tally);
        scheduler.advance(REST);
        raise(writer, tally, 1);

        assertThat(writes).extracting(Write::count).containsExactly(1, 2);
    }

    @Test
    void writes_few_at_the_same_time_and_the_others_in_order() {
        EventWriter writer = writer(2, 100, unanswered());
        List<EventTally> tallies =
                IntStream.range(0, 6).mapToObj(i -> tally("c" + i)).toList();
        tallies.forEach(writer::write);
        raise(writer, tallies.get(5), 4);
        assertThat(writes).hasSize(2);

        for (int i = 0; i < 6; i++) {
            assertThat(writes).as("when %d have ended", i).hasSize(Math.min(6, i + 2));
            writes.get(i).end().complete(null);
        }
        assertThat(writes).extracting(Write::tally).containsExactlyElementsOf(tallies);
        assertThat(writes.get(5).count()).isEqualTo(5);
        scheduler.advance(REST);
        assertThat(writes)
                .as("what was counted before the write needs no other")
                .hasSize(6);
    }

    @Test
    void does_not_pile_up_on_the_stack_when_writes_end_at_once() {
        EventWriter writer = writer(1, 100_000, unanswered());
        IntStream.range(0, 50_000).forEach(i -> writer.write(tally("c" + i)));
        assertThat(writes).hasSize(1);
        AtomicInteger deepest = new AtomicInteger();
        answer = tally -> {
            deepest.accumulateAndGet(new Throwable().getStackTrace().length, Math::max);
            return AT_ONCE;
        };
        writes.get(0).end().complete(null);

        assertThat(writes).hasSize(50_000);
        assertThat(deepest).hasValueLessThan(200);
    }

    @Test
    void takes_no_more_than_there_is_room_for() {
        EventWriter writer = writer(1, 3, unanswered());
        List<EventTally> tallies =
                IntStream.range(0, 4).mapToObj(i -> tally("c" + i)).toList();

        assertThat(tallies).map(writer::write).containsExactly(true, true, true, false);
        assertThat(writer.write(tallies.get(0))).as("known already").isTrue();
        writes.get(0).end().complete(null);
        scheduler.advance(REST.multipliedBy(2));
        assertThat(writer.write(tallies.get(3))).as("still two, and one again").isFalse();
        writes.get(1).end().complete(null);
        scheduler.advance(REST);
        assertThat(writer.write(tallies.get(3))).as("one has been written").isTrue();
    }

    private Function<EventTally, CompletableFuture<Void>> answer = tally -> AT_ONCE;

    private EventWriter writer(int mostAtOnce, int mostBusy, Function<EventTally, CompletableFuture<Void>> first) {
        answer = first;
        return new EventWriter(
                tally -> {
                    CompletableFuture<Void> end = answer.apply(tally);
                    writes.add(new Write(tally, tally.count(), end));
                    return end;
                },
                (delay, task) -> {
                    var unused = scheduler.schedule(delay, task);
                },
                new EventWriter.Limits(REST, mostAtOnce, mostBusy));
    }

    private static Function<EventTally, CompletableFuture<Void>> unanswered() {
        return tally -> new CompletableFuture<>();
    }

    private static void raise(EventWriter writer, EventTally tally, int times) {
        for (int i = 0; i < times; i++) {
            tally.raise("m", Instant.EPOCH);
            assertThat(writer.write(tally)).isTrue();
        }
    }

    private static EventTally tally(String cluster) {
        return new EventTally(
                new ObjectReferenceBuilder()
                        .withNamespace("default")
                        .withName(cluster)
                        .withUid("uid")
                        .build(),
                EventReason.of(Type.JOB_FAILED),
                "m",
                Instant.EPOCH);
    }
}
