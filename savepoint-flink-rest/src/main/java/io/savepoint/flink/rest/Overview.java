package io.savepoint.flink.rest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The jobs that a JobManager lists: perhaps thousands, of which only those are kept that somebody wants to know of. */
final class Overview {
    private static final String ID = "jid";
    private static final Set<String> JOB =
            Set.of(ID, "state", "start-time", "end-time", "tasks", "total", "running", "finished");

    private final Map<String, List<JsonObject>> jobs = new HashMap<>();

    private Overview(Collection<JobId> wanted) {
        wanted.forEach(job -> jobs.put(job.hex(), new ArrayList<>(1)));
    }

    /** Reads a good answer; throws a {@link io.savepoint.spi.FlinkException} if it is another one. */
    static Overview read(Answer answer, Collection<JobId> wanted) {
        Overview overview = new Overview(wanted);
        return answer.parse(parser -> {
            Json.requireObject(parser.nextToken());
            boolean listed = false;
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                JsonToken token = parser.nextToken();
                if (!name.equals("jobs")) {
                    parser.skipChildren();
                } else if (listed) {
                    throw Json.twice(name);
                } else if (token == JsonToken.START_ARRAY) {
                    listed = true;
                    overview.collect(parser);
                } else {
                    throw new WrongShapeException("its field 'jobs' is not an array");
                }
            }
            Json.requireEnd(parser);
            if (!listed) {
                throw new WrongShapeException("its field 'jobs' is missing");
            }
            return overview;
        });
    }

    private void collect(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            Json.objectUnless(parser, JOB, this::isOfNoUse).ifPresent(this::keep);
        }
        if (parser.currentToken() != JsonToken.END_ARRAY) {
            throw new WrongShapeException("its field 'jobs' is not an array of objects");
        }
    }

    private boolean isOfNoUse(String field, Object value) {
        return field.equals(ID) && value instanceof String id && !jobs.containsKey(id);
    }

    private void keep(JsonObject job) {
        jobs.computeIfPresent(job.requiredText(ID), (id, listed) -> {
            listed.add(job);
            return listed;
        });
    }

    /** Tells of a wanted job; throws a {@link WrongShapeException} if what is listed of it is not of the expected form. */
    JobObservation job(JobId job) {
        JobObservation seen = new JobObservation.NotFound();
        for (JsonObject listed : jobs.getOrDefault(job.hex(), List.of())) {
            // Before 1.15 an id can run again after its end, and then the one that lives counts.
            if (!(seen instanceof JobObservation.Found before) || before.state().isTerminal()) {
                seen = found(listed);
            }
        }
        return seen;
    }

    private static JobObservation found(JsonObject job) {
        long end = job.integer("end-time").orElse(-1);
        JsonObject tasks = job.object("tasks").orElseGet(() -> new JsonObject(Map.of()));
        long total = tasks.integer("total").orElse(0);
        long up = tasks.integer("running").orElse(0) + tasks.integer("finished").orElse(0);
        return new JobObservation.Found(
                state(job.requiredText("state")),
                Instant.ofEpochMilli(job.requiredInteger("start-time")),
                end < 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(end)),
                total > 0 && up == total);
    }

    private static FlinkJobState state(String name) {
        try {
            return FlinkJobState.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new WrongShapeException("its job state '" + Trace.shorten(name, 40) + "' is unknown");
        }
    }
}
