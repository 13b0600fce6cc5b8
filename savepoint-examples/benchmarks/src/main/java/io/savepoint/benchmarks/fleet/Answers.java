package io.savepoint.benchmarks.fleet;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What the JobManagers of a fleet answer, in the words of a recorded Flink 2.3.0. Not safe for use by several threads. */
final class Answers {
    private static final String CONFIG = """
            {"refresh-interval":3000,"timezone-name":"Coordinated Universal Time","timezone-offset":0,"flink-version":\
            "2.3.0","flink-revision":"c0f8d1a @ 2026-06-14T16:29:03+02:00","features":{"web-submit":true,"web-cancel":true,\
            "web-rescale":false,"web-history":false}}""";

    private static final String JOB = """
            {"jid":"%s","name":"fleet job number %d","jobType":"STREAMING","schedulerType":"Default","start-time":%d,\
            "end-time":-1,"duration":1154,"state":"RUNNING","last-modification":1795349399719,"tasks":{"running":2,\
            "canceling":0,"canceled":0,"total":2,"created":0,"scheduled":0,"deploying":0,"reconciling":0,"finished":0,\
            "initializing":0,"failed":0},"pending-operators":0}""";

    private static final String SAVEPOINT = """
            {"className":"completed","id":14,"status":"COMPLETED","is_savepoint":true,"savepointFormat":"CANONICAL",\
            "trigger_timestamp":%d,"latest_ack_timestamp":1795349401513,"checkpointed_size":1781,"state_size":1781,\
            "end_to_end_duration":37,"alignment_buffered":0,"processed_data":0,"persisted_data":0,"num_subtasks":2,\
            "num_acknowledged_subtasks":2,"checkpoint_type":"SAVEPOINT","tasks":{},"external_path":"%s","discarded":false}""";

    private static final String SUMMARY =
            "{\"min\":26,\"max\":181,\"avg\":54,\"p50\":37.0,\"p90\":159.8,\"p95\":181.0,\"p99\":181.0,\"p999\":181.0}";

    private final FleetPlan plan;
    private final List<List<Integer>> jobs = new ArrayList<>();
    private final Map<Integer, byte[]> overviews = new HashMap<>();
    private final Map<String, Long> begun = new HashMap<>();
    private final Map<Integer, String> last = new HashMap<>();

    Answers(FleetPlan plan) {
        this.plan = plan;
        for (int endpoint = 0; endpoint < plan.endpoints(); endpoint++) {
            jobs.add(new ArrayList<>());
        }
        for (int job = 0; job < plan.jobs(); job++) {
            jobs.get(plan.endpoint(job)).add(job);
        }
    }

    byte[] answer(int endpoint, String method, String path, String body) {
        String[] parts = path.split("/", -1);
        if (path.equals("/config")) {
            return http("200 OK", CONFIG);
        }
        if (path.equals("/jobs/overview")) {
            return overviews.computeIfAbsent(endpoint, this::overview);
        }
        int job = FleetPlan.jobOf(parts[2]);
        if (method.equals("POST")) {
            String id = body.replaceAll(".*\"triggerId\":\"(.*?)\".*", "$1");
            begun.putIfAbsent(parts[2] + id, System.nanoTime());
            last.put(job, id);
            return http("202 Accepted", "{\"request-id\":\"" + id + "\"}");
        }
        return parts[3].equals("savepoints") ? operation(job, parts[2], parts[4]) : history(job);
    }

    private byte[] overview(int endpoint) {
        return http(
                "200 OK",
                jobs.get(endpoint).stream()
                        .map(job -> JOB.formatted(
                                FleetPlan.jobId(job),
                                job,
                                plan.runningSince(job).toEpochMilli()))
                        .collect(Collectors.joining(",", "{\"jobs\":[", "]}")));
    }

    private byte[] operation(int job, String jobId, String trigger) {
        Long since = begun.get(jobId + trigger);
        if (since == null) {
            return http(
                    "404 Not Found",
                    "{\"errors\":[\"org.apache.flink.runtime.rest.handler.RestHandlerException: There is no savepoint"
                            + " operation with triggerId=" + trigger + " for job " + jobId + ".\"]}");
        }
        boolean over = System.nanoTime() - since >= FleetPlan.takes(job).toNanos();
        return http(
                "200 OK",
                over
                        ? "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"location\":\"" + location(job, trigger)
                                + "\"}}"
                        : "{\"status\":{\"id\":\"IN_PROGRESS\"},\"operation\":null}");
    }

    private static String location(int job, String trigger) {
        return "file:/savepoints/" + job + "/savepoint-"
                + FleetPlan.jobId(job).hex().substring(26) + "-" + trigger.substring(0, 12);
    }

    private byte[] history(int job) {
        String savepoint =
                SAVEPOINT.formatted(System.currentTimeMillis(), location(job, last.getOrDefault(job, "none12345678")));
        return http(
                "200 OK",
                "{\"counts\":{\"restored\":0,\"total\":15,\"in_progress\":0,\"completed\":11,\"failed\":4},\"summary\":{"
                        + "\"checkpointed_size\":" + SUMMARY + ",\"state_size\":" + SUMMARY
                        + ",\"end_to_end_duration\":" + SUMMARY
                        + "},\"latest\":{\"completed\":null,\"savepoint\":" + savepoint
                        + ",\"failed\":null,\"restored\":null},\"history\":[" + savepoint + "]}");
    }

    private static byte[] http(String status, String body) {
        return ("HTTP/1.1 " + status
                        + "\r\ncontent-type: application/json; charset=UTF-8\r\naccess-control-allow-origin: *\r\n"
                        + "connection: keep-alive\r\ncontent-length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
