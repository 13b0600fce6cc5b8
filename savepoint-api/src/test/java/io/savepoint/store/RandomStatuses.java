package io.savepoint.store;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.HistoryEntry;
import io.savepoint.model.JobId;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.Launch;
import io.savepoint.model.Operation;
import io.savepoint.model.RequestLog;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.SavepointState;
import io.savepoint.model.SavepointStatus;
import io.savepoint.model.TriggerId;
import io.savepoint.model.TriggerReason;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Supplier;

/** Statuses of random content, with every optional field present or absent. */
final class RandomStatuses {
    private static final List<String> TEXTS =
            List.of("", " ", "null", "a: b", "\"\\\n\u0000", "\ud83d\ude42", "5", "true");

    private final Random random;
    private final boolean full;

    private RandomStatuses(Random random, boolean full) {
        this.random = random;
        this.full = full;
    }

    static ClusterStatus next(Random random) {
        return new RandomStatuses(random, false).status();
    }

    /** Every optional field is present. */
    static ClusterStatus full(Random random) {
        return new RandomStatuses(random, true).status();
    }

    private ClusterStatus status() {
        return ClusterStatus.builder()
                .job(maybe(this::job))
                .savepoint(maybe(this::savepoint))
                .control(maybe(this::control))
                .lastUpdateTime(maybe(this::second))
                .bookkeeping(maybe(this::bookkeeping)
                        .orElseGet(() -> Bookkeeping.builder().build()))
                .build();
    }

    private JobStatus job() {
        return JobStatus.builder()
                .id(maybe(this::jobId))
                .name(text())
                .state(one(JobState.values()))
                .fromSavepoint(maybe(this::text))
                .savepointGeneration(number())
                .savepointLocation(maybe(this::text))
                .lastSavepointTriggerId(maybe(this::triggerId))
                .lastSavepointTriggerTime(maybe(this::second))
                .lastSavepointTime(maybe(this::second))
                .restartCount(count())
                .build();
    }

    private SavepointStatus savepoint() {
        return SavepointStatus.builder()
                .jobId(maybe(this::jobId))
                .triggerId(maybe(this::triggerId))
                .triggerTime(maybe(this::second))
                .triggerReason(one(TriggerReason.values()))
                .requestTime(maybe(this::second))
                .state(one(SavepointState.values()))
                .formatType(maybe(() -> one(SavepointFormat.values())))
                .message(maybe(this::text))
                .build();
    }

    private ControlStatus control() {
        return ControlStatus.builder()
                .name(text())
                .state(one(ControlState.values()))
                .jobId(maybe(this::jobId))
                .savepointTriggerId(maybe(this::triggerId))
                .message(maybe(this::text))
                .updateTime(second())
                .build();
    }

    private Bookkeeping bookkeeping() {
        Bookkeeping.Builder books = Bookkeeping.builder()
                .operation(maybe(this::operation))
                .launch(maybe(this::launch))
                .controlToAcknowledge(maybe(this::text))
                .generationSeen(maybe(this::number).map(OptionalLong::of).orElseGet(OptionalLong::empty))
                .runningSince(maybe(this::milli))
                .lastTriggerTime(maybe(this::milli))
                .missingSince(maybe(this::milli))
                .failedAt(maybe(this::milli))
                .consecutiveRestarts(count())
                .restoredFrom(maybe(this::text))
                .lastDurationMillis(maybe(this::number).map(OptionalLong::of).orElseGet(OptionalLong::empty))
                .failureReason(maybe(this::text))
                .message(maybe(this::text));
        for (int i = random.nextInt(3); i > 0; i--) {
            books.addProblems(text()).putRequests(i + text(), log()).addSavepointHistory(entry());
        }
        return books.build();
    }

    private HistoryEntry entry() {
        HistoryEntry.Builder entry = HistoryEntry.builder()
                .triggerId(triggerId())
                .jobId(jobId())
                .location(text())
                .reason(one(TriggerReason.values()))
                .format(one(SavepointFormat.values()))
                .time(milli())
                .sizeBytes(maybe(this::number).map(OptionalLong::of).orElseGet(OptionalLong::empty))
                .disposingSince(maybe(this::milli));
        if (random.nextBoolean()) {
            entry.disposalFailures(1 + count())
                    .lastDisposalFailure(maybe(this::milli))
                    .disposalMessage(maybe(this::text));
        }
        return entry.build();
    }

    private RequestLog log() {
        return RequestLog.builder()
                .accepted(maybe(this::text))
                .acceptedAt(maybe(this::milli))
                .served(maybe(this::text))
                .failures(count())
                .lastFailure(maybe(this::milli))
                .build();
    }

    private Operation operation() {
        return Operation.builder()
                .kind(one(Operation.Kind.values()))
                .jobId(jobId())
                .triggerId(triggerId())
                .policy(text())
                .token(text())
                .reason(one(TriggerReason.values()))
                .targetDirectory(maybe(this::text))
                .ownDirectory(random.nextBoolean())
                .format(one(SavepointFormat.values()))
                .drain(random.nextBoolean())
                .maxAttempts(count())
                .requestTime(milli())
                .triggerTime(milli())
                .lastSentAt(milli())
                .sends(count())
                .runStart(maybe(this::milli))
                .build();
    }

    private Launch launch() {
        return Launch.builder()
                .kind(one(Launch.Kind.values()))
                .jobId(jobId())
                .replaces(maybe(this::jobId))
                .cleared(random.nextBoolean())
                .fromSavepoint(maybe(this::text))
                .allowNonRestoredState(random.nextBoolean())
                .policy(text())
                .token(text())
                .requestTime(milli())
                .lastSentAt(milli())
                .sends(count())
                .build();
    }

    private <T> Optional<T> maybe(Supplier<T> value) {
        return full || random.nextBoolean() ? Optional.of(value.get()) : Optional.empty();
    }

    @SafeVarargs
    private <T> T one(T... values) {
        return values[random.nextInt(values.length)];
    }

    private JobId jobId() {
        return JobId.random(random);
    }

    private TriggerId triggerId() {
        return TriggerId.random(random);
    }

    private String text() {
        return TEXTS.get(random.nextInt(TEXTS.size()));
    }

    private int count() {
        return random.nextInt(Integer.MAX_VALUE);
    }

    private long number() {
        return random.nextLong(Long.MAX_VALUE);
    }

    /** Before the epoch, and beyond four digits of the year, too. */
    private Instant second() {
        return Instant.ofEpochSecond(random.nextLong(-100_000_000_000L, 400_000_000_000L));
    }

    private Instant milli() {
        return second().plusMillis(random.nextInt(1000));
    }
}
