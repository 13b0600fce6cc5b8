package io.savepoint.flink.rest;

import io.savepoint.model.DisposalObservation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointRecord;
import io.savepoint.model.TriggerId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads each kind of good answer. */
final class Answers {
    private static final Set<String> OPERATION =
            Set.of("status", "id", "operation", "location", "failure-cause", "class", "stack-trace");
    private static final Set<String> EXCEPTIONS = Set.of("root-exception", "exceptionHistory", "entries", "stacktrace");
    private static final Set<String> JARS = Set.of("files", "id", "name", "uploaded", "entry");
    private static final Set<String> HISTORY = Set.of(
            "latest",
            "savepoint",
            "history",
            "id",
            "status",
            "is_savepoint",
            "checkpoint_type",
            "trigger_timestamp",
            "end_to_end_duration",
            "state_size",
            "external_path",
            "discarded");

    private Answers() {}

    static FlinkVersion version(Answer answer) {
        return answer.read(Set.of("flink-version"), json -> FlinkVersion.of(json.requiredText("flink-version")));
    }

    static TriggerId requestId(Answer answer) {
        return answer.read(Set.of("request-id"), json -> {
            String id = json.requiredText("request-id");
            try {
                return TriggerId.of(id);
            } catch (IllegalArgumentException e) {
                throw new WrongShapeException("its field 'request-id' is not 32 hexadecimal digits");
            }
        });
    }

    /** Of an operation that Flink knows. */
    static OperationObservation operation(Answer answer) {
        return answer.read(OPERATION, Answers::operation);
    }

    private static OperationObservation operation(JsonObject json) {
        Optional<JsonObject> ended = ended(json);
        if (ended.isEmpty()) {
            return new OperationObservation.InProgress();
        }
        JsonObject operation = ended.get();
        Optional<Trace> failure = failure(operation);
        if (failure.isPresent()) {
            return new OperationObservation.Failed(reason(failure.get()));
        }
        if (operation.text("location").isEmpty()) {
            throw new WrongShapeException("it has neither 'location' nor 'failure-cause'");
        }
        return new OperationObservation.Completed(operation.requiredText("location"));
    }

    static DisposalObservation disposal(Answer answer) {
        return answer.saysUnknown() ? new DisposalObservation.Unknown() : answer.read(OPERATION, Answers::disposal);
    }

    private static DisposalObservation disposal(JsonObject json) {
        Optional<JsonObject> ended = ended(json);
        if (ended.isEmpty()) {
            return new DisposalObservation.InProgress();
        }
        Optional<Trace> failure = failure(ended.get());
        if (failure.isEmpty()) {
            return new DisposalObservation.Done();
        }
        // Not said of a directory in which only the file _metadata is missing: that one is still there.
        boolean missing = failure.get().hasType("java.io.FileNotFoundException"::equals)
                && failure.get().says("Cannot find checkpoint or savepoint file/directory");
        String reason = reason(failure.get());
        return missing ? new DisposalObservation.Missing(reason) : new DisposalObservation.Failed(reason);
    }

    /** What became of an operation, whatever its kind, unless it is in progress; a failure counts as completed. */
    static Optional<JsonObject> ended(JsonObject json) {
        String status = json.requiredObject("status").requiredText("id");
        if (status.equals("IN_PROGRESS")) {
            return Optional.empty();
        }
        if (!status.equals("COMPLETED")) {
            throw new WrongShapeException("its status is neither IN_PROGRESS nor COMPLETED");
        }
        return Optional.of(json.requiredObject("operation"));
    }

    static Optional<Trace> failure(JsonObject operation) {
        return operation
                .object("failure-cause")
                .map(cause -> cause.text("stack-trace")
                        .filter(text -> !text.isBlank())
                        .or(() -> cause.text("class"))
                        .orElse(""))
                .map(Trace::parse);
    }

    static String reason(Trace failure) {
        String reason = failure.condensed();
        return reason.isEmpty() ? "Flink gave no reason" : reason;
    }

    /** Why a job failed: from Flink 2.0 on that is told by the history only, whose first entry is the newest. */
    static Optional<String> failureCause(Answer answer) {
        return answer.read(
                EXCEPTIONS,
                json -> json.text("root-exception")
                        .or(() -> json
                                .requiredObject("exceptionHistory")
                                .requiredList("entries", JsonObject.class, "objects")
                                .stream()
                                .findFirst()
                                .flatMap(entry -> entry.text("stacktrace")))
                        .map(trace -> Trace.parse(trace).condensed())
                        .filter(reason -> !reason.isEmpty()));
    }

    static Instant instant(long epochMillis) {
        return Instant.ofEpochMilli(epochMillis);
    }

    /** Makes sure that it was Flink who accepted it: with an object, in which nothing is wanted. */
    static void accepted(Answer answer) {
        answer.read(Set.of(), json -> json);
    }

    /** Whether a job cannot be cancelled since it has ended in another way, which is what cancelling is for, too. */
    static boolean saysEnded(Answer answer) {
        return answer.status() == 409
                && answer.reason()
                        .filter(reason -> reason.says("terminal state"))
                        .isPresent();
    }

    static List<SavepointRecord> history(Answer answer) {
        return answer.read(HISTORY, json -> {
            Map<Long, SavepointRecord> byId = new HashMap<>();
            List<JsonObject> entries = new ArrayList<>(json.requiredList("history", JsonObject.class, "objects"));
            json.object("latest").flatMap(latest -> latest.object("savepoint")).ifPresent(entries::add);
            for (JsonObject entry : entries) {
                if (isSavepoint(entry, "COMPLETED") && !entry.flag("discarded")) {
                    byId.put(entry.requiredInteger("id"), savepoint(entry));
                }
            }
            return byId.entrySet().stream()
                    .sorted(Comparator.comparing((Map.Entry<Long, SavepointRecord> entry) ->
                                    entry.getValue().triggerTime())
                            .thenComparing(Map.Entry.comparingByKey()))
                    .map(Map.Entry::getValue)
                    .toList();
        });
    }

    /** When those that Flink is at were triggered. */
    static List<Instant> inProgress(Answer answer) {
        return answer.read(
                HISTORY,
                json -> json.requiredList("history", JsonObject.class, "objects").stream()
                        .filter(entry -> isSavepoint(entry, "IN_PROGRESS"))
                        .map(entry -> instant(entry.requiredInteger("trigger_timestamp")))
                        .toList());
    }

    private static boolean isSavepoint(JsonObject entry, String status) {
        return entry.flag("is_savepoint") && entry.text("status").orElse("").equals(status);
    }

    private static SavepointRecord savepoint(JsonObject entry) {
        return new SavepointRecord(
                entry.requiredText("external_path"),
                instant(entry.requiredInteger("trigger_timestamp")),
                Duration.ofMillis(
                        Math.max(0, entry.integer("end_to_end_duration").orElse(0))),
                entry.integer("state_size"),
                isStop(entry));
    }

    /** Whether a savepoint was that of a stop. */
    static boolean isStop(JsonObject entry) {
        return entry.text("checkpoint_type").orElse("").equals("SYNC_SAVEPOINT");
    }

    /** The jar id in the answer of an upload: the last part of a path on the JobManager, whatever system that runs on. */
    static String jarId(Answer answer) {
        return answer.read(Set.of("filename"), json -> {
            String path = json.requiredText("filename");
            String id = path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
            if (!JarRequests.canBeJarId(id)) {
                throw new WrongShapeException("its field 'filename' is not the path of a jar");
            }
            return id;
        });
    }

    static List<UploadedJar> jars(Answer answer) {
        return answer.read(
                JARS,
                json -> json.requiredList("files", JsonObject.class, "objects").stream()
                        .map(file -> new UploadedJar(
                                file.requiredText("id"),
                                file.requiredText("name"),
                                instant(file.requiredInteger("uploaded")),
                                file.requiredList("entry", JsonObject.class, "objects").stream()
                                        .map(entry -> entry.requiredText("name"))
                                        .toList()))
                        .toList());
    }

    static String jobId(Answer answer) {
        return answer.read(Set.of("jobid"), json -> json.requiredText("jobid"));
    }
}
