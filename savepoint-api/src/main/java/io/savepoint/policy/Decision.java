package io.savepoint.policy;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.TriggerId;
import io.savepoint.model.TriggerReason;
import java.time.Instant;
import java.util.Optional;

/**
 * What a policy wants to be done: a closed set of values that the manager carries out.
 *
 * <p>A <i>token</i> tells one request of a policy from another, for instance the generation asked for. When a request
 * ends, the manager remembers its token as served.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
public sealed interface Decision {
    /** The token of a request that serves the accepted user control: its result is reported in the control status. */
    String CONTROL_TOKEN = "control";

    /** Nothing, until something changes. */
    record Nothing() implements Decision {}

    /**
     * Nothing yet.
     *
     * @param until when to ask again at the latest
     */
    record Wait(Instant until) implements Decision {}

    /**
     * Remember a request that cannot be carried out at once, so that nothing that happens meanwhile passes for it.
     *
     * @param token the request
     * @param message in words, for the listeners
     */
    record AcceptRequest(String token, String message) implements Decision {}

    /**
     * Report that a request cannot be carried out; it counts as served.
     *
     * @param token the request
     * @param message names the field, what was found and what to do
     */
    record RefuseRequest(String token, String message) implements Decision {}

    /** Accept the pending user control: record it as requested, then remove it from where the user put it. */
    record AcceptControl() implements Decision {}

    /**
     * Refuse the pending or the accepted user control: record it as failed and remove it from where the user put it.
     *
     * @param message what is wrong and what to do
     */
    record RefuseControl(String message) implements Decision {}

    /**
     * Take a savepoint into the spec's {@code savepointsDir}.
     *
     * @param token the request
     * @param reason why
     * @param maxAttempts how often it may fail before the request is given up and reported; 0 for no such bound
     */
    record TakeSavepoint(String token, TriggerReason reason, int maxAttempts) implements Decision {}

    /**
     * Stop the job with a savepoint into the spec's {@code savepointsDir}.
     *
     * @param token the request
     * @param maxAttempts how often it may fail before the request is given up and reported; 0 for no such bound
     */
    record StopWithSavepoint(String token, int maxAttempts) implements Decision {}

    /**
     * Cancel the job without a savepoint. What a control asks for is given up when Flink refuses it; anything else is
     * the policy's to space and to end.
     *
     * @param token the request
     * @param maxAttempts how often it may fail before the request is given up and reported; 0 for no such bound
     */
    record CancelJob(String token, int maxAttempts) implements Decision {}

    /**
     * Submit the job for the first time.
     *
     * @param token the request
     * @param fromSavepoint the savepoint to start from; empty starts fresh
     */
    record StartJob(String token, Optional<String> fromSavepoint) implements Decision {}

    /**
     * Submit the job again after a failure.
     *
     * @param token the request
     * @param location the savepoint to start from
     * @param attempt how many restarts in a row this makes; at least 1
     */
    record RestartJob(String token, String location, int attempt) implements Decision {}

    /**
     * Dispose of a savepoint of the {@linkplain Bookkeeping#savepointHistory() history}. It is forgotten when Flink says
     * that it is gone; a failure is noted in its entry.
     *
     * @param savepoint its trigger id
     */
    record DisposeSavepoint(TriggerId savepoint) implements Decision {}

    /**
     * Leave the job as it is and say why.
     *
     * @param message in words, for the status
     */
    record Explain(String message) implements Decision {}
}
