package io.savepoint.testing;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.HistoryEntry;
import io.savepoint.model.JobId;
import io.savepoint.model.JobSpec;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.Launch;
import io.savepoint.model.Operation;
import io.savepoint.model.RequestLog;
import io.savepoint.model.RestartPolicy;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.SavepointState;
import io.savepoint.model.SavepointStatus;
import io.savepoint.model.TriggerId;
import io.savepoint.model.TriggerReason;
import java.time.Instant;

/** Specs and statuses for the checks of a store: one with every field set, and small ones that differ by a number. */
final class StoreSamples {
    private static final JobId JOB = JobId.of("0123456789abcdef0123456789abcdef");
    private static final JobId EARLIER_JOB = JobId.of("fedcba9876543210fedcba9876543210");
    private static final TriggerId TRIGGER = TriggerId.of("00112233445566778899aabbccddeeff");
    private static final Instant TIME = Instant.parse("2019-11-20T01:50:39Z");
    private static final Instant EXACT_TIME = Instant.parse("2019-11-20T01:50:39.123Z");
    // What breaks a store that builds its queries or documents by hand.
    private static final String TEXT =
            "it's a \"text\" \\ with {braces}, 100 %s,\nlines, \u00fcml\u00e4uts, \ud83d\ude42";

    private StoreSamples() {}

    static JobSpec spec(long generation) {
        return JobSpec.builder()
                .savepointsDir("file:///savepoints")
                .savepointGeneration(generation)
                .build();
    }

    static JobSpec fullSpec() {
        return JobSpec.builder()
                .jarFile("/opt/job.jar")
                .className("org.example.Orders")
                .addArgs("--text", TEXT, "")
                .parallelism(4)
                .fromSavepoint("file:///savepoints/savepoint-1")
                .allowNonRestoredState(true)
                .savepointsDir("file:///savepoints")
                .autoSavepointSeconds(3_600_000_000L)
                .savepointGeneration(3_000_000_000L)
                .restartPolicy(RestartPolicy.FROM_SAVEPOINT_ON_FAILURE)
                .cancelRequested(true)
                .savepointFormatType(SavepointFormat.NATIVE)
                .maxStateAgeToRestoreSeconds(86_400)
                .build();
    }

    /** A status that no other number has. */
    static ClusterStatus status(int number) {
        return withRestarts(ClusterStatus.empty(), number);
    }

    static int restarts(ClusterStatus status) {
        return status.job().map(JobStatus::restartCount).orElse(0);
    }

    static ClusterStatus withRestarts(ClusterStatus status, int number) {
        JobStatus.Builder job = JobStatus.builder();
        status.job().ifPresentOrElse(job::from, () -> job.name("contract-job").state(JobState.RUNNING));
        return ClusterStatus.builder()
                .from(status)
                .job(job.restartCount(number).build())
                .build();
    }

    static ClusterStatus fullStatus() {
        return ClusterStatus.builder()
                .job(JobStatus.builder()
                        .id(JOB)
                        .name("contract-job")
                        .state(JobState.UPDATING)
                        .fromSavepoint("file:///savepoints/savepoint-1")
                        .savepointGeneration(3_000_000_000L)
                        .savepointLocation("file:///savepoints/savepoint-2")
                        .lastSavepointTriggerId(TRIGGER)
                        .lastSavepointTriggerTime(TIME)
                        .lastSavepointTime(TIME.plusSeconds(1))
                        .restartCount(2)
                        .build())
                .savepoint(SavepointStatus.builder()
                        .jobId(JOB)
                        .triggerId(TRIGGER)
                        .triggerTime(TIME.plusSeconds(2))
                        .triggerReason(TriggerReason.JOB_CANCEL)
                        .requestTime(TIME.plusSeconds(3))
                        .state(SavepointState.TRIGGER_FAILED)
                        .formatType(SavepointFormat.NATIVE)
                        .message(TEXT)
                        .build())
                .control(ControlStatus.builder()
                        .name("job-cancel")
                        .state(ControlState.IN_PROGRESS)
                        .jobId(JOB)
                        .savepointTriggerId(TRIGGER)
                        .message(TEXT)
                        .updateTime(TIME.plusSeconds(4))
                        .build())
                .lastUpdateTime(TIME.plusSeconds(5))
                .bookkeeping(bookkeeping())
                .build();
    }

    private static Bookkeeping bookkeeping() {
        return Bookkeeping.builder()
                .operation(operation())
                .launch(launch())
                .controlToAcknowledge("job-cancel")
                .putRequests(
                        "generation",
                        RequestLog.builder()
                                .accepted("8")
                                .acceptedAt(EXACT_TIME.plusSeconds(1))
                                .served("7")
                                .failures(3)
                                .lastFailure(EXACT_TIME.plusSeconds(2))
                                .build())
                .putRequests("a policy. of the host's/own", RequestLog.empty())
                .generationSeen(5_000_000_001L)
                .runningSince(EXACT_TIME.plusSeconds(3))
                .lastTriggerTime(EXACT_TIME.plusSeconds(4))
                .missingSince(EXACT_TIME.plusSeconds(5))
                .failedAt(EXACT_TIME.plusSeconds(6))
                .consecutiveRestarts(4)
                .restoredFrom("file:///savepoints/savepoint-1")
                .lastDurationMillis(5_000_000_000L)
                .failureReason(TEXT)
                .message(TEXT)
                .addSavepointHistory(entry().build())
                .addSavepointHistory(entry().triggerId(TriggerId.of("00000000000000000000000000000001"))
                        .sizeBytes(5_000_000_002L)
                        .disposingSince(EXACT_TIME.plusSeconds(8))
                        .disposalFailures(2)
                        .lastDisposalFailure(EXACT_TIME.plusSeconds(9))
                        .disposalMessage(TEXT)
                        .build())
                .addProblems("first problem", TEXT)
                .build();
    }

    private static HistoryEntry.Builder entry() {
        return HistoryEntry.builder()
                .triggerId(TRIGGER)
                .jobId(JOB)
                .location("file:/savepoints/savepoint-2")
                .reason(TriggerReason.SCHEDULED)
                .format(SavepointFormat.NATIVE)
                .time(EXACT_TIME.plusSeconds(7));
    }

    private static Operation operation() {
        return Operation.builder()
                .kind(Operation.Kind.STOP)
                .jobId(JOB)
                .triggerId(TRIGGER)
                .policy("annotation")
                .token(TEXT)
                .reason(TriggerReason.UPDATE)
                .targetDirectory("file:///savepoints/own")
                .ownDirectory(true)
                .format(SavepointFormat.NATIVE)
                .drain(true)
                .maxAttempts(5)
                .requestTime(EXACT_TIME.plusSeconds(7))
                .triggerTime(EXACT_TIME.plusSeconds(8))
                .lastSentAt(EXACT_TIME.plusSeconds(9))
                .sends(6)
                .runStart(EXACT_TIME.plusSeconds(10))
                .build();
    }

    private static Launch launch() {
        return Launch.builder()
                .kind(Launch.Kind.RESTART)
                .jobId(JOB)
                .replaces(EARLIER_JOB)
                .cleared(false)
                .fromSavepoint("file:///savepoints/savepoint-2")
                .allowNonRestoredState(true)
                .policy("restart")
                .token("failure-1")
                .requestTime(EXACT_TIME.plusSeconds(11))
                .lastSentAt(EXACT_TIME.plusSeconds(12))
                .sends(7)
                .build();
    }
}
