package io.savepoint.internal;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.Operation;
import io.savepoint.model.RequestLog;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointStatus;
import io.savepoint.policy.PollSchedule;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The next status while a tick works it out, with the events, the action and the due time that go with it. */
final class Draft {
    private final ClusterId cluster;
    private final Instant now;
    private final List<SavepointEvent> events = new ArrayList<>();
    private ClusterStatus status;
    private Action action = new Action.None();
    private Optional<Instant> nextDue = Optional.empty();

    Draft(ClusterId cluster, ClusterStatus status, Instant now) {
        this.cluster = cluster;
        this.now = now;
        this.status = status;
    }

    ClusterStatus status() {
        return status;
    }

    Instant now() {
        return now;
    }

    /** The contract's times are whole seconds. */
    Instant nowInSeconds() {
        return now.truncatedTo(ChronoUnit.SECONDS);
    }

    Duration since(Instant earlier) {
        return Duration.between(earlier, now);
    }

    JobStatus job() {
        return status.job()
                .orElseGet(() -> JobStatus.builder()
                        .name(cluster.name() + "-job")
                        .state(JobState.PENDING)
                        .build());
    }

    Bookkeeping bookkeeping() {
        return status.bookkeeping();
    }

    void updateJob(Consumer<JobStatus.Builder> change) {
        JobStatus.Builder builder = JobStatus.builder().from(job());
        change.accept(builder);
        status = ClusterStatus.builder().from(status).job(builder.build()).build();
    }

    void updateBookkeeping(Consumer<Bookkeeping.Builder> change) {
        Bookkeeping.Builder builder = Bookkeeping.builder().from(bookkeeping());
        change.accept(builder);
        status = ClusterStatus.builder()
                .from(status)
                .bookkeeping(builder.build())
                .build();
    }

    void updateLog(String policy, Consumer<RequestLog.Builder> change) {
        RequestLog.Builder builder = RequestLog.builder().from(bookkeeping().requestsOf(policy));
        change.accept(builder);
        Map<String, RequestLog> requests = new TreeMap<>(bookkeeping().requests());
        requests.put(policy, builder.build());
        updateBookkeeping(bookkeeping -> bookkeeping.requests(requests));
    }

    void savepoint(SavepointStatus savepoint) {
        status = ClusterStatus.builder().from(status).savepoint(savepoint).build();
    }

    void control(ControlStatus control) {
        status = ClusterStatus.builder().from(status).control(control).build();
    }

    void event(SavepointEvent.Type type, String message, Consumer<SavepointEvent.Builder> details) {
        SavepointEvent.Builder builder =
                SavepointEvent.builder().type(type).cluster(cluster).time(now).message(Texts.bounded(message));
        job().id().ifPresent(builder::jobId);
        details.accept(builder);
        events.add(builder.build());
    }

    void event(SavepointEvent.Type type, String message) {
        event(type, message, details -> {});
    }

    void act(Action next) {
        action = next;
    }

    boolean acts() {
        return !(action instanceof Action.None);
    }

    void dueAt(Instant time) {
        if (nextDue.isEmpty() || time.isBefore(nextDue.get())) {
            nextDue = Optional.of(time);
        }
    }

    void dueIn(Duration delay) {
        dueAt(now.plus(delay));
    }

    /** How long to wait before the next look at a savepoint that is being taken. */
    Duration nextPoll(Operation operation) {
        // Negative where a clock went back, or where it is behind the one of the manager that asked.
        return PollSchedule.nextPoll(since(operation.lastSentAt()).abs(), expected());
    }

    /** What to expect of the job's next savepoint, where this one is seen complete now. */
    Optional<Duration> expectNext(Operation operation, Hints hints) {
        return PollSchedule.expectNext(hints.lastInProgress(), since(operation.lastSentAt()), expected());
    }

    private Optional<Duration> expected() {
        return bookkeeping().lastDurationMillis().stream()
                .mapToObj(Duration::ofMillis)
                .findFirst();
    }

    Step finish(Duration atTheLatest) {
        dueIn(atTheLatest);
        return new Step(status, action, events, nextDue.orElseThrow());
    }
}
