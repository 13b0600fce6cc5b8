package io.savepoint.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.SavepointEvent.Type;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class EventReasonTest {
    @Test
    void says_what_alerts_of_users_match() {
        String all = Arrays.stream(Type.values())
                .map(type -> type + ": " + EventReason.of(type).type() + " "
                        + EventReason.of(type).text())
                .collect(Collectors.joining("\n"));

        assertThat(all).isEqualTo("""
                        SAVEPOINT_REQUESTED: Normal SavepointRequested
                        SAVEPOINT_TRIGGERED: Normal SavepointTriggered
                        SAVEPOINT_COMPLETED: Normal SavepointCreated
                        SAVEPOINT_FAILED: Warning SavepointFailed
                        SAVEPOINT_DISPOSED: Normal SavepointDisposed
                        SAVEPOINT_DISPOSAL_FAILED: Warning SavepointDisposalFailed
                        CONTROL_REQUESTED: Normal ControlRequested
                        CONTROL_SUCCEEDED: Normal ControlSucceeded
                        CONTROL_FAILED: Warning ControlFailed
                        JOB_STARTED: Normal JobStarted
                        JOB_RESTARTED: Normal JobRestarted
                        JOB_RUNNING: Normal JobRunning
                        JOB_SUBMISSION_FAILED: Warning JobSubmissionFailed
                        JOB_FAILED: Warning JobFailed
                        JOB_LOST: Warning JobLost
                        JOB_CANCELLED: Normal JobCancelled
                        JOB_SUCCEEDED: Normal JobSucceeded
                        REQUEST_REFUSED: Warning RequestRefused
                        FLINK_UNREACHABLE: Warning FlinkUnreachable
                        FLINK_REACHABLE: Normal FlinkReachable
                        SPEC_INVALID: Warning SpecInvalid""");
    }
}
