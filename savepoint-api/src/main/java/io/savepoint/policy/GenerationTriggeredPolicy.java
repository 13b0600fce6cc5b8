package io.savepoint.policy;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.RequestLog;
import io.savepoint.model.TriggerReason;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Takes exactly one savepoint when {@code savepointGeneration} in the spec is raised above the recorded one. The request
 * is accepted when it is seen, so that a savepoint already in flight does not pass for it. A failure is retried with
 * back-off a number of times and then reported; raising the generation further asks again.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
public final class GenerationTriggeredPolicy implements SavepointPolicy {
    private static final String NAME = "generation";
    private static final int MAX_ATTEMPTS = 5;
    private static final Backoff RETRY = new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(5));

    private GenerationTriggeredPolicy() {}

    /**
     * The policy.
     *
     * @return the policy
     */
    public static GenerationTriggeredPolicy create() {
        return new GenerationTriggeredPolicy();
    }

    /**
     * The highest {@code savepointGeneration} that was asked for so far, whatever became of it. What asks for the next
     * savepoint is above this one and above the recorded one.
     *
     * @param bookkeeping what the manager remembers of the cluster
     * @return the value; 0 if none was asked for
     */
    public static long lastAsked(Bookkeeping bookkeeping) {
        RequestLog log = bookkeeping.requestsOf(NAME);
        return Math.max(generation(log.served()), generation(log.accepted()));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Precedence precedence() {
        return Precedence.GENERATION;
    }

    @Override
    public Decision decide(PolicyContext context) {
        RequestLog log = context.log(this);
        long wanted = context.spec().savepointGeneration();
        long recorded =
                context.status().job().map(JobStatus::savepointGeneration).orElse(0L);
        long known = lastAsked(context.bookkeeping());
        if (wanted > recorded && wanted > known) {
            return new Decision.AcceptRequest(
                    Long.toString(wanted), "savepointGeneration " + wanted + " asks for a savepoint");
        }
        return log.accepted().map(token -> serve(context, log, token)).orElseGet(Decision.Nothing::new);
    }

    private static Decision serve(PolicyContext context, RequestLog log, String token) {
        if (context.spec().savepointsDir().isEmpty()) {
            return refuse(
                    context,
                    token,
                    "savepointGeneration " + token + " needs savepointsDir, which is not set; set it and raise"
                            + " savepointGeneration again");
        }
        if (isOver(context)) {
            return refuse(
                    context,
                    token,
                    "savepointGeneration " + token + " asks for a savepoint, but the job is "
                            + context.jobState().label() + "; raise savepointGeneration again when it runs");
        }
        if (context.jobState() != JobState.RUNNING) {
            return new Decision.Nothing();
        }
        Instant retry = log.lastFailure().orElse(Instant.MIN).plus(RETRY.delay(log.failures()));
        if (context.now().isBefore(retry)) {
            return new Decision.Wait(retry);
        }
        return Readiness.whenReady(
                context,
                Readiness.waitingSince(context, log),
                new Decision.TakeSavepoint(token, TriggerReason.USER_REQUESTED, MAX_ATTEMPTS));
    }

    /** The record has room for one savepoint: the refusal waits until the result of one in flight is told. */
    private static Decision refuse(PolicyContext context, String token, String message) {
        return context.bookkeeping().operation().isPresent()
                ? new Decision.Nothing()
                : new Decision.RefuseRequest(token, message);
    }

    /** Whether no run will follow by itself in which the request could be served. */
    private static boolean isOver(PolicyContext context) {
        // An explanation says that the manager cannot start it.
        boolean neverStarts = context.spec().jarFile().isEmpty()
                || context.spec().cancelRequested()
                || context.bookkeeping().message().isPresent();
        return switch (context.jobState()) {
            case SUCCEEDED, CANCELLED -> true;
            // What is left as it is has been explained; until then, or while Flink cannot be asked, a restart may
            // follow.
            case FAILED, LOST ->
                context.bookkeeping().message().isPresent() && !(context.job() instanceof JobObservation.Unreachable);
            case PENDING -> neverStarts;
            case DEPLOYING, RUNNING, UPDATING -> false;
        };
    }

    private static long generation(Optional<String> token) {
        try {
            return token.map(Long::parseLong).orElse(0L);
        } catch (NumberFormatException handEdited) {
            return 0;
        }
    }
}
