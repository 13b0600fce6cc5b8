package io.savepoint.policy;

import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.JobState;
import io.savepoint.model.RequestLog;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Stops the job when {@code cancelRequested} is set or the user control {@value ControlRequest#JOB_CANCEL} was accepted:
 * with a savepoint where there is a {@code savepointsDir}, otherwise by a plain cancel. If the savepoint fails, the job
 * goes on: a control ends as failed, {@code cancelRequested} is tried again with back-off for as long as it is set.
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
        boolean bySpec = context.spec().cancelRequested() && context.jobState() == JobState.RUNNING;
        return bySpec ? bySpec(context) : new Decision.Nothing();
    }

    private static Decision byControl(PolicyContext context, ControlStatus control) {
        if (context.jobState().isTerminal()) {
            return new Decision.RefuseControl(
                    "job-cancel came too late; the job is " + context.jobState().label());
        }
        if (context.spec().savepointsDir().isEmpty()) {
            return new Decision.CancelJob(Decision.CONTROL_TOKEN);
        }
        return AnnotationTriggeredPolicy.whenReady(
                context, control, new Decision.StopWithSavepoint(Decision.CONTROL_TOKEN, 1));
    }

    private Decision bySpec(PolicyContext context) {
        RequestLog log = context.log(this);
        Instant retry = log.lastFailure().orElse(Instant.MIN).plus(RETRY.delay(log.failures()));
        if (context.now().isBefore(retry)) {
            return new Decision.Wait(retry);
        }
        return context.spec().savepointsDir().isEmpty()
                ? new Decision.CancelJob(SPEC_TOKEN)
                : Readiness.whenReady(context, new Decision.StopWithSavepoint(SPEC_TOKEN, 0));
    }
}
