package io.savepoint.store;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.HistoryEntry;
import io.savepoint.model.JobId;
import io.savepoint.model.Launch;
import io.savepoint.model.Operation;
import io.savepoint.model.RequestLog;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.TriggerReason;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The part of a status document that the manager keeps for itself; nobody else's names, so the model's own. */
final class BookkeepingDocument {
    private BookkeepingDocument() {}

    static Bookkeeping read(FieldReader fields) {
        Bookkeeping.Builder books = Bookkeeping.builder();
        books.operation(fields.object("operation").flatMap(BookkeepingDocument::readOperation));
        books.launch(fields.object("launch").flatMap(BookkeepingDocument::readLaunch));
        books.controlToAcknowledge(fields.text("controlToAcknowledge"));
        fields.object("requests").ifPresent(requests -> {
            for (String policy : requests.keys()) {
                requests.object(policy).ifPresent(log -> books.putRequests(policy, readLog(log)));
            }
        });
        fields.whole("generationSeen", 0).ifPresent(books::generationSeen);
        books.runningSince(fields.time("runningSince"));
        books.lastTriggerTime(fields.time("lastTriggerTime"));
        books.missingSince(fields.time("missingSince"));
        books.failedAt(fields.time("failedAt"));
        fields.integer("consecutiveRestarts", 0).ifPresent(books::consecutiveRestarts);
        books.restoredFrom(fields.text("restoredFrom"));
        fields.whole("lastDurationMillis", 0).ifPresent(books::lastDurationMillis);
        books.failureReason(fields.text("failureReason"));
        books.message(fields.text("message"));
        fields.objects("savepointHistory").forEach(entry -> readEntry(entry).ifPresent(books::addSavepointHistory));
        fields.texts("problems").ifPresent(books::addAllProblems);
        return books.build();
    }

    static Map<String, Object> write(Bookkeeping books) {
        if (books.equals(Bookkeeping.builder().build())) {
            return Map.of();
        }
        Map<String, Object> requests = new LinkedHashMap<>();
        books.requests().forEach((policy, log) -> requests.put(policy, writeLog(log)));
        return millis().put("operation", books.operation().map(BookkeepingDocument::writeOperation))
                .put("launch", books.launch().map(BookkeepingDocument::writeLaunch))
                .put("controlToAcknowledge", books.controlToAcknowledge())
                .put("requests", requests)
                .put("generationSeen", books.generationSeen())
                .put("runningSince", books.runningSince())
                .put("lastTriggerTime", books.lastTriggerTime())
                .put("missingSince", books.missingSince())
                .put("failedAt", books.failedAt())
                .put("consecutiveRestarts", books.consecutiveRestarts())
                .put("restoredFrom", books.restoredFrom())
                .put("lastDurationMillis", books.lastDurationMillis())
                .put("failureReason", books.failureReason())
                .put("message", books.message())
                .put(
                        "savepointHistory",
                        books.savepointHistory().stream()
                                .map(BookkeepingDocument::writeEntry)
                                .toList())
                .put("problems", books.problems())
                .done();
    }

    private static Optional<Operation> readOperation(FieldReader fields) {
        Operation.Builder operation = Operation.builder();
        fields.constant("kind", Operation.Kind.class).ifPresent(operation::kind);
        fields.jobId("jobId").ifPresent(operation::jobId);
        fields.triggerId("triggerId").ifPresent(operation::triggerId);
        fields.text("policy").ifPresent(operation::policy);
        fields.text("token").ifPresent(operation::token);
        fields.label("reason", TriggerReason.class).ifPresent(operation::reason);
        operation.targetDirectory(fields.text("targetDirectory"));
        fields.bool("ownDirectory").ifPresent(operation::ownDirectory);
        fields.label("format", SavepointFormat.class).ifPresent(operation::format);
        fields.bool("drain").ifPresent(operation::drain);
        fields.integer("maxAttempts", 0).ifPresent(operation::maxAttempts);
        fields.time("requestTime").ifPresent(operation::requestTime);
        fields.time("triggerTime").ifPresent(operation::triggerTime);
        fields.time("lastSentAt").ifPresent(operation::lastSentAt);
        fields.integer("sends", 0).ifPresent(operation::sends);
        operation.runStart(fields.time("runStart"));
        return fields.build(
                operation::build,
                "kind",
                "jobId",
                "triggerId",
                "policy",
                "token",
                "reason",
                "requestTime",
                "triggerTime",
                "lastSentAt");
    }

    private static Map<String, Object> writeOperation(Operation operation) {
        return millis().put("kind", operation.kind())
                .put("jobId", operation.jobId())
                .put("triggerId", operation.triggerId())
                .put("policy", operation.policy())
                .put("token", operation.token())
                .put("reason", operation.reason())
                .put("targetDirectory", operation.targetDirectory())
                .put("ownDirectory", operation.ownDirectory())
                .put("format", operation.format())
                .put("drain", operation.drain())
                .put("maxAttempts", operation.maxAttempts())
                .put("requestTime", operation.requestTime())
                .put("triggerTime", operation.triggerTime())
                .put("lastSentAt", operation.lastSentAt())
                .put("sends", operation.sends())
                .put("runStart", operation.runStart())
                .done();
    }

    private static Optional<Launch> readLaunch(FieldReader fields) {
        Optional<JobId> replaces = fields.jobId("replaces");
        Launch.Builder launch = Launch.builder();
        fields.constant("kind", Launch.Kind.class).ifPresent(launch::kind);
        fields.jobId("jobId").ifPresent(launch::jobId);
        launch.replaces(replaces);
        // It is always written: without it nobody knows whether the earlier run has ended.
        launch.cleared(fields.bool("cleared").orElse(replaces.isEmpty()));
        launch.fromSavepoint(fields.text("fromSavepoint"));
        fields.bool("allowNonRestoredState").ifPresent(launch::allowNonRestoredState);
        fields.text("policy").ifPresent(launch::policy);
        fields.text("token").ifPresent(launch::token);
        fields.time("requestTime").ifPresent(launch::requestTime);
        fields.time("lastSentAt").ifPresent(launch::lastSentAt);
        fields.integer("sends", 0).ifPresent(launch::sends);
        return fields.build(launch::build, "kind", "jobId", "policy", "token", "requestTime", "lastSentAt");
    }

    private static Map<String, Object> writeLaunch(Launch launch) {
        return millis().put("kind", launch.kind())
                .put("jobId", launch.jobId())
                .put("replaces", launch.replaces())
                .put("cleared", launch.cleared())
                .put("fromSavepoint", launch.fromSavepoint())
                .put("allowNonRestoredState", launch.allowNonRestoredState())
                .put("policy", launch.policy())
                .put("token", launch.token())
                .put("requestTime", launch.requestTime())
                .put("lastSentAt", launch.lastSentAt())
                .put("sends", launch.sends())
                .done();
    }

    private static Optional<HistoryEntry> readEntry(FieldReader fields) {
        HistoryEntry.Builder entry = HistoryEntry.builder();
        fields.triggerId("triggerId").ifPresent(entry::triggerId);
        fields.jobId("jobId").ifPresent(entry::jobId);
        fields.text("location").ifPresent(entry::location);
        fields.label("reason", TriggerReason.class).ifPresent(entry::reason);
        fields.label("format", SavepointFormat.class).ifPresent(entry::format);
        fields.time("time").ifPresent(entry::time);
        fields.whole("sizeBytes", 0).ifPresent(entry::sizeBytes);
        entry.disposingSince(fields.time("disposingSince"));
        fields.integer("disposalFailures", 0).ifPresent(entry::disposalFailures);
        entry.lastDisposalFailure(fields.time("lastDisposalFailure"));
        entry.disposalMessage(fields.text("disposalMessage"));
        return fields.build(entry::build, "triggerId", "jobId", "location", "reason", "format", "time");
    }

    private static Map<String, Object> writeEntry(HistoryEntry entry) {
        FieldWriter fields = millis().put("triggerId", entry.triggerId())
                .put("jobId", entry.jobId())
                .put("location", entry.location())
                .put("reason", entry.reason())
                .put("format", entry.format())
                .put("time", entry.time())
                .put("sizeBytes", entry.sizeBytes())
                .put("disposingSince", entry.disposingSince());
        if (entry.disposalFailures() > 0) {
            fields.put("disposalFailures", entry.disposalFailures())
                    .put("lastDisposalFailure", entry.lastDisposalFailure())
                    .put("disposalMessage", entry.disposalMessage());
        }
        return fields.done();
    }

    private static RequestLog readLog(FieldReader fields) {
        RequestLog.Builder log = RequestLog.builder();
        log.accepted(fields.text("accepted"));
        log.acceptedAt(fields.time("acceptedAt"));
        log.served(fields.text("served"));
        fields.integer("failures", 0).ifPresent(log::failures);
        log.lastFailure(fields.time("lastFailure"));
        return log.build();
    }

    private static Map<String, Object> writeLog(RequestLog log) {
        return millis().put("accepted", log.accepted())
                .put("acceptedAt", log.acceptedAt())
                .put("served", log.served())
                .put("failures", log.failures())
                .put("lastFailure", log.lastFailure())
                .done();
    }

    private static FieldWriter millis() {
        return new FieldWriter(ChronoUnit.MILLIS);
    }
}
