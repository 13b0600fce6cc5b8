package io.savepoint.benchmarks.parts;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.JobId;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.SavepointState;
import io.savepoint.model.SavepointStatus;
import io.savepoint.model.TriggerId;
import io.savepoint.model.TriggerReason;
import io.savepoint.store.StatusDocument;
import java.time.Instant;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The status of a job that had savepoints, to the plain maps that stores serialize, and back. */
@State(Scope.Benchmark)
public class StatusBenchmark {
    private static final ClusterId CLUSTER = ClusterId.of("default", "orders");
    private static final JobId JOB = JobId.of("ab".repeat(16));
    private static final TriggerId TRIGGER = TriggerId.of("cd".repeat(16));
    private static final Instant TIME = Instant.parse("2026-11-20T01:50:39Z");

    private final ClusterStatus status = ClusterStatus.builder()
            .job(JobStatus.builder()
                    .id(JOB)
                    .name("orders-job")
                    .state(JobState.RUNNING)
                    .savepointGeneration(17)
                    .savepointLocation("file:/savepoints/savepoint-eb314c-b675bfc191c1")
                    .lastSavepointTriggerId(TRIGGER)
                    .lastSavepointTriggerTime(TIME)
                    .lastSavepointTime(TIME.plusSeconds(2))
                    .build())
            .savepoint(SavepointStatus.builder()
                    .jobId(JOB)
                    .triggerId(TRIGGER)
                    .triggerTime(TIME)
                    .requestTime(TIME)
                    .triggerReason(TriggerReason.SCHEDULED)
                    .state(SavepointState.SUCCEEDED)
                    .build())
            .bookkeeping(Bookkeeping.builder()
                    .runningSince(TIME.minusSeconds(3600))
                    .lastTriggerTime(TIME)
                    .lastDurationMillis(1900)
                    .build())
            .lastUpdateTime(TIME.plusSeconds(2))
            .build();

    /** There and back. */
    @Benchmark
    public ClusterStatus statusThereAndBack() {
        return StatusDocument.read(CLUSTER, StatusDocument.write(status)).value();
    }
}
