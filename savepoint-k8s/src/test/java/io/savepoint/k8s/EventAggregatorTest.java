package io.savepoint.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.savepoint.model.SavepointEvent.Type;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EventAggregatorTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00.250Z");
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final EventReason FAILED = EventReason.of(Type.JOB_FAILED);

    private final EventAggregator aggregator = new EventAggregator(1000);
    private final ObjectReference orders = cluster("orders", "uid-1");
    private Instant now = START;

    @Test
    void counts_equal_ones_in_one_event() {
        Set<EventTally> events = countEach(SECOND, 200, i -> "no task slots");

        EventTally only = events.iterator().next();
        assertThat(events).hasSize(1);
        assertThat(only.toPatch()).containsEntry("count", 200).containsEntry("lastTimestamp", "2026-01-01T00:03:19Z");
        assertThat(only.toEvent("me").getFirstTimestamp()).isEqualTo("2026-01-01T00:00:00Z");
    }

    @Test
    void begins_a_new_event_when_the_last_equal_one_is_ten_minutes_ago() {
        EventTally first = count("no task slots");
        now = now.plus(EventAggregator.WINDOW).minusMillis(1);
        EventTally within = count("no task slots");
        now = now.plus(EventAggregator.WINDOW);
        EventTally after = count("no task slots");

        assertThat(within).isSameAs(first);
        assertThat(after).isNotSameAs(first);
        assertThat(after.name()).isNotEqualTo(first.name());
        assertThat(after.count()).isEqualTo(1);
    }

    @Test
    void combines_what_differs_in_the_message_only_from_the_eleventh_on() {
        Set<EventTally> events = countEach(SECOND, 50, i -> "savepoint " + i + " is at s3://there");

        assertThat(events).hasSize(11);
        assertThat(events.stream().limit(10)).extracting(EventTally::count).containsOnly(1);
        EventTally combined = events.stream().skip(10).findFirst().orElseThrow();
        assertThat(combined.count()).isEqualTo(40);
        assertThat(combined.message()).isEqualTo("(combined from similar events): savepoint 49 is at s3://there");
    }

    @Test
    void goes_on_counting_those_with_events_of_their_own_while_others_are_combined() {
        EventTally first = count("savepoint 0");
        countEach(SECOND, 30, i -> "savepoint " + i);

        assertThat(count("savepoint 0")).isSameAs(first);
        assertThat(first.count()).isEqualTo(3);
    }

    @Test
    void keeps_combining_for_as_long_as_they_come_fast() {
        Set<EventTally> events = countEach(Duration.ofSeconds(10), 1000, i -> "savepoint " + i);

        assertThat(events).hasSize(11);
    }

    @Test
    void combines_nothing_that_comes_slowly() {
        Set<EventTally> slow = countEach(Duration.ofMinutes(1), 60, i -> "savepoint " + i);

        assertThat(slow).hasSize(60);
    }

    @Test
    void stops_combining_when_they_come_slowly() {
        countEach(SECOND, 50, i -> "savepoint " + i);
        now = now.plus(EventAggregator.WINDOW);

        assertThat(count("savepoint 50").message()).isEqualTo("savepoint 50");
    }

    @Test
    void combines_others_while_ten_repeat_themselves() {
        // Otherwise each ten minutes could add ten that never end.
        Set<EventTally> events = countEach(Duration.ofMinutes(1), 100, i -> "task " + i % 9);
        events.addAll(countEach(SECOND, 9, i -> "task " + i));
        assertThat(events).hasSize(9);

        assertThat(count("task 9").message()).isEqualTo("task 9");
        assertThat(count("task 10").message()).startsWith("(combined");
    }

    @Test
    void keeps_clusters_their_successors_and_reasons_apart() {
        Set<EventTally> events = new LinkedHashSet<>();
        events.add(aggregator.count(orders, FAILED, "m", now));
        events.add(aggregator.count(cluster("orders", "uid-2"), FAILED, "m", now));
        events.add(aggregator.count(cluster("other", "uid-3"), FAILED, "m", now));
        events.add(aggregator.count(orders, EventReason.of(Type.JOB_LOST), "m", now));

        assertThat(events).hasSize(4).extracting(EventTally::name).doesNotHaveDuplicates();
    }

    @Test
    void never_sets_the_last_time_back() {
        EventTally event = count("m");
        aggregator.count(orders, FAILED, "m", now.minusSeconds(30));

        assertThat(event.last()).isEqualTo(now);
        assertThat(event.count()).isEqualTo(2);
    }

    @Test
    void bounds_messages_in_bytes_and_splits_no_character() {
        String longest = "x".repeat(EventText.MOST_BYTES);
        EventTally uncut = count(longest);
        EventTally cut = count(longest + "x");
        EventTally emojis = count("\uD83D\uDE00".repeat(700));
        countEach(SECOND, 7, i -> "savepoint " + i);
        EventTally combined = count("\u00e4".repeat(700));

        assertThat(uncut.message()).isEqualTo(longest);
        assertThat(cut.message()).isEqualTo("x".repeat(1021) + "\u2026");
        assertThat(bytes(emojis.message())).isBetween(1018, 1024);
        assertThat(emojis.message()).endsWith("\uD83D\uDE00\u2026");
        assertThat(combined.message()).startsWith("(combined from similar events): \u00e4");
        assertThat(bytes(combined.message())).isBetween(1021, 1024);
    }

    @Test
    void remembers_a_bounded_number() {
        for (int i = 0; i < 5000; i++) {
            aggregator.count(cluster("c" + i, "uid-" + i), FAILED, "m", now);
        }
        EventTally newest = aggregator.count(cluster("c4999", "uid-4999"), FAILED, "m", now);
        EventTally forgotten = aggregator.count(cluster("c0", "uid-0"), FAILED, "m", now);

        assertThat(aggregator.size()).isEqualTo(1000);
        assertThat(newest.count()).isEqualTo(2);
        assertThat(forgotten.count()).isEqualTo(1);
    }

    @Test
    void keeps_those_in_use_longest() {
        EventTally used = count("m");
        for (int i = 0; i < 5000; i++) {
            aggregator.count(cluster("c" + i, "uid-c" + i), FAILED, "m", now);
            count("m");
        }

        assertThat(used.count()).isEqualTo(5001);
    }

    @Test
    void forgets_what_is_over() {
        for (int i = 0; i < 500; i++) {
            aggregator.count(cluster("c" + i, "uid-" + i), FAILED, "m" + i, now);
        }
        now = now.plus(EventAggregator.WINDOW);
        count("m");

        assertThat(aggregator.size()).isEqualTo(1);
    }

    @Test
    void names_events_as_kubernetes_allows() {
        String longName = "a".repeat(235) + "." + "b".repeat(17);
        EventTally event = aggregator.count(cluster(longName, "uid-l"), FAILED, "m", now);

        assertThat(longName).hasSize(253);
        assertThat(event.name()).matches("a{235}\\.[0-9a-f]{16}").hasSize(252);
        assertThat(count("m").name()).matches("orders\\.[0-9a-f]{16}");
    }

    private Set<EventTally> countEach(Duration step, int times, IntFunction<String> message) {
        Set<EventTally> events = new LinkedHashSet<>();
        IntStream.range(0, times).forEach(i -> {
            events.add(count(message.apply(i)));
            now = i == times - 1 ? now : now.plus(step);
        });
        return events;
    }

    private EventTally count(String message) {
        return aggregator.count(orders, FAILED, message, now);
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static ObjectReference cluster(String name, String uid) {
        return new ObjectReferenceBuilder()
                .withNamespace("default")
                .withName(name)
                .withUid(uid)
                .build();
    }
}
