package io.savepoint.examples.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Flink's REST API without anything of the SDK, so that tests of the cluster test nothing else. */
public final class PlainFlinkRest {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final URI base;

    public PlainFlinkRest(URI base) {
        this.base = base;
    }

    /** An answer, whatever its status. */
    public record Answer(int status, JsonNode body) {}

    /** An operation that has ended: with a location or with a failure. */
    public record Savepoint(String location, String failure) {}

    public String version() throws IOException, InterruptedException {
        return get("/config").body().path("flink-version").asText();
    }

    public String upload(Path jar) throws IOException, InterruptedException {
        String boundary = "a-boundary-that-no-jar-has";
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(("--" + boundary + "\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\""
                        + jar.getFileName() + "\"\r\nContent-Type: application/x-java-archive\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        body.writeBytes(Files.readAllBytes(jar));
        body.writeBytes(("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8));
        Answer answer = send(request("/jars/upload")
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(BodyPublishers.ofByteArray(body.toByteArray())));
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return Path.of(answer.body().path("filename").asText()).getFileName().toString();
    }

    public Answer tryRun(String jarId, List<String> args, String savepoint, boolean allowNonRestoredState)
            throws IOException, InterruptedException {
        ObjectNode body = JSON.createObjectNode();
        body.put("entryClass", "io.savepoint.examples.job.CounterJob");
        args.forEach(body.putArray("programArgsList")::add);
        if (savepoint != null) {
            body.put("savepointPath", savepoint);
            body.put("allowNonRestoredState", allowNonRestoredState);
        }
        return post("/jars/" + jarId + "/run", body);
    }

    public String run(String jarId, List<String> args, String savepoint) throws IOException, InterruptedException {
        Answer answer = tryRun(jarId, args, savepoint, false);
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return answer.body().path("jobid").asText();
    }

    public String triggerSavepoint(String jobId, Path directory) throws IOException, InterruptedException {
        ObjectNode body = JSON.createObjectNode();
        body.put("target-directory", directory.toUri().toString());
        Answer answer = post("/jobs/" + jobId + "/savepoints", body);
        assertThat(answer.status()).as("%s", answer).isEqualTo(202);
        return answer.body().path("request-id").asText();
    }

    public Optional<Savepoint> savepoint(String jobId, String triggerId) throws IOException, InterruptedException {
        Answer answer = get("/jobs/" + jobId + "/savepoints/" + triggerId);
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        if (!answer.body().at("/status/id").asText().equals("COMPLETED")) {
            return Optional.empty();
        }
        JsonNode operation = answer.body().path("operation");
        return Optional.of(new Savepoint(
                operation.path("location").asText(null),
                operation.at("/failure-cause/stack-trace").asText(null)));
    }

    public Savepoint takeSavepoint(String jobId, Path directory) throws Exception {
        String triggerId = triggerSavepoint(jobId, directory);
        return Await.answer("savepoint " + triggerId, TIMEOUT, () -> savepoint(jobId, triggerId));
    }

    /** Takes a checkpoint, of which the caller knows that the job is not about to take one by itself. */
    public void takeCheckpoint(String jobId) throws Exception {
        ObjectNode body = JSON.createObjectNode();
        body.put("checkpointType", "FULL");
        Answer answer = post("/jobs/" + jobId + "/checkpoints", body);
        assertThat(answer.status()).as("%s", answer).isEqualTo(202);
        String status = "/jobs/" + jobId + "/checkpoints/"
                + answer.body().path("request-id").asText();
        JsonNode done = Await.answer(
                "the checkpoint of " + jobId,
                TIMEOUT,
                () -> Optional.of(get(status).body())
                        .filter(seen -> seen.at("/status/id").asText().equals("COMPLETED")));
        assertThat(done.at("/operation/failure-cause").isMissingNode()
                        || done.at("/operation/failure-cause").isNull())
                .as("%s", done)
                .isTrue();
    }

    /** Until all tasks run; a job is said to run a little earlier, and refuses savepoints then. */
    public void awaitRunning(String jobId) throws Exception {
        Await.answer("all tasks of job " + jobId + " to run", TIMEOUT, () -> {
            for (JsonNode job : get("/jobs/overview").body().path("jobs")) {
                if (job.path("jid").asText().equals(jobId)) {
                    String state = job.path("state").asText();
                    assertThat(state).isNotIn("FAILED", "CANCELED");
                    boolean done = state.equals("FINISHED")
                            || (job.at("/tasks/running").asInt()
                                    == job.at("/tasks/total").asInt());
                    return Optional.of(state).filter(any -> done);
                }
            }
            return Optional.empty();
        });
    }

    public void awaitState(String jobId, String state) throws Exception {
        Await.answer(
                "job " + jobId + " to be " + state,
                TIMEOUT,
                () -> Optional.of(state(jobId)).filter(state::equals));
    }

    public String state(String jobId) throws IOException, InterruptedException {
        return get("/jobs/" + jobId + "/status").body().path("status").asText();
    }

    /** {@return the state of every job that the JobManager knows, by id} */
    public Map<String, String> states() throws IOException, InterruptedException {
        Map<String, String> states = new TreeMap<>();
        for (JsonNode job : get("/jobs/overview").body().path("jobs")) {
            states.put(job.path("jid").asText(), job.path("state").asText());
        }
        return states;
    }

    public void cancel(String jobId) throws Exception {
        askToCancel(jobId);
        awaitState(jobId, "CANCELED");
    }

    /** Doesn't wait; does nothing to a job that has ended. */
    public void askToCancel(String jobId) throws IOException, InterruptedException {
        send(request("/jobs/" + jobId + "?mode=cancel").method("PATCH", BodyPublishers.noBody()));
    }

    public Answer get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    private Answer post(String path, JsonNode body) throws IOException, InterruptedException {
        return send(request(path).POST(BodyPublishers.ofString(body.toString())));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(TIMEOUT);
    }

    private static Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = CLIENT.send(request.build(), BodyHandlers.ofString());
        return new Answer(response.statusCode(), JSON.readTree(response.body()));
    }
}
