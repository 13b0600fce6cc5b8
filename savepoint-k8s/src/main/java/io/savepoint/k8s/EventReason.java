package io.savepoint.k8s;

import io.savepoint.model.SavepointEvent;

/**
 * What an Event says for machines: its reason and its type. Immutable.
 *
 * @param text the reason, which alerts and scripts of users match
 * @param type {@value #NORMAL} or {@value #WARNING}; Kubernetes knows no other
 */
record EventReason(String text, String type) {
    static final String NORMAL = "Normal";
    static final String WARNING = "Warning";

    static EventReason of(SavepointEvent.Type type) {
        return switch (type) {
            case SAVEPOINT_REQUESTED -> normal("SavepointRequested");
            case SAVEPOINT_TRIGGERED -> normal("SavepointTriggered");
            case SAVEPOINT_COMPLETED -> normal("SavepointCreated");
            case SAVEPOINT_FAILED -> warning("SavepointFailed");
            case SAVEPOINT_DISPOSED -> normal("SavepointDisposed");
            case SAVEPOINT_DISPOSAL_FAILED -> warning("SavepointDisposalFailed");
            case CONTROL_REQUESTED -> normal("ControlRequested");
            case CONTROL_SUCCEEDED -> normal("ControlSucceeded");
            case CONTROL_FAILED -> warning("ControlFailed");
            case JOB_STARTED -> normal("JobStarted");
            case JOB_RESTARTED -> normal("JobRestarted");
            case JOB_RUNNING -> normal("JobRunning");
            case JOB_SUBMISSION_FAILED -> warning("JobSubmissionFailed");
            case JOB_FAILED -> warning("JobFailed");
            case JOB_LOST -> warning("JobLost");
            case JOB_CANCELLED -> normal("JobCancelled");
            case JOB_SUCCEEDED -> normal("JobSucceeded");
            case REQUEST_REFUSED -> warning("RequestRefused");
            case FLINK_UNREACHABLE -> warning("FlinkUnreachable");
            case FLINK_REACHABLE -> normal("FlinkReachable");
            case SPEC_INVALID -> warning("SpecInvalid");
        };
    }

    private static EventReason normal(String text) {
        return new EventReason(text, NORMAL);
    }

    private static EventReason warning(String text) {
        return new EventReason(text, WARNING);
    }
}
