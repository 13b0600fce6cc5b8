package io.savepoint.testing;

import io.savepoint.model.ClusterId;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.SavepointRecord;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.testing.FlinkTransportContract.Fixture;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the checks of a transport have in common: questions with bounded waiting, in the fixture's time.
 *
 * <p>Not safe for use by several threads.
 */
final class FlinkProbe {
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration ANSWER_PAUSE = Duration.ofMillis(5);
    /** Shorter than the cache (3 s) that a transport must not answer from. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    private final Fixture fixture;
    private final SecureRandom random = new SecureRandom();
    private final List<JobId> jobs = new ArrayList<>();

    FlinkProbe(Fixture fixture) {
        this.fixture = fixture;
    }

    Fixture fixture() {
        return fixture;
    }

    FlinkTransport transport() {
        return fixture.transport();
    }

    ClusterId cluster() {
        return fixture.cluster();
    }

    TriggerId newTriggerId() {
        return TriggerId.random(random);
    }

    /** An id that no job has; a job that is launched under it is cancelled in the end. */
    JobId newJobId() {
        JobId job = JobId.random(random);
        jobs.add(job);
        return job;
    }

    /** A job with all its tasks running. */
    JobId startJob() throws Exception {
        JobId job = fixture.startJob();
        jobs.add(job);
        awaitReady(job);
        return job;
    }

    /** A job that will have failed, or has failed already. */
    JobId startFailingJob() throws Exception {
        JobId job = fixture.startFailingJob();
        jobs.add(job);
        return job;
    }

    void awaitReady(JobId job) throws Exception {
        await(
                "observeJob to tell that all tasks of a started job run",
                () -> observe(job),
                observation -> observation instanceof JobObservation.Found found && found.readyForSavepoint(),
                fixture.timeout());
    }

    JobObservation observe(JobId job) throws Exception {
        return answer("observeJob", () -> transport().observeJob(cluster(), job));
    }

    JobObservation.Found awaitState(JobId job, FlinkJobState state) throws Exception {
        return awaitState(job, state, fixture.timeout());
    }

    /** For a state that Flink has entered already. */
    JobObservation.Found awaitStateSoon(JobId job, FlinkJobState state) throws Exception {
        return awaitState(job, state, FRESH);
    }

    private JobObservation.Found awaitState(JobId job, FlinkJobState state, Duration limit) throws Exception {
        JobObservation observation = await(
                "observeJob to tell " + state,
                () -> observe(job),
                seen -> seen instanceof JobObservation.Found found && found.state() == state,
                limit);
        return (JobObservation.Found) observation;
    }

    SavepointRequest request(JobId job, TriggerId trigger) {
        return request(job, trigger, Optional.of(fixture.savepointDirectory()));
    }

    SavepointRequest request(JobId job, TriggerId trigger, Optional<String> directory) {
        return new SavepointRequest(job, trigger, directory, SavepointFormat.CANONICAL);
    }

    TriggerId trigger(SavepointRequest request) throws Exception {
        return kept(request, answer("triggerSavepoint", () -> transport().triggerSavepoint(cluster(), request)));
    }

    TriggerId stop(SavepointRequest request, boolean drain) throws Exception {
        return kept(
                request, answer("stopWithSavepoint", () -> transport().stopWithSavepoint(cluster(), request, drain)));
    }

    private static TriggerId kept(SavepointRequest request, TriggerId answered) {
        verify(answered.equals(request.trigger()), "asked for id %s and was answered %s", request.trigger(), answered);
        return answered;
    }

    OperationObservation operation(JobId job, TriggerId trigger) throws Exception {
        return answer("observeOperation", () -> transport().observeOperation(cluster(), job, trigger));
    }

    OperationObservation awaitEnd(JobId job, TriggerId trigger) throws Exception {
        return await(
                "observeOperation to tell the end of the operation",
                () -> operation(job, trigger),
                seen -> !(seen instanceof OperationObservation.InProgress),
                fixture.timeout());
    }

    /** Waits for success and answers where the savepoint lies. */
    String awaitLocation(JobId job, TriggerId trigger) throws Exception {
        OperationObservation end = awaitEnd(job, trigger);
        if (end instanceof OperationObservation.Completed completed) {
            return completed.location();
        }
        throw new AssertionError("an operation that should succeed ended as " + end);
    }

    /** Waits for failure and answers Flink's reason. */
    String awaitFailure(JobId job, TriggerId trigger) throws Exception {
        OperationObservation end = awaitEnd(job, trigger);
        if (end instanceof OperationObservation.Failed failed) {
            verifyReason(failed.reason());
            return failed.reason();
        }
        throw new AssertionError("an operation that should fail ended as " + end);
    }

    static void verifyReason(String reason) {
        verify(!reason.isBlank(), "a failure has no reason");
        verify(!reason.contains("\tat "), "the reason has a stack trace: %s", reason);
    }

    /** Takes a savepoint from its beginning to its end, and answers where it lies. */
    String takeSavepoint(JobId job) throws Exception {
        return awaitLocation(job, trigger(request(job, newTriggerId())));
    }

    /** Waits until the history, which may be stale, tells a savepoint. */
    List<SavepointRecord> awaitHistory(JobId job, String location) throws Exception {
        return await(
                "savepointHistory to tell " + location,
                () -> answer("savepointHistory", () -> transport().savepointHistory(cluster(), job)),
                history -> history.stream()
                        .anyMatch(savepoint -> savepoint.location().equals(location)),
                fixture.timeout());
    }

    <T> T await(String what, Callable<T> question, Predicate<T> wanted, Duration limit) throws Exception {
        Duration waited = Duration.ZERO;
        while (true) {
            T answer = question.call();
            if (wanted.test(answer)) {
                return answer;
            }
            verify(waited.compareTo(limit) < 0, "waited %s in vain for %s; at last it was %s", limit, what, answer);
            fixture.pause(PAUSE);
            waited = waited.plus(PAUSE);
        }
    }

    /** The answer of a method that must return a stage at once and complete it in time. */
    <T> T answer(String method, Callable<CompletionStage<T>> call) throws Exception {
        try {
            return end(method, call).join();
        } catch (CompletionException e) {
            throw new AssertionError(method + " failed: " + e.getCause(), e.getCause());
        }
    }

    /** The failure of a method that must not throw it. */
    <T> Throwable failure(String method, Callable<CompletionStage<T>> call) throws Exception {
        try {
            T answer = end(method, call).join();
            throw new AssertionError(method + " was to fail and answered " + answer);
        } catch (CompletionException e) {
            return e.getCause() == null ? e : e.getCause();
        }
    }

    <T> void verifyFails(Class<? extends RuntimeException> kind, String method, Callable<CompletionStage<T>> call)
            throws Exception {
        Throwable failure = failure(method, call);
        verify(kind.isInstance(failure), "%s was to fail with %s and failed with %s", method, kind, failure);
        String message = failure.getMessage();
        verify(message != null && !message.isBlank(), "%s failed with a %s without a message", method, kind);
    }

    private <T> CompletableFuture<T> end(String method, Callable<CompletionStage<T>> call) throws Exception {
        CompletableFuture<T> end = new CompletableFuture<>();
        stage(method, call).whenComplete((value, failure) -> {
            if (failure == null) {
                end.complete(value);
            } else {
                end.completeExceptionally(unwrapped(failure));
            }
        });
        for (Duration waited = Duration.ZERO; !end.isDone(); waited = waited.plus(ANSWER_PAUSE)) {
            verify(
                    waited.compareTo(fixture.timeout()) < 0,
                    "%s did not complete its stage within %s",
                    method,
                    fixture.timeout());
            fixture.pause(ANSWER_PAUSE);
        }
        return end;
    }

    private static <T> CompletionStage<T> stage(String method, Callable<CompletionStage<T>> call) {
        try {
            return call.call();
        } catch (Exception e) {
            throw new AssertionError(method + " threw " + e + "; it has to fail its stage instead", e);
        }
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    /** Gives the slots back that the jobs of this check have taken; a job that ended or never was needs nothing. */
    void cancelJobs() throws Exception {
        for (JobId job : jobs) {
            if (observe(job) instanceof JobObservation.Found found
                    && !found.state().isTerminal()) {
                answer("cancelJob", () -> transport().cancelJob(cluster(), job));
                await(
                        "a cancelled job to end",
                        () -> observe(job),
                        seen -> !(seen instanceof JobObservation.Found left)
                                || left.state().isTerminal(),
                        fixture.timeout());
            }
        }
    }

    /** @param message a format, completed with the arguments */
    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency of its own
    static void verify(boolean holds, String message, @Nullable Object... arguments) {
        if (!holds) {
            throw new AssertionError(String.format(message, arguments));
        }
    }
}
