package io.savepoint.policy;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.Operation;
import io.savepoint.model.RequestLog;
import io.savepoint.model.TriggerId;
import io.savepoint.model.TriggerReason;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/** Makes the situations that policies are asked about; by default a running job with a savepoint directory. */
final class Contexts {
    static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    static final JobId JOB = JobId.of("0123456789abcdef0123456789abcdef");

    private ClusterId cluster = ClusterId.of("default", "orders");
    private final JobSpec.Builder spec = JobSpec.builder().jarFile("/job.jar");
    private final JobStatus.Builder job = JobStatus.builder().name("orders-job").id(JOB);
    private final Bookkeeping.Builder bookkeeping = Bookkeeping.builder();
    private JobState state = JobState.RUNNING;
    private Optional<String> directory = Optional.of("file:///savepoints");
    private Optional<ControlRequest> control = Optional.empty();
    private Optional<ControlStatus> accepted = Optional.empty();
    private JobObservation seen =
            new JobObservation.Found(FlinkJobState.RUNNING, NOW.minusSeconds(100), Optional.empty(), true);
    private Instant now = NOW;

    static Contexts running() {
        return new Contexts();
    }

    static Contexts failed() {
        Contexts contexts = new Contexts();
        contexts.state = JobState.FAILED;
        contexts.seen = new JobObservation.Found(
                FlinkJobState.FAILED, NOW.minusSeconds(100), Optional.of(NOW.minusSeconds(10)), false);
        contexts.bookkeeping.failedAt(NOW.minusSeconds(10));
        return contexts;
    }

    Contexts cluster(String name) {
        cluster = ClusterId.of("default", name);
        return this;
    }

    Contexts spec(Consumer<JobSpec.Builder> change) {
        change.accept(spec);
        return this;
    }

    Contexts noDirectory() {
        directory = Optional.empty();
        return this;
    }

    Contexts job(Consumer<JobStatus.Builder> change) {
        change.accept(job);
        return this;
    }

    Contexts state(JobState value) {
        state = value;
        return this;
    }

    Contexts seen(JobObservation value) {
        seen = value;
        return this;
    }

    Contexts notReady() {
        return seen(new JobObservation.Found(FlinkJobState.RUNNING, NOW.minusSeconds(100), Optional.empty(), false));
    }

    Contexts bookkeeping(Consumer<Bookkeeping.Builder> change) {
        change.accept(bookkeeping);
        return this;
    }

    Contexts log(String policy, Consumer<RequestLog.Builder> change) {
        RequestLog.Builder log = RequestLog.builder();
        change.accept(log);
        bookkeeping.putRequests(policy, log.build());
        return this;
    }

    Contexts inFlight() {
        return bookkeeping(book -> book.operation(Operation.builder()
                .kind(Operation.Kind.SAVEPOINT)
                .jobId(JOB)
                .triggerId(TriggerId.of("00112233445566778899aabbccddeeff"))
                .policy("some")
                .token("some")
                .reason(TriggerReason.SCHEDULED)
                .requestTime(NOW)
                .triggerTime(NOW)
                .lastSentAt(NOW)
                .build()));
    }

    Contexts annotated(String value) {
        control = Optional.of(new ControlRequest(value));
        return this;
    }

    Contexts control(String name, ControlState controlState, Instant updated) {
        accepted = Optional.of(ControlStatus.builder()
                .name(name)
                .state(controlState)
                .updateTime(updated)
                .build());
        return this;
    }

    Contexts at(Instant value) {
        now = value;
        return this;
    }

    PolicyContext build() {
        ClusterStatus status = ClusterStatus.builder()
                .job(job.state(state).build())
                .control(accepted)
                .bookkeeping(bookkeeping.build())
                .build();
        return new PolicyContext(cluster, spec.savepointsDir(directory).build(), control, status, seen, now);
    }
}
