package io.savepoint.flink.rest.fuzz;

import io.savepoint.flink.rest.CheckpointType;
import io.savepoint.flink.rest.DisposalFailedException;
import io.savepoint.flink.rest.FlinkRestTransport;
import io.savepoint.flink.rest.JarRunRequest;
import io.savepoint.flink.rest.Recording.Exchange;
import io.savepoint.flink.rest.SavepointFailedException;
import io.savepoint.flink.rest.SavepointOptions;
import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkException;
import io.savepoint.spi.FlinkLeaderElectionException;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.spi.UnknownJobException;
import io.savepoint.spi.UnknownOperationException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A method that reads an answer: its answers are those recorded for {@code questions}, each a method and a path. A new method is
 * one more line here.
 *
 * @param requests how many requests it makes at most, each of which may take as long as the configuration says
 * @param failures the exceptions that it is documented to fail with
 */
record Target(
        String name,
        List<Pattern> questions,
        int requests,
        Set<Class<? extends FlinkException>> failures,
        Asking asking) {
    static final String CONFIG = "GET /config";
    static final String TRIGGER = "POST /jobs/[^/]+/(savepoints|stop)";
    static final String STATUS = "GET /jobs/[^/]+/savepoints/[^/]+";
    static final String DISPOSAL = "POST /savepoint-disposal";
    static final String DISPOSAL_STATUS = "GET /savepoint-disposal/[^/]+";

    private static final String HISTORY = "GET /jobs/[^/]+(/checkpoints)?";
    private static final String PLACE = "file:///savepoints";
    private static final String JAR_ID = "7_job.jar";

    private static final Set<Class<? extends FlinkException>> NO_ANSWER =
            Set.of(FlinkUnreachableException.class, FlinkLeaderElectionException.class, FlinkAnswerException.class);

    static final List<Target> ALL = List.of(
            of("observeJob", "GET /jobs/overview", (flink, cluster, x) -> flink.observeJob(cluster, listed(x))),
            of(
                    "triggerSavepoint",
                    List.of(TRIGGER),
                    (flink, cluster, x) -> flink.triggerSavepoint(cluster, request(x)),
                    2,
                    FlinkRefusedException.class),
            of(
                    "stopWithSavepoint",
                    List.of(TRIGGER),
                    (flink, cluster, x) -> flink.stopWithSavepoint(cluster, request(x), false),
                    2,
                    FlinkRefusedException.class),
            of(
                    "observeOperation",
                    List.of(STATUS),
                    (flink, cluster, x) -> flink.observeOperation(cluster, job(x), trigger(x)),
                    2),
            of(
                    "cancelJob",
                    List.of("PATCH /jobs/[^/]+"),
                    (flink, cluster, x) -> flink.cancelJob(cluster, job(x)),
                    1,
                    FlinkRefusedException.class,
                    UnknownJobException.class),
            ofJob("savepointHistory", HISTORY, (flink, cluster, x) -> flink.savepointHistory(cluster, job(x))),
            ofJob("savepointsInProgress", HISTORY, (flink, cluster, x) -> flink.savepointsInProgress(cluster, job(x))),
            ofJob(
                    "statistics",
                    HISTORY,
                    (flink, cluster, x) -> flink.checkpoints().statistics(cluster, job(x))),
            ofJob(
                    "latestRetainedPath",
                    HISTORY,
                    (flink, cluster, x) -> flink.checkpoints().latestRetainedPath(cluster, job(x))),
            ofJob(
                    "failureCause",
                    "GET /jobs/[^/]+(/exceptions)?",
                    (flink, cluster, x) -> flink.failureCause(cluster, job(x))),
            of(
                    "triggerDisposal",
                    List.of(DISPOSAL),
                    (flink, cluster, x) -> flink.triggerDisposal(cluster, PLACE),
                    1,
                    FlinkRefusedException.class),
            of("observeDisposal", DISPOSAL_STATUS, (flink, cluster, x) -> flink.observeDisposal(cluster, trigger(x))),
            of(
                    "triggerCheckpoint",
                    List.of("POST /jobs/[^/]+/checkpoints"),
                    (flink, cluster, x) ->
                            flink.checkpoints().trigger(cluster, job(x), CheckpointType.FULL, trigger(x)),
                    2,
                    FlinkRefusedException.class),
            of(
                    "observeCheckpoint",
                    List.of("GET /jobs/[^/]+/checkpoints/[^/]+"),
                    (flink, cluster, x) -> flink.checkpoints().observe(cluster, job(x), trigger(x)),
                    2,
                    FlinkRefusedException.class),
            of("flinkVersion", CONFIG, (flink, cluster, x) -> flink.flinkVersion(cluster)),
            of("capabilities", CONFIG, (flink, cluster, x) -> flink.capabilities(cluster)),
            of(
                    "upload",
                    List.of("POST /jars/upload"),
                    (flink, cluster, x) -> flink.jars().upload(cluster, Fuzzer.JAR),
                    1,
                    FlinkRefusedException.class),
            of(
                    "list",
                    List.of("GET /jars"),
                    (flink, cluster, x) -> flink.jars().list(cluster),
                    1,
                    FlinkRefusedException.class),
            of(
                    "delete",
                    List.of("DELETE /jars/[^/]+"),
                    (flink, cluster, x) -> flink.jars().delete(cluster, JAR_ID),
                    1,
                    FlinkRefusedException.class),
            of(
                    "run",
                    List.of("POST /jars/[^/]+/run"),
                    (flink, cluster, x) -> flink.jars().run(cluster, JAR_ID, run(x)),
                    2,
                    FlinkRefusedException.class),
            of(
                    "takeSavepoint",
                    List.of(CONFIG, TRIGGER, STATUS),
                    (flink, cluster, x) -> flink.takeSavepoint(cluster, job(x), PLACE),
                    8,
                    FlinkRefusedException.class,
                    SavepointFailedException.class,
                    UnknownOperationException.class),
            of(
                    "stopJob",
                    List.of(CONFIG, TRIGGER, STATUS),
                    (flink, cluster, x) -> flink.stopJob(cluster, job(x), SavepointOptions.into(PLACE), true),
                    8,
                    FlinkRefusedException.class,
                    SavepointFailedException.class,
                    UnknownOperationException.class),
            of(
                    "disposeSavepoint",
                    List.of(DISPOSAL, DISPOSAL_STATUS),
                    (flink, cluster, x) -> flink.disposeSavepoint(cluster, PLACE),
                    8,
                    FlinkRefusedException.class,
                    DisposalFailedException.class,
                    UnknownOperationException.class));

    /** Asks for what was once answered like this. */
    interface Asking {
        CompletionStage<?> ask(FlinkRestTransport flink, ClusterId cluster, Exchange answered);
    }

    private static Target of(String name, String question, Asking asking) {
        return of(name, List.of(question), asking, 1);
    }

    private static Target ofJob(String name, String question, Asking asking) {
        return of(name, List.of(question), asking, 1, UnknownJobException.class);
    }

    @SafeVarargs
    private static Target of(
            String name, List<String> questions, Asking asking, int requests, Class<? extends FlinkException>... more) {
        Set<Class<? extends FlinkException>> failures = new HashSet<>(NO_ANSWER);
        failures.addAll(List.of(more));
        return new Target(name, questions.stream().map(Pattern::compile).toList(), requests, failures, asking);
    }

    /** The question that was answered so; another one if none was. */
    Pattern questionOf(Exchange recorded, RandomGenerator random) {
        return questions.stream()
                .filter(question -> question.matcher(asked(recorded)).matches())
                .findFirst()
                .orElseGet(() -> BodyMutation.any(questions, random));
    }

    private static String asked(Exchange recorded) {
        return recorded.method() + " " + recorded.url().replaceFirst("\\?.*", "");
    }

    boolean isAnsweredBy(Exchange recorded) {
        return questions.stream()
                .anyMatch(question -> question.matcher(asked(recorded)).matches());
    }

    private static SavepointRequest request(Exchange answered) {
        return new SavepointRequest(job(answered), trigger(answered), Optional.of(PLACE), SavepointFormat.CANONICAL);
    }

    private static JarRunRequest run(Exchange answered) {
        return JarRunRequest.builder()
                .jobId(JobId.of(hex("\"jobid\":\"(\\p{XDigit}{32})\"", answered.body())))
                .build();
    }

    private static JobId listed(Exchange answered) {
        return JobId.of(hex("\"jid\":\"(\\p{XDigit}{32})\"", answered.body()));
    }

    private static JobId job(Exchange answered) {
        return JobId.of(hex("/jobs/(\\p{XDigit}{32})", answered.url()));
    }

    private static TriggerId trigger(Exchange answered) {
        return TriggerId.of(hex(
                "(?:/savepoints/|/savepoint-disposal/|/checkpoints/|\"request-id\":\")(\\p{XDigit}{32})",
                answered.url() + answered.body()));
    }

    private static String hex(String pattern, String text) {
        Matcher found = Pattern.compile(pattern).matcher(text);
        return found.find() ? found.group(1) : "ab".repeat(16);
    }
}
