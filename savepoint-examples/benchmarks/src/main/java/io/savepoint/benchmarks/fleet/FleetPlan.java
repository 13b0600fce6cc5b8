package io.savepoint.benchmarks.fleet;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;

/**
 * Which jobs there are, where they run, and when each is due. Every process of a run makes the same plan from the same
 * numbers.
 *
 * <p>Of each ten jobs, four have a JobManager of their own, three share one with up to 29 others, and three with up to 999
 * others. Beside them one JobManager accepts connections and never answers; for each hundred jobs it has one more.
 *
 * @param jobs how many jobs there are, without those of the dead JobManager
 * @param start when the manager starts
 * @param leadSeconds how long nothing is due at first
 * @param periodSeconds the time between two savepoints of a job, and over which those of all jobs are spread
 * @param port where all JobManagers listen, each at a loopback address of its own
 * @param deadPort where the dead one does
 */
record FleetPlan(int jobs, Instant start, int leadSeconds, int periodSeconds, int port, int deadPort) {
    /** How many numbers a plan is told by. */
    static final int NUMBERS = 6;
    /** In the place of an endpoint's number: the JobManager that never answers. */
    static final int DEAD = -1;

    private static final int SMALL_SESSION = 30;
    private static final int LARGE_SESSION = 1000;
    /** Prime to every number of jobs, so that neighbours are due at different times. */
    private static final long STRIDE = 7919;

    private static final String NAMESPACE = "fleet";

    static FleetPlan of(String... args) {
        return new FleetPlan(
                Integer.parseInt(args[0]),
                Instant.ofEpochMilli(Long.parseLong(args[1])),
                Integer.parseInt(args[2]),
                Integer.parseInt(args[3]),
                Integer.parseInt(args[4]),
                Integer.parseInt(args[5]));
    }

    String[] args() {
        return new String[] {
            "" + jobs, "" + start.toEpochMilli(), "" + leadSeconds, "" + periodSeconds, "" + port, "" + deadPort
        };
    }

    int deadJobs() {
        return Math.max(1, jobs / 100);
    }

    int jobsInAll() {
        return jobs + deadJobs();
    }

    static ClusterId cluster(int job) {
        return ClusterId.of(NAMESPACE, "job-" + job);
    }

    static int jobOf(ClusterId cluster) {
        return Integer.parseInt(cluster.name().substring("job-".length()));
    }

    static JobId jobId(int job) {
        return JobId.of(String.format("%032x", job));
    }

    static int jobOf(String jobId) {
        return Integer.parseInt(jobId, 16);
    }

    /** The JobManager of a job, counted from zero. */
    int endpoint(int job) {
        int inTen = job % 10;
        int tens = job / 10;
        int own = (jobs * 4 + 9) / 10;
        if (inTen < 4) {
            return tens * 4 + inTen;
        }
        int small = (jobs * 3 + 10 * SMALL_SESSION - 1) / (10 * SMALL_SESSION);
        if (inTen < 7) {
            return own + (tens * 3 + inTen - 4) / SMALL_SESSION;
        }
        return own + small + (tens * 3 + inTen - 7) / LARGE_SESSION;
    }

    int endpoints() {
        return endpoint(jobs - 1) + 1;
    }

    URI url(int job) {
        return urlOfEndpoint(job < jobs ? endpoint(job) : DEAD);
    }

    URI urlOfEndpoint(int endpoint) {
        return URI.create("http://" + (endpoint == DEAD ? "127.0.0.1:" + deadPort : host(endpoint) + ":" + port));
    }

    private static String host(int endpoint) {
        return "127." + (1 + endpoint / 62_500) + "." + endpoint / 250 % 250 + "." + (1 + endpoint % 250);
    }

    /** The JobManager at a loopback address. */
    static int endpointAt(byte[] address) {
        return ((address[1] & 0xff) - 1) * 62_500 + (address[2] & 0xff) * 250 + (address[3] & 0xff) - 1;
    }

    /** When the first savepoint of a job is due. */
    Instant due(int job) {
        long turn = job * STRIDE % jobs;
        return start.plusSeconds(leadSeconds).plusMillis(turn * periodSeconds * 1000 / jobs);
    }

    Instant runningSince(int job) {
        return due(job).minusSeconds(periodSeconds);
    }

    /** When every job has been looked at several times, and none is due yet. */
    Instant idleSince() {
        return start.plusSeconds(leadSeconds * 4L / 5);
    }

    /** From when on each job has had its first savepoint, and all its code has run. */
    Instant windowBegin() {
        return start.plusSeconds(leadSeconds + periodSeconds);
    }

    /** Until when the second savepoints are due. */
    Instant windowEnd() {
        return windowBegin().plusSeconds(periodSeconds);
    }

    /** How long the JobManager takes for a savepoint of a job. */
    static Duration takes(int job) {
        return Duration.ofMillis(100 + job * 37L % 800);
    }
}
