package io.savepoint.store;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.JobId;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.SavepointState;
import io.savepoint.model.SavepointStatus;
import io.savepoint.model.SpecProblem;
import io.savepoint.model.TriggerReason;
import io.savepoint.store.FieldWriter.Owned;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The object {@code status} of a {@code FlinkCluster} as a plain map, as any JSON library yields it: of strings,
 * numbers, booleans, lists and maps. JSON's {@code null} is the same as an absent field.
 *
 * <p>The times of the {@code FlinkCluster} contract are written in whole seconds, UTC; any offset is read. What the
 * manager remembers for itself lies under {@value #MANAGER_KEY}, with its times in milliseconds.
 *
 * <p>Stateless and safe for use by any number of threads.
 */
public final class StatusDocument {
    /** The key that {@link ClusterStatus#bookkeeping()} lies under. */
    public static final String MANAGER_KEY = "savepointManager";

    /** How older operators spelled it. */
    private static final String OLD_TRIGGER_ID = "SavepointTriggerID";

    private static final Map<String, String> OLD_CONTROL_STATES =
            Map.of("Progressing", ControlState.IN_PROGRESS.label());

    private static final Owned JOB = Owned.values(
            "id",
            "name",
            "state",
            "fromSavepoint",
            "savepointGeneration",
            "savepointLocation",
            "lastSavepointTriggerID",
            "lastSavepointTriggerTime",
            "lastSavepointTime",
            "restartCount");
    private static final Owned SAVEPOINT = Owned.values(
            "jobID", "triggerID", "triggerTime", "triggerReason", "requestTime", "state", "formatType", "message");
    private static final Owned CONTROL = Owned.values("name", "state", "message", "updateTime")
            .with("details", Owned.values("jobID", "savepointTriggerID", OLD_TRIGGER_ID));
    private static final Owned STATUS = Owned.values("lastUpdateTime", MANAGER_KEY)
            .with("components", Owned.values().with("job", JOB))
            .with("savepoint", SAVEPOINT)
            .with("control", CONTROL);

    private StatusDocument() {}

    /**
     * Reads a status. It never fails: a malformed field is left out and reported, one that is unknown is ignored.
     *
     * <p>What cannot be without a malformed field is left out with it, except that the record of savepoints never goes
     * for lack of another field: a job whose {@code state} cannot be read counts as {@link JobState#DEPLOYING} if it
     * has an id, which looking at Flink sets right, else as {@link JobState#PENDING}.
     *
     * @param cluster whose status it is
     * @param status the object {@code status}
     * @return the status, and what is wrong with the document
     */
    public static Read<ClusterStatus> read(ClusterId cluster, Map<String, ? extends @Nullable Object> status) {
        List<SpecProblem> problems = new ArrayList<>();
        FieldReader fields = FieldReader.of(status, "status", problems);
        Optional<Instant> lastUpdateTime = fields.time("lastUpdateTime");
        ClusterStatus value = ClusterStatus.builder()
                .job(fields.object("components")
                        .flatMap(components -> components.object("job"))
                        .filter(job -> job.hasAnyOf(JOB.names()))
                        .flatMap(job -> readJob(cluster, job)))
                .savepoint(fields.object("savepoint")
                        .filter(savepoint -> savepoint.hasAnyOf(SAVEPOINT.names()))
                        .flatMap(StatusDocument::readSavepoint))
                .control(fields.object("control")
                        .filter(control -> control.hasAnyOf(CONTROL.names()))
                        .flatMap(control -> readControl(control, lastUpdateTime)))
                .lastUpdateTime(lastUpdateTime)
                .bookkeeping(fields.object(MANAGER_KEY)
                        .map(BookkeepingDocument::read)
                        .orElseGet(() -> Bookkeeping.builder().build()))
                .build();
        return new Read<>(value, problems);
    }

    /**
     * Writes a status.
     *
     * @param status the status
     * @return a new map, the caller's to change
     */
    public static Map<String, Object> write(ClusterStatus status) {
        return seconds()
                .put(
                        "components",
                        seconds()
                                .put("job", status.job().map(StatusDocument::writeJob))
                                .done())
                .put("savepoint", status.savepoint().map(StatusDocument::writeSavepoint))
                .put("control", status.control().map(StatusDocument::writeControl))
                .put("lastUpdateTime", status.lastUpdateTime())
                .put(MANAGER_KEY, BookkeepingDocument.write(status.bookkeeping()))
                .done();
    }

    /**
     * Writes a status over an existing document: every field that is not the manager's is kept, at any depth.
     *
     * @param existing the object {@code status} as it is; not changed
     * @param status the new status, whole: a field left empty is removed
     * @return a new map, the caller's to change
     */
    public static Map<String, @Nullable Object> merge(
            Map<String, ? extends @Nullable Object> existing, ClusterStatus status) {
        return FieldWriter.merge(existing, write(status), STATUS);
    }

    private static Optional<JobStatus> readJob(ClusterId cluster, FieldReader fields) {
        Optional<JobId> id = fields.jobId("id");
        JobStatus.Builder job = JobStatus.builder();
        job.id(id);
        job.name(fields.text("name").orElseGet(() -> cluster.name() + "-job"));
        job.state(fields.label("state", JobState.class).orElse(id.isPresent() ? JobState.DEPLOYING : JobState.PENDING));
        job.fromSavepoint(fields.text("fromSavepoint"));
        fields.whole("savepointGeneration", 0).ifPresent(job::savepointGeneration);
        job.savepointLocation(fields.text("savepointLocation"));
        job.lastSavepointTriggerId(fields.triggerId("lastSavepointTriggerID"));
        job.lastSavepointTriggerTime(fields.time("lastSavepointTriggerTime"));
        job.lastSavepointTime(fields.time("lastSavepointTime"));
        fields.integer("restartCount", 0).ifPresent(job::restartCount);
        return fields.build(job::build, "state");
    }

    private static Optional<SavepointStatus> readSavepoint(FieldReader fields) {
        SavepointStatus.Builder savepoint = SavepointStatus.builder();
        savepoint.jobId(fields.jobId("jobID"));
        savepoint.triggerId(fields.triggerId("triggerID"));
        savepoint.triggerTime(fields.time("triggerTime"));
        fields.label("triggerReason", TriggerReason.class).ifPresent(savepoint::triggerReason);
        savepoint.requestTime(fields.time("requestTime"));
        fields.label("state", SavepointState.class).ifPresent(savepoint::state);
        savepoint.formatType(fields.label("formatType", SavepointFormat.class));
        savepoint.message(fields.text("message"));
        return fields.build(savepoint::build, "triggerReason", "state");
    }

    private static Optional<ControlStatus> readControl(FieldReader fields, Optional<Instant> lastUpdateTime) {
        ControlStatus.Builder control = ControlStatus.builder();
        fields.text("name").ifPresent(control::name);
        fields.label("state", ControlState.class, OLD_CONTROL_STATES).ifPresent(control::state);
        fields.object("details").ifPresent(details -> {
            control.jobId(details.jobId("jobID"));
            control.savepointTriggerId(
                    details.triggerId("savepointTriggerID").or(() -> details.triggerId(OLD_TRIGGER_ID)));
        });
        control.message(fields.text("message"));
        // Only told to the user; an accepted request must not get lost for want of it.
        control.updateTime(fields.time("updateTime").or(() -> lastUpdateTime).orElse(Instant.EPOCH));
        return fields.build(control::build, "name", "state", "updateTime");
    }

    private static Map<String, Object> writeJob(JobStatus job) {
        return seconds()
                .put("id", job.id())
                .put("name", job.name())
                .put("state", job.state())
                .put("fromSavepoint", job.fromSavepoint())
                .put("savepointGeneration", job.savepointGeneration())
                .put("savepointLocation", job.savepointLocation())
                .put("lastSavepointTriggerID", job.lastSavepointTriggerId())
                .put("lastSavepointTriggerTime", job.lastSavepointTriggerTime())
                .put("lastSavepointTime", job.lastSavepointTime())
                .put("restartCount", job.restartCount())
                .done();
    }

    private static Map<String, Object> writeSavepoint(SavepointStatus savepoint) {
        return seconds()
                .put("jobID", savepoint.jobId())
                .put("triggerID", savepoint.triggerId())
                .put("triggerTime", savepoint.triggerTime())
                .put("triggerReason", savepoint.triggerReason())
                .put("requestTime", savepoint.requestTime())
                .put("state", savepoint.state())
                .put("formatType", savepoint.formatType())
                .put("message", savepoint.message())
                .done();
    }

    private static Map<String, Object> writeControl(ControlStatus control) {
        Map<String, Object> details = seconds()
                .put("jobID", control.jobId())
                .put("savepointTriggerID", control.savepointTriggerId())
                .done();
        return seconds()
                .put("name", control.name())
                .put("details", details)
                .put("state", control.state())
                .put("message", control.message())
                .put("updateTime", control.updateTime())
                .done();
    }

    private static FieldWriter seconds() {
        return new FieldWriter(ChronoUnit.SECONDS);
    }
}
