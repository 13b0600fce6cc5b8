package io.savepoint.policy;

import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import java.util.Objects;
import java.util.Optional;

/**
 * Submits the job for the first time, from {@code fromSavepoint} where that is set. If that first run could not be
 * started, a change of what is to be started asks again.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
public final class StartJobPolicy implements SavepointPolicy {
    /** The fields that {@link #fingerprint} is of. */
    static final String FINGERPRINTED = "jarFile, className, args, parallelism, fromSavepoint, allowNonRestoredState";

    private StartJobPolicy() {}

    /**
     * The policy.
     *
     * @return the policy
     */
    public static StartJobPolicy create() {
        return new StartJobPolicy();
    }

    @Override
    public String name() {
        return "start";
    }

    @Override
    public Precedence precedence() {
        return Precedence.START;
    }

    @Override
    public Decision decide(PolicyContext context) {
        JobSpec spec = context.spec();
        if (spec.jarFile().isEmpty() || spec.cancelRequested()) {
            return new Decision.Nothing();
        }
        String token = fingerprint(spec);
        boolean changed = !context.log(this).served().equals(Optional.of(token));
        boolean due = context.jobState() == JobState.PENDING || (neverRan(context) && changed);
        return due ? new Decision.StartJob(token, spec.fromSavepoint()) : new Decision.Nothing();
    }

    private static boolean neverRan(PolicyContext context) {
        boolean nothingToLose = context.status()
                .job()
                .filter(job -> job.restartCount() == 0 && job.savepointGeneration() == 0)
                .isPresent();
        return context.jobState() == JobState.FAILED
                && context.bookkeeping().runningSince().isEmpty()
                && nothingToLose;
    }

    /** Tells what is to be started from anything else that could be. */
    static String fingerprint(JobSpec spec) {
        int hash = Objects.hash(
                spec.jarFile(),
                spec.className(),
                spec.args(),
                spec.parallelism(),
                spec.fromSavepoint(),
                spec.allowNonRestoredState());
        return Integer.toHexString(hash);
    }
}
