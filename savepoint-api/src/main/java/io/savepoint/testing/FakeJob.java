package io.savepoint.testing;

import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import java.time.Instant;
import java.util.Optional;

/**
 * A job of a {@link FakeFlink} as it was when asked for.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param id its id
 * @param state its state
 * @param startTime when it was started, or recovered by another JobManager
 * @param endTime when it ended; empty while it has not
 * @param allTasksRunning whether a savepoint could be taken
 * @param restoredFrom the savepoint it was submitted with
 */
public record FakeJob(
        JobId id,
        FlinkJobState state,
        Instant startTime,
        Optional<Instant> endTime,
        boolean allTasksRunning,
        Optional<String> restoredFrom) {}
