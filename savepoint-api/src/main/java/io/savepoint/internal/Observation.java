package io.savepoint.internal;

import io.savepoint.model.JobObservation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointRecord;
import java.util.List;
import java.util.Optional;

/**
 * What Flink says now.
 *
 * @param job of the run in question
 * @param operation of the operation in flight, if there is one
 * @param history the completed savepoints Flink remembers; asked for only when it does not know the operation
 */
record Observation(JobObservation job, Optional<OperationObservation> operation, List<SavepointRecord> history) {
    static Observation of(JobObservation job) {
        return new Observation(job, Optional.empty(), List.of());
    }

    static Observation of(JobObservation job, OperationObservation operation) {
        return new Observation(job, Optional.of(operation), List.of());
    }
}
