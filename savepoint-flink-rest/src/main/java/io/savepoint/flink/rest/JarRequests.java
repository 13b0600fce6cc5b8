package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkException;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.JobLauncher.Outcome;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** The requests that change something about jars: to upload one, to run it, and to delete it. */
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

    private final FlinkRequests requests;
    private final Duration timeout;
    private final JarFiles files;

    JarRequests(FlinkRequests requests, Duration timeout) {
        this.requests = requests;
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
                .thenCompose(requests::send)
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

    CompletableFuture<Outcome> run(ClusterId cluster, URI endpoint, String jarId, JarRunRequest request) {
        if (!canBeJarId(jarId)) {
            return noJarId(cluster, jarId);
        }
        String path = path(jarId) + "/run";
        CompletableFuture<Answer> sent = request.isForAnyVersion()
                ? requests.send(Call.post(cluster, endpoint, path, request.body(), timeout))
                : requests.send(cluster, endpoint, request::isFor, version -> {
                    Call call = Call.post(cluster, endpoint, path, request.bodyFor(version), timeout);
                    if (!request.isFor(version)) {
                        throw tooOld(call, request, version);
                    }
                    return call;
                });
        return sent.thenApply(answer -> outcome(answer, request.jobId()));
    }

    private static FlinkRefusedException tooOld(Call call, JarRunRequest request, FlinkVersion version) {
        return request.claimMode().isPresent() && !version.takesClaimMode()
                ? FlinkRequests.tooOld(
                        call,
                        "claimMode " + request.claimMode().get(),
                        "1.15",
                        version,
                        "leave it out: the savepoint stays the user's")
                : FlinkRequests.tooOld(
                        call,
                        "flinkConfiguration",
                        "1.17",
                        version,
                        "leave it out, and set it in the cluster's configuration or in the program");
    }

    private static <T> CompletableFuture<T> noJarId(ClusterId cluster, String jarId) {
        return CompletableFuture.failedFuture(new FlinkRefusedException("Flink cluster " + cluster + ": '" + jarId
                + "' is not the id of a jar; give the one that the upload gave"));
    }

    /** Deletes a jar; one that is not there counts. */
    CompletableFuture<Void> delete(ClusterId cluster, URI endpoint, String jarId) {
        if (!canBeJarId(jarId)) {
            return noJarId(cluster, jarId);
        }
        return requests.send(Call.delete(cluster, endpoint, path(jarId), requests.timeout()))
                .thenAccept(answer -> {
                    boolean gone = answer.status() == 400
                            && answer.reason()
                                    .filter(reason -> reason.says("does not exist in "))
                                    .isPresent();
                    if (!gone) {
                        Answers.accepted(answer);
                    }
                });
    }

    /** Whether it is a name in a path: these are not, encoded or not. */
    static boolean canBeJarId(String jarId) {
        return !Set.of("", ".", "..").contains(jarId);
    }

    private static String path(String jarId) {
        return "/jars/" + URLEncoder.encode(jarId, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static Outcome outcome(Answer answer, JobId job) {
        if (!answer.isOk()) {
            return failure(answer);
        }
        String jobId = Answers.jobId(answer);
        if (!jobId.equals(job.hex())) {
            throw new FlinkAnswerException(answer.call() + " was asked to run job " + job + " and says that it runs '"
                    + Trace.shorten(jobId, 80) + "'; look at the cluster's jobs");
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
