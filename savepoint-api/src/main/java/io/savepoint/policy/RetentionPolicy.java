package io.savepoint.policy;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.HistoryEntry;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Keeps the savepoints of a job few: has those disposed of that are more than a number, or too old. It knows the
 * savepoints that the manager recorded; those that somebody else took are not touched.
 *
 * <p>Whatever the numbers say, these stay: the newest one; the recorded {@code savepointLocation}; the one that the
 * present run was started from, since its state may lie in that savepoint's files; and the one that the next run is to be
 * started from, by the spec's {@code fromSavepoint} or by a direct restore. While the job is being submitted nothing is
 * disposed of. That holds for both formats and every claim mode: a native savepoint has no files in common with others,
 * and one that a run claimed ({@code CLAIM}) is Flink's to delete while that run lasts. Runs that the manager did not
 * start are not known to it: a savepoint that one of them still needs must not be one of a manager with a retention.
 *
 * <p>One savepoint is disposed of at a time. A failure is retried with a back-off, and the savepoint stays in the history
 * meanwhile.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
public final class RetentionPolicy implements SavepointPolicy {
    /** The most savepoints that can be kept: they are all listed in the status. */
    public static final int LARGEST = 500;

    private static final Backoff RETRY = new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(10));

    private final int atMost;
    private final int atLeast;
    private final Optional<Duration> maxAge;

    private RetentionPolicy(int atMost, int atLeast, Optional<Duration> maxAge) {
        this.atMost = atMost;
        this.atLeast = atLeast;
        this.maxAge = maxAge;
    }

    /**
     * Keeps a number of savepoints, whatever their age.
     *
     * @param savepoints how many of the newest are kept; from 1 to {@value #LARGEST}
     * @return the policy
     * @throws IllegalArgumentException if the number is out of range
     */
    public static RetentionPolicy keepAtMost(int savepoints) {
        if (savepoints < 1 || savepoints > LARGEST) {
            throw new IllegalArgumentException("keepAtMost must be from 1 to " + LARGEST + ", was " + savepoints);
        }
        return new RetentionPolicy(savepoints, 1, Optional.empty());
    }

    /**
     * The same policy, which also drops savepoints that were completed longer ago than this.
     *
     * @param age positive
     * @return the policy
     * @throws IllegalArgumentException if it is not
     */
    public RetentionPolicy maxAge(Duration age) {
        if (age.isZero() || age.isNegative()) {
            throw new IllegalArgumentException("maxAge must be > 0, was " + age);
        }
        return new RetentionPolicy(atMost, atLeast, Optional.of(age));
    }

    /**
     * The same policy, which keeps some savepoints however old they are; 1 unless set.
     *
     * @param savepoints how many of the newest; from 1 to those kept at most
     * @return the policy
     * @throws IllegalArgumentException if the number is out of range
     */
    public RetentionPolicy keepAtLeast(int savepoints) {
        if (savepoints < 1 || savepoints > atMost) {
            throw new IllegalArgumentException(
                    "keepAtLeast must be from 1 to keepAtMost, which is " + atMost + ", was " + savepoints);
        }
        return new RetentionPolicy(atMost, savepoints, maxAge);
    }

    /** {@return how many savepoints are kept at most, apart from those that are needed} */
    public int keptAtMost() {
        return atMost;
    }

    @Override
    public String name() {
        return "retention";
    }

    @Override
    public Precedence precedence() {
        return Precedence.RETENTION;
    }

    @Override
    public Decision decide(PolicyContext context) {
        Bookkeeping bookkeeping = context.bookkeeping();
        List<HistoryEntry> history = bookkeeping.savepointHistory();
        boolean atIt = history.stream().anyMatch(entry -> entry.disposingSince().isPresent());
        if (atIt || bookkeeping.launch().isPresent() || context.job() instanceof JobObservation.Unreachable) {
            return new Decision.Nothing();
        }
        Optional<Instant> next = Optional.empty();
        for (int i = 0; i < history.size() - 1; i++) {
            HistoryEntry entry = history.get(i);
            Optional<Instant> due = isNeeded(context, entry) ? Optional.empty() : due(entry, history.size() - i);
            if (due.isPresent() && !due.get().isAfter(context.now())) {
                return new Decision.DisposeSavepoint(entry.triggerId());
            }
            next = Stream.concat(next.stream(), due.stream()).min(Instant::compareTo);
        }
        return next.<Decision>map(Decision.Wait::new).orElseGet(Decision.Nothing::new);
    }

    /** When an entry is to be disposed of, if ever; the newest is in place 1. */
    private Optional<Instant> due(HistoryEntry entry, int place) {
        Optional<Instant> dropped = place > atMost
                ? Optional.of(entry.time())
                : maxAge.filter(age -> place > atLeast).map(entry.time()::plus);
        Optional<Instant> retry =
                entry.lastDisposalFailure().map(failed -> failed.plus(RETRY.delay(entry.disposalFailures())));
        return dropped.map(since -> retry.filter(since::isBefore).orElse(since));
    }

    private static boolean isNeeded(PolicyContext context, HistoryEntry entry) {
        List<String> needed = new ArrayList<>();
        context.status().job().flatMap(JobStatus::savepointLocation).ifPresent(needed::add);
        context.status().job().flatMap(JobStatus::fromSavepoint).ifPresent(needed::add);
        context.spec().fromSavepoint().ifPresent(needed::add);
        context.bookkeeping().restoredFrom().ifPresent(needed::add);
        return needed.stream().anyMatch(entry::isAt);
    }
}
