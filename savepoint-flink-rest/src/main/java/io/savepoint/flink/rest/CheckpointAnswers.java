package io.savepoint.flink.rest;

import io.savepoint.flink.rest.CheckpointStatistics.Counts;
import io.savepoint.flink.rest.CheckpointStatistics.Restored;
import io.savepoint.model.SavepointFormat;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Reads what Flink tells of checkpoints. */
final class CheckpointAnswers {
    private static final Set<String> OPERATION =
            Set.of("status", "id", "operation", "checkpointId", "failure-cause", "class", "stack-trace");
    private static final Set<String> STATISTICS = Set.of(
            "counts",
            "restored",
            "total",
            "in_progress",
            "completed",
            "failed",
            "latest",
            "savepoint",
            "history",
            "id",
            "status",
            "is_savepoint",
            "savepointFormat",
            "checkpoint_type",
            "trigger_timestamp",
            "restore_timestamp",
            "end_to_end_duration",
            "state_size",
            "checkpointed_size",
            "num_subtasks",
            "num_acknowledged_subtasks",
            "external_path",
            "discarded",
            "failure_message");
    /** What Flink gives as the place of a checkpoint in the JobManager's memory begins with this. */
    private static final String NO_PATH = "<";

    private CheckpointAnswers() {}

    static CheckpointObservation observation(Answer answer) {
        return answer.saysUnknown()
                ? new CheckpointObservation.Unknown()
                : answer.read(OPERATION, CheckpointAnswers::observation);
    }

    private static CheckpointObservation observation(JsonObject json) {
        Optional<JsonObject> ended = Answers.ended(json);
        if (ended.isEmpty()) {
            return new CheckpointObservation.InProgress();
        }
        return Answers.failure(ended.get())
                .<CheckpointObservation>map(failure -> new CheckpointObservation.Failed(Answers.reason(failure)))
                .orElseGet(() -> new CheckpointObservation.Completed(ended.get().requiredInteger("checkpointId")));
    }

    static CheckpointStatistics statistics(Answer answer) {
        return answer.read(STATISTICS, json -> {
            JsonObject latest = json.requiredObject("latest");
            return new CheckpointStatistics(
                    counts(json.requiredObject("counts")),
                    latest.object("completed").map(CheckpointAnswers::checkpoint),
                    latest.object("savepoint").map(CheckpointAnswers::checkpoint),
                    latest.object("failed").map(CheckpointAnswers::checkpoint),
                    latest.object("restored").map(CheckpointAnswers::restored),
                    json.requiredList("history", JsonObject.class, "objects").stream()
                            .map(CheckpointAnswers::checkpoint)
                            .sorted(Comparator.comparingLong(Checkpoint::id).reversed())
                            .toList());
        });
    }

    private static Counts counts(JsonObject counts) {
        return new Counts(
                counts.requiredInteger("restored"),
                counts.requiredInteger("total"),
                counts.requiredInteger("in_progress"),
                counts.requiredInteger("completed"),
                counts.requiredInteger("failed"));
    }

    private static Restored restored(JsonObject restored) {
        return new Restored(
                restored.requiredInteger("id"),
                Answers.instant(restored.requiredInteger("restore_timestamp")),
                restored.flag("is_savepoint"),
                path(restored));
    }

    private static Checkpoint checkpoint(JsonObject json) {
        Checkpoint.Status status = status(json.requiredText("status"));
        return new Checkpoint(
                json.requiredInteger("id"),
                status,
                kind(json),
                json.text("savepointFormat").flatMap(CheckpointAnswers::format),
                Answers.instant(json.requiredInteger("trigger_timestamp")),
                Duration.ofMillis(
                        Math.max(0, json.integer("end_to_end_duration").orElse(0))),
                size(json, "state_size"),
                size(json, "checkpointed_size"),
                number(json, "num_subtasks"),
                number(json, "num_acknowledged_subtasks"),
                status == Checkpoint.Status.COMPLETED ? path(json) : Optional.empty(),
                json.flag("discarded"),
                json.text("failure_message")
                        .map(message -> Trace.parse(message).condensed())
                        .filter(reason -> !reason.isEmpty()));
    }

    private static Checkpoint.Status status(String name) {
        try {
            return Checkpoint.Status.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new WrongShapeException("its checkpoint status '" + Trace.shorten(name, 40) + "' is unknown");
        }
    }

    private static Checkpoint.Kind kind(JsonObject json) {
        if (!json.flag("is_savepoint")) {
            return Checkpoint.Kind.CHECKPOINT;
        }
        return Answers.isStop(json) ? Checkpoint.Kind.STOP : Checkpoint.Kind.SAVEPOINT;
    }

    private static Optional<SavepointFormat> format(String name) {
        return Arrays.stream(SavepointFormat.values())
                .filter(format -> format.label().equals(name))
                .findFirst();
    }

    private static Optional<String> path(JsonObject json) {
        return json.text("external_path")
                .filter(path -> !path.isEmpty() && !path.startsWith(NO_PATH))
                .map(path -> json.requiredText("external_path"));
    }

    /** A size that Flink does not know is -1 there. */
    private static OptionalLong size(JsonObject json, String name) {
        OptionalLong size = json.integer(name);
        return size.isPresent() && size.getAsLong() >= 0 ? size : OptionalLong.empty();
    }

    private static int number(JsonObject json, String name) {
        long number = json.integer(name).orElse(0);
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw new WrongShapeException("its field '" + name + "' is out of range");
        }
        return (int) number;
    }
}
