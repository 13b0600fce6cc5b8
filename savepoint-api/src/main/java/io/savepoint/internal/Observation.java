package io.savepoint.internal;

import io.savepoint.model.DisposalObservation;
import io.savepoint.model.JobObservation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointRecord;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What Flink says now.
 *
 * @param job of the run in question
 * @param operation of the operation in flight, if there is one
 * @param history the completed savepoints Flink remembers; asked for only when it does not know the operation
 * @param inProgress when those that it is at were triggered; asked for only when the operation may be one of them
 * @param disposal of the disposal under way, where this process knows its id and Flink answers
 * @param failureCause why the run failed; asked for only when that is news
 */
record Observation(
        JobObservation job,
        Optional<OperationObservation> operation,
        List<SavepointRecord> history,
        List<Instant> inProgress,
        Optional<DisposalObservation> disposal,
        Optional<String> failureCause) {
    static Observation of(JobObservation job) {
        return of(job, Optional.empty(), List.of(), List.of());
    }

    static Observation of(JobObservation job, OperationObservation operation) {
        return of(job, Optional.of(operation), List.of(), List.of());
    }

    static Observation of(
            JobObservation job,
            Optional<OperationObservation> operation,
            List<SavepointRecord> history,
            List<Instant> inProgress) {
        return new Observation(job, operation, history, inProgress, Optional.empty(), Optional.empty());
    }

    Observation withDisposal(DisposalObservation seen) {
        return new Observation(job, operation, history, inProgress, Optional.of(seen), failureCause);
    }

    Observation withFailureCause(Optional<String> cause) {
        return new Observation(job, operation, history, inProgress, disposal, cause);
    }
}
