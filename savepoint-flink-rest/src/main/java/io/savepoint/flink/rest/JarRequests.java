package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobSpec;
import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkException;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.JobLauncher.Outcome;
import io.savepoint.spi.LaunchRequest;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The requests about jars: to upload one, and to run it. */
final class JarRequests {
    /** Whose failures are the cluster's; those of other packages come out of the program. */
    private static final List<String> RUNTIME = List.of("org.apache.flink.", "org.apache.pekko.", "akka.");

    /** What goes wrong on the way to a submission rather than because of it; another try may go well. */
    private static final Set<String> PASSING = Set.of(
            "AskTimeoutException",
            "FencingTokenException",
            "LeaderRetrievalException",
            "RecipientUnreachableException",
            "RpcConnectionException",
            "UnavailableDispatcherOperationException");

    private final Function<Call, CompletableFuture<Answer>> sender;
    private final Duration timeout;
    private final JarFiles files;

    JarRequests(Function<Call, CompletableFuture<Answer>> sender, Duration timeout) {
        this.sender = sender;
        this.timeout = timeout;
        this.files = new JarFiles(timeout);
    }

    /** Flink does not have the jar (any more); never leaves this package. */
    static final class NoSuchJarException extends FlinkException {
        private static final long serialVersionUID = 1L;

        NoSuchJarException(String message) {
            super(message);
        }
    }

    CompletableFuture<JarFiles.Content> content(ClusterId cluster, String jarFile) {
        return files.off(cluster, jarFile, () -> JarFiles.content(cluster, jarFile));
    }

    CompletableFuture<String> upload(ClusterId cluster, URI endpoint, Path jar) {
        return files.off(cluster, jar.toString(), () -> uploadCall(cluster, endpoint, jar))
                .thenCompose(sender)
                .thenApply(Answers::jarId);
    }

    private Call uploadCall(ClusterId cluster, URI endpoint, Path jar) {
        String name = String.valueOf(jar.getFileName());
        if (!name.toLowerCase(Locale.ROOT).endsWith(".jar")) {
            throw new FlinkRefusedException(
                    "Flink cluster " + cluster + ": '" + jar + "' is not a jar: its name must end in .jar");
        }
        // A new one each time: a fixed one could occur in a jar that has this very class in it.
        String boundary = "savepoint-" + UUID.randomUUID();
        String head = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\""
                + name.replaceAll("[\\p{Cntrl}\"\\\\/]", "_")
                + "\"\r\nContent-Type: application/x-java-archive\r\n\r\n";
        String tail = "\r\n--" + boundary + "--\r\n";
        try {
            return new Call(
                    cluster,
                    endpoint,
                    "POST",
                    "/jars/upload",
                    "",
                    Optional.of("multipart/form-data; boundary=" + boundary),
                    BodyPublishers.concat(
                            BodyPublishers.ofString(head), BodyPublishers.ofFile(jar), BodyPublishers.ofString(tail)),
                    timeout);
        } catch (IOException e) {
            throw JarFiles.unreadable(cluster, jar, e);
        }
    }

    CompletableFuture<Outcome> run(ClusterId cluster, URI endpoint, String jarId, LaunchRequest request) {
        if (!canBeJarId(jarId)) {
            return CompletableFuture.failedFuture(new FlinkRefusedException("Flink cluster " + cluster + ": '" + jarId
                    + "' is not the id of a jar; give the one that the upload gave"));
        }
        return sender.apply(Call.post(cluster, endpoint, path(jarId) + "/run", body(request), timeout))
                .thenApply(answer -> outcome(answer, request));
    }

    /** Deletes a jar if that can be done: nothing depends on it. */
    void delete(ClusterId cluster, URI endpoint, String jarId) {
        Call call = Call.delete(cluster, endpoint, path(jarId), timeout);
        Futures.whenDone(sender.apply(call), answer -> {}, thrown -> {});
    }

    /** Whether it is a name in a path: these are not, encoded or not. */
    static boolean canBeJarId(String jarId) {
        return !Set.of("", ".", "..").contains(jarId);
    }

    private static String path(String jarId) {
        return "/jars/" + URLEncoder.encode(jarId, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static Map<String, Object> body(LaunchRequest request) {
        JobSpec spec = request.spec();
        Map<String, Object> body = new LinkedHashMap<>();
        spec.className().ifPresent(name -> body.put("entryClass", name));
        if (!spec.args().isEmpty()) {
            body.put("programArgsList", spec.args());
        }
        spec.parallelism().ifPresent(parallelism -> body.put("parallelism", parallelism));
        body.put("jobId", request.jobId().hex());
        request.fromSavepoint().ifPresent(savepoint -> body.put("savepointPath", savepoint));
        body.put("allowNonRestoredState", request.allowNonRestoredState());
        return body;
    }

    private static Outcome outcome(Answer answer, LaunchRequest request) {
        if (!answer.isOk()) {
            return failure(answer);
        }
        String jobId = Answers.jobId(answer);
        if (!jobId.equals(request.jobId().hex())) {
            throw new FlinkAnswerException(answer.call() + " was asked to run job " + request.jobId()
                    + " and says that it runs '" + Trace.shorten(jobId, 80) + "'; look at the cluster's jobs");
        }
        return Outcome.SUBMITTED;
    }

    private static boolean isDuplicate(String type) {
        return type.startsWith("org.apache.flink.")
                && Trace.simpleName(type).startsWith("Duplicate")
                && type.endsWith("SubmissionException");
    }

    private static boolean isPassing(String type) {
        return type.equals("java.util.concurrent.TimeoutException")
                || (RUNTIME.stream().anyMatch(type::startsWith) && PASSING.contains(Trace.simpleName(type)));
    }

    private static Outcome failure(Answer answer) {
        Trace reason = answer.reason().orElseThrow(answer::failure);
        if (answer.status() == 400) {
            if (reason.hasType(JarRequests::isDuplicate)) {
                return Outcome.ALREADY_SUBMITTED;
            }
            if (reason.hasType(JarRequests::isPassing)) {
                throw new FlinkAnswerException(answer.call() + " was answered with HTTP 400 (" + reason.condensed()
                        + "); the job may or may not have been submitted");
            }
        }
        if (answer.status() == 500 && reason.says("Jar file ") && reason.says(" does not exist")) {
            throw new NoSuchJarException(answer.call() + ": " + reason.condensed());
        }
        if (answer.status() == 500
                && reason.hasType("org.apache.flink.client.program.ProgramInvocationException"::equals)) {
            throw answer.refused(reason.condensed());
        }
        throw answer.failure();
    }
}
