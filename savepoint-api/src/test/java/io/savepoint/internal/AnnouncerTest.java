package io.savepoint.internal;

import static io.savepoint.internal.Situation.JOB;
import static io.savepoint.internal.Situation.LOCATION;
import static io.savepoint.internal.Situation.NOW;
import static io.savepoint.internal.Situation.ORDERS;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointRecord;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.testing.FakeFlink;
import io.savepoint.testing.ForwardingTransport;
import io.savepoint.testing.ManualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class AnnouncerTest {
    private static final Duration MEASURED = Duration.ofSeconds(9);

    private final List<SavepointEvent> told = new ArrayList<>();
    private CompletionStage<List<SavepointRecord>> history = CompletableFuture.completedFuture(List.of());
    private int asked;
    private final ForwardingTransport flink = new ForwardingTransport(FakeFlink.create(new ManualScheduler())) {
        @Override
        public CompletionStage<List<SavepointRecord>> savepointHistory(ClusterId cluster, JobId job) {
            asked++;
            return history;
        }
    };
    private final Announcer announcer = new Announcer(List.of(told::add), flink, false);

    private static SavepointEvent event(SavepointEvent.Type type) {
        return SavepointEvent.builder()
                .type(type)
                .cluster(ORDERS)
                .time(NOW)
                .jobId(JOB)
                .location(LOCATION)
                .duration(Duration.ofSeconds(1))
                .message("it happened")
                .build();
    }

    private static final SavepointEvent COMPLETED = event(SavepointEvent.Type.SAVEPOINT_COMPLETED);

    private static SavepointRecord record(String location, Duration duration, long size) {
        return new SavepointRecord(location, NOW, duration, OptionalLong.of(size), false);
    }

    @Test
    void whatTheHistoryKnowsOfASavepointIsTold() {
        history = CompletableFuture.completedFuture(
                List.of(record("file:/savepoints/another", Duration.ofSeconds(5), 55), record(LOCATION, MEASURED, 99)));
        assertThat(announcer.announce(List.of(COMPLETED), event -> {})).isCompleted();
        assertThat(told)
                .containsExactly(SavepointEvent.builder()
                        .from(COMPLETED)
                        .duration(MEASURED)
                        .sizeBytes(99)
                        .build());
    }

    @Test
    void whatTheHistoryDoesNotKnowIsToldAsItIs() {
        history = CompletableFuture.completedFuture(
                List.of(record("file:/savepoints/another", Duration.ofSeconds(5), 55)));
        announcer.announce(List.of(COMPLETED), event -> {});
        history = CompletableFuture.failedFuture(new FlinkUnreachableException("connection refused"));
        assertThat(announcer.announce(List.of(COMPLETED), event -> {})).isCompleted();
        assertThat(told).containsExactly(COMPLETED, COMPLETED);
    }

    @Test
    void theHistoryIsAskedOnlyForWhatIsInItAndOnlyIfSomebodyListens() {
        SavepointEvent failed = event(SavepointEvent.Type.SAVEPOINT_FAILED);
        announcer.announce(List.of(failed), event -> {});
        assertThat(told).containsExactly(failed);
        new Announcer(List.of(), flink, false).announce(List.of(COMPLETED), event -> {});
        assertThat(asked).isZero();
    }

    @Test
    void eventsAreToldInOrderHoweverLongTheHistoryTakes() {
        CompletableFuture<List<SavepointRecord>> slow = new CompletableFuture<>();
        history = slow;
        SavepointEvent cancelled = event(SavepointEvent.Type.JOB_CANCELLED);
        CompletableFuture<Void> all = announcer.announce(List.of(COMPLETED, cancelled), event -> {});
        assertThat(told).isEmpty();
        assertThat(all).isNotDone();
        slow.complete(List.of());
        assertThat(told).containsExactly(COMPLETED, cancelled);
        assertThat(all).isCompleted();
    }
}
