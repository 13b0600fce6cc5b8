package io.savepoint.benchmarks.fleet;

import java.time.Instant;

/** A request that came to a JobManager; as text it is one line. */
record Request(Instant time, int endpoint, String method, String path, String body) {
    private static final int PARTS = 5;

    static Request parse(String line) {
        String[] parts = line.split(" ", PARTS);
        return new Request(
                Instant.ofEpochMilli(Long.parseLong(parts[0])),
                Integer.parseInt(parts[1]),
                parts[2],
                parts[3],
                parts[4]);
    }

    boolean isSavepoint() {
        return method.equals("POST");
    }

    boolean isPoll() {
        return method.equals("GET") && path.contains("/savepoints/");
    }

    /** The job that it is about, which is named by all but those about the JobManager. */
    int job() {
        return FleetPlan.jobOf(path.split("/", -1)[2]);
    }

    @Override
    public String toString() {
        return time.toEpochMilli() + " " + endpoint + " " + method + " " + path + " " + body;
    }
}
