package io.savepoint.internal;

import static io.savepoint.internal.Situation.JOB;
import static io.savepoint.internal.Situation.LOCATION;
import static io.savepoint.internal.Situation.NEXT_JOB;
import static io.savepoint.internal.Situation.NOW;
import static io.savepoint.internal.Situation.ORDERS;
import static io.savepoint.internal.Situation.OTHER_TRIGGER;
import static io.savepoint.internal.Situation.TRIGGER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.model.ClusterStatus;
import io.savepoint.model.JobState;
import io.savepoint.model.Launch;
import io.savepoint.model.Operation;
import io.savepoint.model.SavepointOptions;
import io.savepoint.model.SavepointResult;
import io.savepoint.model.SavepointState;
import io.savepoint.model.SavepointStatus;
import io.savepoint.model.TriggerId;
import io.savepoint.model.TriggerReason;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a call makes of a record, whoever wrote that. */
class DirectCallQueueTest {
    private final DirectCalls calls = new DirectCalls(ORDERS, IllegalStateException::new);

    private CompletableFuture<Object> call(DirectRequest.Kind kind, String token) {
        return calls.add(new DirectRequest(token, kind, SavepointOptions.defaults(), LOCATION, NOW));
    }

    private CompletableFuture<Object> save(String token) {
        return call(DirectRequest.Kind.SAVEPOINT, token);
    }

    private static ClusterStatus idle() {
        return Situation.running().recorded().status();
    }

    private static Situation inFlight(String token) {
        return Situation.running().inFlight(Operation.Kind.SAVEPOINT, operation -> operation.token(token));
    }

    private static Situation succeeded(TriggerId trigger) {
        return Situation.running()
                .job(job ->
                        job.savepointLocation(LOCATION).savepointGeneration(1).lastSavepointTriggerId(trigger));
    }

    private static ClusterStatus ended(TriggerId trigger, SavepointState state) {
        return ClusterStatus.builder()
                .from(idle())
                .savepoint(SavepointStatus.builder()
                        .jobId(JOB)
                        .triggerId(trigger)
                        .triggerReason(TriggerReason.USER_REQUESTED)
                        .state(state)
                        .message("disk full")
                        .build())
                .build();
    }

    private static void assertFailed(CompletableFuture<Object> call, String message) {
        assertThat(call).isCompletedExceptionally();
        assertThatThrownBy(call::join).cause().hasMessage(ORDERS + ": " + message);
    }

    private boolean hasTurn(ClusterStatus status) {
        return calls.next(status, NOW).isPresent();
    }

    @Test
    void aSavepointIsItsOwnAlthoughTheNextOneIsInFlight() {
        CompletableFuture<Object> call = save("mine");
        calls.recorded(inFlight("mine").recorded().status());
        assertThat(call).isNotDone();
        ClusterStatus next = succeeded(TRIGGER)
                .inFlight(Operation.Kind.SAVEPOINT, operation -> operation.triggerId(OTHER_TRIGGER))
                .recorded()
                .status();
        calls.recorded(next);
        assertThat(call).isCompletedWithValue(new SavepointResult(ORDERS, JOB, TRIGGER, LOCATION, 1));
        assertThat(calls.isEmpty()).isTrue();
    }

    @Test
    void aFailureIsItsOwn() {
        CompletableFuture<Object> first = save("first");
        calls.recorded(inFlight("first").recorded().status());
        calls.recorded(ended(TRIGGER, SavepointState.FAILED));
        assertFailed(first, "savepoint " + TRIGGER + " failed: disk full");
    }

    @ParameterizedTest
    @EnumSource(names = {"FAILED", "SUCCEEDED"})
    void theResultOfAnotherIsNotTakenForIt(SavepointState state) {
        CompletableFuture<Object> call = save("mine");
        calls.recorded(inFlight("mine").recorded().status());
        calls.recorded(ended(state == SavepointState.FAILED ? OTHER_TRIGGER : TRIGGER, state));
        assertFailed(
                call,
                "savepoint " + TRIGGER + " failed: its result is not in the status any more; look at savepointLocation"
                        + " and savepointGeneration");
    }

    @Test
    void aLaunchOfAnotherIsNotTakenForIt() {
        CompletableFuture<Object> call = call(DirectRequest.Kind.RESTORE, "mine");
        calls.recorded(Situation.running()
                .launching(Launch.Kind.RESTORE, launch -> launch.token("another's"))
                .recorded()
                .status());
        calls.recorded(idle());
        assertThat(call).isNotDone();
        assertThat(hasTurn(idle())).isTrue();
    }

    private static Situation launching(JobState state) {
        return Situation.running()
                .state(state)
                .job(job -> job.id(NEXT_JOB))
                .launching(Launch.Kind.RESTORE, launch -> launch.token("mine"));
    }

    @Test
    void aRestoreIsOverWhenTheNewRunIsPastItsDeployment() {
        CompletableFuture<Object> call = call(DirectRequest.Kind.RESTORE, "mine");
        calls.recorded(launching(JobState.DEPLOYING).recorded().status());
        calls.recorded(launching(JobState.RUNNING).recorded().status());
        assertThat(call).as("still submitting").isNotDone();
        Situation submitted = Situation.running().job(job -> job.id(NEXT_JOB));
        calls.recorded(submitted.state(JobState.DEPLOYING).recorded().status());
        assertThat(call).as("deploying").isNotDone();
        calls.recorded(submitted.state(JobState.RUNNING).recorded().status());
        assertThat(call).isCompletedWithValue(NEXT_JOB);
    }

    @Test
    void aRestoreThatFailedSaysWhy() {
        CompletableFuture<Object> call = call(DirectRequest.Kind.RESTORE, "mine");
        calls.recorded(launching(JobState.DEPLOYING).recorded().status());
        calls.recorded(Situation.over(JobState.FAILED)
                .job(job -> job.id(NEXT_JOB))
                .books(book -> book.failureReason("no such file"))
                .recorded()
                .status());
        assertFailed(call, "restore from " + LOCATION + " failed: no such file");

        CompletableFuture<Object> replaced = call(DirectRequest.Kind.RESTORE, "mine");
        calls.recorded(launching(JobState.DEPLOYING).recorded().status());
        calls.recorded(idle());
        assertFailed(replaced, "restore from " + LOCATION + " failed: the job is Running");
    }

    @Test
    void whatAnotherManagerServedInBetweenIsServed() {
        CompletableFuture<Object> saved = save("mine");
        calls.recorded(ClusterStatus.builder()
                .from(succeeded(TRIGGER)
                        .log("direct", log -> log.served("mine"))
                        .recorded()
                        .status())
                .savepoint(ended(TRIGGER, SavepointState.SUCCEEDED).savepoint())
                .build());
        assertThat(saved).isCompletedWithValue(new SavepointResult(ORDERS, JOB, TRIGGER, LOCATION, 1));

        CompletableFuture<Object> restored = call(DirectRequest.Kind.RESTORE, "mine");
        calls.recorded(Situation.running()
                .log("direct", log -> log.served("mine"))
                .recorded()
                .status());
        assertThat(restored).isCompletedWithValue(JOB);

        CompletableFuture<Object> other = save("other");
        calls.recorded(Situation.running()
                .log("direct", log -> log.served("mine"))
                .recorded()
                .status());
        assertThat(other).isNotDone();
    }

    @Test
    void aCallHasItsTurnWhenNothingIsInFlight() {
        save("first");
        assertThat(hasTurn(inFlight("another's").recorded().status())).isFalse();
        assertThat(hasTurn(launching(JobState.RUNNING).recorded().status())).isFalse();
        assertThat(calls.next(idle(), NOW))
                .hasValueSatisfying(turn -> assertThat(turn.since()).isEqualTo(NOW));
        assertThat(calls.next(idle(), NOW.plusSeconds(9)))
                .hasValueSatisfying(turn -> assertThat(turn.since()).isEqualTo(NOW));
        calls.recorded(inFlight("first").recorded().status());
        assertThat(hasTurn(idle())).as("it began").isFalse();
    }

    @Test
    void aCallGivenUpBeforeItBeganIsDroppedAndALaterOneIsFollowed() {
        CompletableFuture<Object> dropped = save("dropped");
        CompletableFuture<Object> begun = save("begun");
        CompletableFuture<Object> next = save("next");
        dropped.cancel(false);
        assertThat(calls.next(idle(), NOW))
                .hasValueSatisfying(turn -> assertThat(turn.request().token()).isEqualTo("begun"));
        calls.recorded(inFlight("begun").recorded().status());
        begun.cancel(false);
        assertThat(hasTurn(idle()))
                .as("its savepoint is under way all the same")
                .isFalse();
        calls.recorded(succeeded(TRIGGER).recorded().status());
        assertThat(calls.next(idle(), NOW))
                .hasValueSatisfying(turn -> assertThat(turn.request().token()).isEqualTo("next"));
        assertThat(next).isNotDone();
        calls.refuse("not now");
        assertFailed(next, "not now");
        calls.refuse("there is none any more");
        assertThat(hasTurn(idle())).isFalse();
    }

    @Test
    void sixtyFourCallsMayWait() {
        List<CompletableFuture<Object>> waiting = IntStream.range(0, 64)
                .mapToObj(number -> save("call " + number))
                .toList();
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        assertFailed(save("one more"), "64 direct calls are waiting already; try again later");
        assertThat(calls.isEmpty()).isFalse();
        calls.close("closed");
        assertThat(waiting).allMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(calls.isEmpty()).isTrue();
        assertFailed(save("too late"), "closed");
    }
}
