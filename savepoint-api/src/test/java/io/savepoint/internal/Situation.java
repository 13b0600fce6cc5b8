package io.savepoint.internal;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.DisposalObservation;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.Launch;
import io.savepoint.model.Operation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.RequestLog;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointOptions;
import io.savepoint.model.SavepointRecord;
import io.savepoint.model.SpecProblem;
import io.savepoint.model.TriggerId;
import io.savepoint.model.TriggerReason;
import io.savepoint.policy.Backoff;
import io.savepoint.policy.Decision;
import io.savepoint.policy.Policies;
import io.savepoint.policy.PolicyContext;
import io.savepoint.policy.Precedence;
import io.savepoint.policy.SavepointPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Makes the situations that a tick is planned in; by default a running job with a savepoint directory, where nothing is due. */
final class Situation {
    static final ClusterId ORDERS = ClusterId.of("default", "orders");
    static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    static final JobId JOB = JobId.of("0123456789abcdef0123456789abcdef");
    static final JobId NEXT_JOB = JobId.of("fedcba9876543210fedcba9876543210");
    static final TriggerId TRIGGER = TriggerId.of("00112233445566778899aabbccddeeff");
    static final TriggerId OTHER_TRIGGER = TriggerId.of("ffeeddccbbaa99887766554433221100");
    static final String LOCATION = "file:/savepoints/savepoint-1";
    static final Instant RUN_START = NOW.minusSeconds(1000);

    private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));
    static final Timings TIMINGS = new Timings(
            Duration.ofSeconds(5),
            Duration.ofSeconds(60),
            Duration.ofSeconds(16),
            Duration.ofSeconds(300),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            BACKOFF,
            BACKOFF);

    private final JobSpec.Builder spec = JobSpec.builder().jarFile("/job.jar").savepointsDir("file:///savepoints");
    private final JobStatus.Builder job = JobStatus.builder().name("orders-job").id(JOB);
    private final Bookkeeping.Builder books = Bookkeeping.builder().runningSince(RUN_START);
    private JobState state = JobState.RUNNING;
    private Optional<ControlStatus> control = Optional.empty();
    private Optional<ControlRequest> annotation = Optional.empty();
    private List<SpecProblem> problems = List.of();
    private JobObservation seen = found(FlinkJobState.RUNNING);
    private Optional<OperationObservation> result = Optional.empty();
    private List<SavepointRecord> history = List.of();
    private List<Instant> inProgress = List.of();
    private Optional<DisposalObservation> disposal = Optional.empty();
    private Optional<String> failureCause = Optional.empty();
    private Hints hints = new Hints(
            0, Optional.empty(), Duration.ofHours(1), Duration.ofHours(1), Optional.empty(), false, Optional.empty());
    private Optional<DirectCalls.Turn> turn = Optional.empty();
    private List<SavepointPolicy> policies = Policies.defaults();
    private boolean canLaunch = true;
    private boolean isNew;

    /** A policy that always wants the same. */
    record Wants(Precedence precedence, Decision decision) implements SavepointPolicy {
        @Override
        public String name() {
            return "wants-" + precedence.name().toLowerCase(Locale.ROOT);
        }

        @Override
        public Decision decide(PolicyContext context) {
            return decision;
        }
    }

    static Situation running() {
        return new Situation();
    }

    /** A cluster of which nothing is recorded. */
    static Situation fresh() {
        Situation situation = new Situation().see(new JobObservation.NotAsked());
        situation.isNew = true;
        return situation;
    }

    static Situation over(JobState state) {
        return new Situation().state(state).see(new JobObservation.NotAsked());
    }

    static JobObservation found(FlinkJobState state) {
        return new JobObservation.Found(state, RUN_START, Optional.empty(), state == FlinkJobState.RUNNING);
    }

    static JobObservation notReady() {
        return new JobObservation.Found(FlinkJobState.RUNNING, RUN_START, Optional.empty(), false);
    }

    static SavepointRecord record(String location, Instant triggered, boolean stop) {
        return new SavepointRecord(location, triggered, Duration.ofSeconds(1), OptionalLong.empty(), stop);
    }

    Situation spec(Consumer<JobSpec.Builder> change) {
        change.accept(spec);
        return this;
    }

    Situation job(Consumer<JobStatus.Builder> change) {
        change.accept(job);
        return this;
    }

    Situation state(JobState value) {
        state = value;
        return this;
    }

    Situation books(Consumer<Bookkeeping.Builder> change) {
        change.accept(books);
        return this;
    }

    Situation log(String policy, Consumer<RequestLog.Builder> change) {
        RequestLog.Builder log = RequestLog.builder();
        change.accept(log);
        return books(book -> book.putRequests(policy, log.build()));
    }

    static Operation operation(Operation.Kind kind, Consumer<Operation.Builder> change) {
        Operation.Builder operation = Operation.builder()
                .kind(kind)
                .jobId(JOB)
                .triggerId(TRIGGER)
                .policy("some")
                .token("wanted")
                .reason(TriggerReason.USER_REQUESTED)
                .targetDirectory("file:///savepoints")
                .requestTime(NOW.minusSeconds(1))
                .triggerTime(NOW.minusSeconds(1))
                .lastSentAt(NOW.minusSeconds(1))
                .runStart(RUN_START);
        change.accept(operation);
        return operation.build();
    }

    Situation inFlight(Operation.Kind kind, Consumer<Operation.Builder> change) {
        return books(book -> book.operation(operation(kind, change)));
    }

    Situation inFlight(Operation.Kind kind) {
        return inFlight(kind, operation -> {});
    }

    static Launch launch(Launch.Kind kind, Consumer<Launch.Builder> change) {
        Launch.Builder launch = Launch.builder()
                .kind(kind)
                .jobId(NEXT_JOB)
                .policy("some")
                .token("wanted")
                .requestTime(NOW.minusSeconds(1))
                .lastSentAt(NOW.minusSeconds(1));
        change.accept(launch);
        return launch.build();
    }

    Situation launching(Launch.Kind kind, Consumer<Launch.Builder> change) {
        return books(book -> book.launch(launch(kind, change)));
    }

    Situation accepted(String name, ControlState controlState, Consumer<ControlStatus.Builder> change) {
        ControlStatus.Builder builder =
                ControlStatus.builder().name(name).state(controlState).updateTime(NOW.minusSeconds(30));
        change.accept(builder);
        control = Optional.of(builder.build());
        return this;
    }

    Situation annotated(String value) {
        annotation = Optional.of(new ControlRequest(value));
        return this;
    }

    Situation problems(SpecProblem... values) {
        problems = List.of(values);
        return this;
    }

    Situation see(JobObservation value) {
        seen = value;
        return this;
    }

    /** What Flink says of the operation; it is asked of the job only when it does not know that. */
    Situation hear(OperationObservation value) {
        result = Optional.of(value);
        if (!(value instanceof OperationObservation.Unknown)) {
            seen = new JobObservation.NotAsked();
        }
        return this;
    }

    Situation history(SavepointRecord... records) {
        history = List.of(records);
        return this;
    }

    Situation disposal(DisposalObservation value) {
        disposal = Optional.of(value);
        return this;
    }

    Situation failureCause(String value) {
        failureCause = Optional.of(value);
        return this;
    }

    Situation inProgress(Instant... triggered) {
        inProgress = List.of(triggered);
        return this;
    }

    Situation hints(Hints value) {
        hints = value;
        return this;
    }

    Situation called(DirectRequest.Kind kind, Instant since) {
        DirectRequest request =
                new DirectRequest("call", kind, SavepointOptions.defaults(), LOCATION, since.minusSeconds(7));
        turn = Optional.of(new DirectCalls.Turn(request, since));
        return this;
    }

    Situation policies(SavepointPolicy... values) {
        policies = List.of(values);
        return this;
    }

    Situation withoutLauncher() {
        canLaunch = false;
        return this;
    }

    Planner planner() {
        return new Planner(TIMINGS, policies, canLaunch, false, 10, new SplittableRandom(42));
    }

    ClusterState recorded() {
        ClusterStatus.Builder status = ClusterStatus.builder().control(control);
        if (!isNew) {
            status.job(job.state(state).build()).bookkeeping(books.build());
        }
        return new ClusterState(ORDERS, "1", spec.build(), annotation, status.build(), problems);
    }

    Planner.Plan planned() {
        Observation observation = new Observation(seen, result, history, inProgress, disposal, failureCause);
        return planner().plan(recorded(), observation, hints, turn, NOW);
    }

    Step plan() {
        return planned().step();
    }

    static List<String> told(Step step, SavepointEvent.Type type) {
        return step.events().stream()
                .filter(event -> event.type() == type)
                .map(SavepointEvent::message)
                .toList();
    }

    static Bookkeeping books(Step step) {
        return step.status().bookkeeping();
    }

    static JobStatus job(Step step) {
        return step.status().job().orElseThrow();
    }

    static Duration delay(Step step) {
        return Duration.between(NOW, step.nextDue());
    }
}
