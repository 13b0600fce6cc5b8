package io.savepoint.internal;

import io.savepoint.model.ControlRequest;
import io.savepoint.model.HistoryEntry;
import io.savepoint.model.JobId;
import io.savepoint.model.Launch;
import io.savepoint.model.Operation;

/** The one thing that a tick does after its decision is recorded. */
sealed interface Action {
    /** Nothing. */
    record None() implements Action {}

    /** Remove a control that was answered. */
    record Acknowledge(ControlRequest control) implements Action {}

    /** Ask Flink for the operation in flight, under its id. */
    record Send(Operation operation) implements Action {}

    /** Submit the job, under its id. */
    record Submit(Launch launch) implements Action {}

    /** Dispose of a savepoint of the history. */
    record Dispose(HistoryEntry savepoint) implements Action {}

    /** Cancel a run that a new one shall replace. */
    record CancelRun(JobId jobId) implements Action {}
}
