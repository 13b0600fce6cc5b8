package io.savepoint.policy;

import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobState;
import io.savepoint.model.RequestLog;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Stops the job when {@code cancelRequested} is set or the user control {@value ControlRequest#JOB_CANCEL} was accepted:
 * with a savepoint where there is a {@code savepointsDir}, otherwise by a plain cancel. If the savepoint fails, the job
 * goes on: a control ends as failed, {@code cancelRequested} is tried again with back-off for as long as it is set. The
 * savepoint waits up to a minute for all tasks to run, and is then asked for all the same.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
public final class JobCancelPolicy implements SavepointPolicy {
    private static final String SPEC_TOKEN = "spec";
    private static final Backoff RETRY = new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(5));

    private JobCancelPolicy() {}

    /**
     * The policy.
     *
     * @return the policy
     */
    public static JobCancelPolicy create() {
        return new JobCancelPolicy();
    }

    @Override
    public String name() {
        return "job-cancel";
    }

    @Override
    public Precedence precedence() {
        return Precedence.JOB_CANCEL;
    }

    @Override
    public Decision decide(PolicyContext context) {
        Optional<ControlStatus> control = context.status()
                .control()
                .filter(candidate -> AnnotationTriggeredPolicy.isAccepted(candidate, ControlRequest.JOB_CANCEL));
        if (control.isPresent()) {
            return byControl(context, control.get());
        }
        return context.spec().cancelRequested() ? bySpec(context) : withdrawn(context);
    }

    private static Decision byControl(PolicyContext context, ControlStatus control) {
        if (context.jobState().isTerminal()) {
            return new Decision.RefuseControl(
                    "job-cancel came too late; the job is " + context.jobState().label());
        }
        if (context.spec().savepointsDir().isEmpty()) {
            return new Decision.CancelJob(Decision.CONTROL_TOKEN, 1);
        }
        return Readiness.whenReady(
                context, control.updateTime(), new Decision.StopWithSavepoint(Decision.CONTROL_TOKEN, 1));
    }

    private Decision bySpec(PolicyContext context) {
        boolean alive = context.jobState() == JobState.RUNNING || context.jobState() == JobState.DEPLOYING;
        if (!alive) {
            return new Decision.Nothing();
        }
        RequestLog log = context.log(this);
        Instant retry = log.lastFailure().orElse(Instant.MIN).plus(RETRY.delay(log.failures()));
        if (context.now().isBefore(retry)) {
            return new Decision.Wait(retry);
        }
        if (context.spec().savepointsDir().isEmpty()) {
            return new Decision.CancelJob(SPEC_TOKEN, 0);
        }
        boolean held = context.job() instanceof JobObservation.Found && !context.readyForSavepoint();
        if (held && log.accepted().isEmpty()) {
            return new Decision.AcceptRequest(
                    SPEC_TOKEN,
                    "cancelRequested asks for a stop with savepoint, which waits until all tasks run, for at most "
                            + Readiness.PATIENCE.toSeconds() + " s");
        }
        return Readiness.whenReady(
                context, Readiness.waitingSince(context, log), new Decision.StopWithSavepoint(SPEC_TOKEN, 0));
    }

    /** The next time it is set, the wait begins anew. */
    private Decision withdrawn(PolicyContext context) {
        boolean waits = context.log(this).accepted().isPresent() && context.jobState() != JobState.CANCELLED;
        return waits && context.bookkeeping().operation().isEmpty()
                ? new Decision.RefuseRequest(
                        SPEC_TOKEN, "cancelRequested was taken back before the job was stopped with a savepoint")
                : new Decision.Nothing();
    }
}
