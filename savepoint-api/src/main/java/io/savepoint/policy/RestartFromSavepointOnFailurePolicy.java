package io.savepoint.policy;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.RestartPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Restarts a job that failed or was lost from its last recorded savepoint, or from the one that a direct restore named
 * while none was recorded since, where {@code restartPolicy} says so; otherwise leaves it and says why. Restarts that
 * soon end in another failure, with no savepoint taken in between, are spaced by a back-off and bounded in number, until
 * what is to be started changes.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
public final class RestartFromSavepointOnFailurePolicy implements SavepointPolicy {
    private static final int DEFAULT_ATTEMPTS = 10;
    private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(5));
    /** A run that lasted this long was a success, whatever ended it. */
    private static final Duration STABLE = Duration.ofMinutes(10);

    private final int maxAttempts;

    private RestartFromSavepointOnFailurePolicy(int maxAttempts) {
        this.maxAttempts = maxAttempts;
    }

    /**
     * The policy with at most 10 restarts in a row.
     *
     * @return the policy
     */
    public static RestartFromSavepointOnFailurePolicy create() {
        return new RestartFromSavepointOnFailurePolicy(DEFAULT_ATTEMPTS);
    }

    /**
     * The same policy with another bound.
     *
     * @param attempts how many restarts in a row may end in another failure soon; at least 1
     * @return the policy
     * @throws IllegalArgumentException if the bound is less than 1
     */
    public RestartFromSavepointOnFailurePolicy withMaxAttempts(int attempts) {
        if (attempts < 1) {
            throw new IllegalArgumentException("maxAttempts must be > 0, was " + attempts);
        }
        return new RestartFromSavepointOnFailurePolicy(attempts);
    }

    @Override
    public String name() {
        return "restart";
    }

    @Override
    public Precedence precedence() {
        return Precedence.RESTART;
    }

    @Override
    public Decision decide(PolicyContext context) {
        JobState state = context.jobState();
        boolean down = state == JobState.FAILED || state == JobState.LOST;
        if (!down || !knownToBeOver(context.job())) {
            return new Decision.Nothing();
        }
        JobStatus job = context.status().job().orElseThrow();
        Optional<String> location = context.bookkeeping().restoredFrom().or(job::savepointLocation);
        return whyNot(context, job, location)
                .<Decision>map(reason -> new Decision.Explain("the job stays " + state.label() + ": " + reason))
                .orElseGet(() -> restart(context, location.orElseThrow()));
    }

    /** While Flink cannot be asked, the run may well be alive. */
    private static boolean knownToBeOver(JobObservation observation) {
        return observation instanceof JobObservation.NotFound
                || (observation instanceof JobObservation.Found found
                        && found.state().isTerminal());
    }

    private Optional<String> whyNot(PolicyContext context, JobStatus job, Optional<String> location) {
        JobSpec spec = context.spec();
        if (spec.cancelRequested()) {
            return Optional.of("cancelRequested is set");
        }
        if (spec.restartPolicy() == RestartPolicy.NEVER) {
            return Optional.of("restartPolicy is Never");
        }
        if (location.isEmpty()) {
            return Optional.of("no savepoint is recorded to restart it from");
        }
        if (spec.maxStateAgeToRestoreSeconds().isPresent()) {
            long allowed = spec.maxStateAgeToRestoreSeconds().getAsLong();
            Optional<String> tooOld = tooOld(context, job, location.get(), allowed);
            if (tooOld.isPresent()) {
                return tooOld;
            }
        }
        if (restartsInARow(context) >= maxAttempts) {
            return Optional.of(maxAttempts + " restarts in a row failed; mend the cause and change the spec (one of "
                    + StartJobPolicy.FINGERPRINTED + "), or restore the job from " + location.get());
        }
        return Optional.empty();
    }

    private static Optional<String> tooOld(PolicyContext context, JobStatus job, String location, long allowed) {
        boolean recorded = job.savepointLocation().equals(Optional.of(location));
        if (!recorded || job.lastSavepointTime().isEmpty()) {
            return Optional.of("the age of the state in " + location
                    + " is not known, maxStateAgeToRestoreSeconds allows " + allowed);
        }
        // Of the savepoint's time only whole seconds are known.
        long age = Duration.between(job.lastSavepointTime().get(), failedAt(context))
                .toSeconds();
        return age > allowed
                ? Optional.of("the last savepoint was " + age
                        + " s old when the job failed, maxStateAgeToRestoreSeconds allows " + allowed)
                : Optional.empty();
    }

    private Decision restart(PolicyContext context, String location) {
        int before = restartsInARow(context);
        Instant due = failedAt(context).plus(BACKOFF.delay(before));
        return context.now().isBefore(due)
                ? new Decision.Wait(due)
                : new Decision.RestartJob(StartJobPolicy.fingerprint(context.spec()), location, before + 1);
    }

    private int restartsInARow(PolicyContext context) {
        String fingerprint = StartJobPolicy.fingerprint(context.spec());
        boolean changed = context.log(this)
                .served()
                .filter(restarted -> !restarted.equals(fingerprint))
                .isPresent();
        if (changed) {
            return 0;
        }
        Bookkeeping bookkeeping = context.bookkeeping();
        Optional<Instant> since = bookkeeping.runningSince();
        if (since.isEmpty()) {
            return bookkeeping.consecutiveRestarts();
        }
        boolean stable = Duration.between(since.get(), failedAt(context)).compareTo(STABLE) >= 0;
        return stable ? 0 : bookkeeping.consecutiveRestarts();
    }

    private static Instant failedAt(PolicyContext context) {
        return context.bookkeeping().failedAt().orElse(context.now());
    }
}
