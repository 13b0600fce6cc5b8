package io.savepoint.examples.walkthrough;

import io.savepoint.model.JobId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** What a user does who by-passes the SDK with {@code curl}. */
final class PlainRest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private PlainRest() {}

    /** {@return what Flink says of the state of a job, such as {@code {"status":"RUNNING"}}} */
    static String status(URI flink, JobId job) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(flink.resolve("/jobs/" + job + "/status"))
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    static void triggerSavepoint(URI flink, JobId job, String directory) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(flink.resolve("/jobs/" + job + "/savepoints"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"target-directory\": \"" + directory + "\"}"))
                .build();
        HttpResponse<String> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 202) {
            throw new IOException("Flink answered " + answer.statusCode() + ": " + answer.body());
        }
        System.out.println("plain REST: " + answer.body());
    }
}
