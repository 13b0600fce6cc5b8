package io.savepoint.flink.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.OperationObservation;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Reading Flink's answers, each once. In this package for what is read by is seen nowhere else. */
@State(Scope.Benchmark)
public class AnswersBenchmark {
    private static final int JOBS = 1000;
    private static final String JOB = """
            {"jid":"%032x","name":"job number %d","jobType":"STREAMING","schedulerType":"Default","start-time":1795349398594,\
            "end-time":-1,"duration":1154,"state":"RUNNING","last-modification":1795349399719,"tasks":{"running":2,\
            "canceling":0,"canceled":0,"total":2,"created":0,"scheduled":0,"deploying":0,"reconciling":0,"finished":0,\
            "initializing":0,"failed":0},"pending-operators":0}""";

    private final JsonFactory jackson = new JsonFactory();
    private final byte[] thousandBytes = overview(JOBS);
    private final Answer one = answer(overview(1));
    private final Answer thousand = answer(thousandBytes);
    private final List<JobId> all =
            IntStream.range(0, JOBS).mapToObj(AnswersBenchmark::job).toList();
    private final Answer inProgress = answer("{\"status\":{\"id\":\"IN_PROGRESS\"},\"operation\":null}");
    private final Answer completed = answer(
            "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"location\":\"file:/savepoints/savepoint-eb314c-b675bfc191c1\"}}");

    private static JobId job(int number) {
        return JobId.of(String.format("%032x", number));
    }

    private static byte[] overview(int jobs) {
        return IntStream.range(0, jobs)
                .mapToObj(job -> JOB.formatted(job, job))
                .collect(Collectors.joining(",", "{\"jobs\":[", "]}"))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static Answer answer(String body) {
        return answer(body.getBytes(StandardCharsets.UTF_8));
    }

    private static Answer answer(byte[] body) {
        Call call = Call.get(
                ClusterId.of("default", "orders"),
                URI.create("http://jobmanager:8081"),
                "/jobs/overview",
                Duration.ofSeconds(10));
        return new Answer(call, 200, "application/json", body);
    }

    /** For comparison: Jackson alone, looking at nothing of it. */
    @Benchmark
    public int jacksonAloneThousandJobs() throws IOException {
        int tokens = 0;
        try (JsonParser parser = jackson.createParser(thousandBytes)) {
            while (parser.nextToken() != null) {
                tokens++;
            }
        }
        return tokens;
    }

    /** The only job of its JobManager. */
    @Benchmark
    public JobObservation overviewOfOneJob() {
        return Overview.read(one, List.of(job(0))).job(job(0));
    }

    /** One of a thousand jobs. */
    @Benchmark
    public JobObservation overviewOfThousandJobsForOne() {
        return Overview.read(thousand, all.subList(JOBS - 1, JOBS)).job(all.get(JOBS - 1));
    }

    /** All of a thousand jobs, from one answer. */
    @Benchmark
    public int overviewOfThousandJobsForAll() {
        Overview overview = Overview.read(thousand, all);
        int found = 0;
        for (JobId job : all) {
            found += overview.job(job) instanceof JobObservation.Found ? 1 : 0;
        }
        return found;
    }

    /** A savepoint that is in progress. */
    @Benchmark
    public OperationObservation operationInProgress() {
        return Answers.operation(inProgress);
    }

    /** A savepoint that is complete. */
    @Benchmark
    public OperationObservation operationCompleted() {
        return Answers.operation(completed);
    }
}
