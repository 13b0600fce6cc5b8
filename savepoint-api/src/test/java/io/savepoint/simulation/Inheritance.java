package io.savepoint.simulation;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.Launch;
import java.time.Instant;
import java.util.Map;

/** Clusters that another program has looked after before, with a status as that one left it. */
final class Inheritance {
    static final int KINDS = 7;

    private static final String TRIGGER = "a".repeat(32);

    private Inheritance() {}

    /** Gives a cluster a job that runs, and a status that tells of it in one way or another. */
    static void leave(World world, ClusterId cluster, int kind) {
        if (kind == 0) {
            return;
        }
        JobId job = JobId.of("c".repeat(32));
        boolean tellsOfIt = kind != 3 && kind != KINDS;
        if (tellsOfIt) {
            world.cluster(cluster).startJob(job);
        }
        Database.Resource resource = world.database.find(cluster).orElseThrow();
        Instant now = world.time.now();
        world.book.intended(new Book.LaunchIntent(
                cluster,
                resource.uid(),
                Launch.builder()
                        .kind(Launch.Kind.START)
                        .jobId(job)
                        .policy("another")
                        .token("another")
                        .requestTime(now)
                        .lastSentAt(now)
                        .build()));
        Map<String, Object> running = Map.of("id", job.hex(), "state", "Running");
        world.database.editStatus(cluster, status -> switch (kind) {
            case 1 -> components(running);
            case 2 -> components(Map.of("id", job.hex(), "state", "Updating", "restartCount", 3));
            case 3 -> components(Map.of("id", "b".repeat(32), "state", "Failed"));
            case 4 -> withControl(running, Map.of("name", "savepoint", "state", "Progressing"));
            case 5 -> withControl(running, Map.of("name", "job-restart", "state", "Requested"));
            case 6 ->
                withControl(
                        Map.of(
                                "id",
                                job.hex(),
                                "state",
                                "Running",
                                "savepointGeneration",
                                2,
                                "savepointLocation",
                                "/old"),
                        Map.of(
                                "name",
                                "savepoint",
                                "state",
                                "InProgress",
                                "details",
                                Map.of("SavepointTriggerID", TRIGGER)));
            default -> Map.of("components", Map.of("job", "not an object"), "control", Map.of("state", "Odd"));
        });
        world.storeChecks.controls(resource.uid()).inherited();
    }

    private static Map<String, Object> components(Map<String, Object> job) {
        return Map.of("components", Map.of("job", job));
    }

    private static Map<String, Object> withControl(Map<String, Object> job, Map<String, Object> control) {
        return Map.of("components", Map.of("job", job), "control", control);
    }
}
