package io.savepoint.flink.rest;

import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobObservation.Found;
import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkLeaderElectionException;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.testing.ManualScheduler;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who shares a question for an overview with whom, and what each of them is told. */
@Timeout(120)
class OverviewsTest {
    private static final URI ENDPOINT = URI.create("http://jobmanager:8081");
    private static final ClusterId ORDERS = ClusterId.of("default", "orders");
    private static final ClusterId BILLS = ClusterId.of("default", "bills");
    private static final JobId JOB = JobId.of("ab".repeat(16));
    private static final JobId ANOTHER = JobId.of("cd".repeat(16));

    private final List<Question> questions = new CopyOnWriteArrayList<>();
    private final ManualScheduler time = new ManualScheduler();
    private final Overviews overviews = overviews(Duration.ofSeconds(60));

    private record Question(Call call, CompletableFuture<Answer> answer) {
        void answer(int status, String body) {
            answer.complete(new Answer(call, status, "application/json", body.getBytes(StandardCharsets.UTF_8)));
        }

        void answerJobs(String... jobs) {
            answer(200, "{\"jobs\":[" + String.join(",", jobs) + "]}");
        }
    }

    private Overviews overviews(Duration timeout) {
        return new Overviews(
                call -> {
                    Question question = new Question(call, new CompletableFuture<>());
                    questions.add(question);
                    return question.answer;
                },
                timeout,
                time);
    }

    private static String job(JobId id, String state, long start) {
        return "{\"jid\":\"" + id + "\",\"name\":\"x\",\"state\":\"" + state + "\",\"start-time\":" + start + "}";
    }

    private CompletableFuture<JobObservation> ask(ClusterId cluster, JobId job) {
        return overviews.ask(cluster, ENDPOINT, job);
    }

    private static long startOf(CompletableFuture<JobObservation> asked) {
        return ((Found) answer(asked)).startTime().toEpochMilli();
    }

    @Test
    void thoseWhoAskMeanwhileShareTheNextQuestion() {
        CompletableFuture<JobObservation> first = ask(ORDERS, JOB);
        CompletableFuture<JobObservation> second = ask(ORDERS, JOB);
        CompletableFuture<JobObservation> third = ask(BILLS, ANOTHER);
        CompletableFuture<JobObservation> fourth = ask(BILLS, JobId.of("ef".repeat(16)));
        assertThat(questions).hasSize(1);

        questions.get(0).answerJobs(job(JOB, "RUNNING", 1), job(ANOTHER, "RUNNING", 1));
        assertThat(startOf(first)).isEqualTo(1);
        assertThat(List.of(second, third, fourth))
                .as("asked after the question was sent")
                .noneMatch(CompletableFuture::isDone);
        assertThat(questions).hasSize(2);

        questions.get(1).answerJobs(job(ANOTHER, "FAILED", 3), job(JOB, "RUNNING", 2));
        assertThat(startOf(second)).isEqualTo(2);
        assertThat(startOf(third)).isEqualTo(3);
        assertThat(answer(fourth)).isEqualTo(new JobObservation.NotFound());
        assertThat(questions).as("nobody asks any more").hasSize(2);

        ask(ORDERS, JOB);
        assertThat(questions).hasSize(3);
    }

    @Test
    void endpointsHaveNothingToDoWithEachOther() {
        ask(ORDERS, JOB);
        overviews.ask(BILLS, URI.create("http://other:8081"), JOB);
        assertThat(questions).hasSize(2);
    }

    @Test
    void aFailureIsToldToEachOfHisOwnCluster() {
        ask(ORDERS, JOB);
        CompletableFuture<JobObservation> orders = ask(ORDERS, JOB);
        CompletableFuture<JobObservation> bills = ask(BILLS, ANOTHER);
        questions.get(0).answerJobs();
        Call call = questions.get(1).call;
        questions.get(1).answer.completeExceptionally(new FlinkUnreachableException(call + " broke off"));

        assertThat(failure(orders))
                .isInstanceOf(FlinkUnreachableException.class)
                .hasMessage("Flink cluster default/orders: GET /jobs/overview at " + ENDPOINT + " broke off");
        assertThat(failure(bills))
                .isInstanceOf(FlinkUnreachableException.class)
                .hasMessage("Flink cluster default/bills: GET /jobs/overview at " + ENDPOINT + " broke off");
    }

    @Test
    void anAnswerThatIsNoneIsToldToEachOfHisOwnCluster() {
        ask(ORDERS, JOB);
        List<CompletableFuture<JobObservation>> asked = List.of(ask(ORDERS, JOB), ask(BILLS, JOB));
        questions.get(0).answerJobs();
        questions.get(1).answer(503, "{\"errors\":[\"ongoing leader election\"]}");
        assertThat(failure(asked.get(0)))
                .isInstanceOf(FlinkLeaderElectionException.class)
                .hasMessageContaining("default/orders");
        assertThat(failure(asked.get(1)))
                .isInstanceOf(FlinkLeaderElectionException.class)
                .hasMessageContaining("default/bills");

        ask(ORDERS, JOB);
        CompletableFuture<JobObservation> bills = ask(BILLS, JOB);
        questions.get(2).answerJobs();
        questions.get(3).answer(200, "{\"jobs\":[");
        assertThat(failure(bills)).isInstanceOf(FlinkAnswerException.class).hasMessageContaining("default/bills");
    }

    @Test
    void aJobOfAnUnknownFormFailsWhoAskedForItAlone() {
        ask(ORDERS, JOB);
        CompletableFuture<JobObservation> orders = ask(ORDERS, JOB);
        CompletableFuture<JobObservation> bills = ask(BILLS, ANOTHER);
        questions.get(0).answerJobs();
        questions.get(1).answerJobs(job(JOB, "RUNNING", 7), job(ANOTHER, "SLEEPING", 7));
        assertThat(startOf(orders)).isEqualTo(7);
        assertThat(failure(bills))
                .isInstanceOf(FlinkAnswerException.class)
                .hasMessageContainingAll("default/bills", "SLEEPING");
    }

    @Test
    void anIdThatRunsAgainIsTheRunThatLives() {
        CompletableFuture<JobObservation> asked = ask(ORDERS, JOB);
        questions.get(0).answerJobs(job(JOB, "CANCELED", 1), job(JOB, "RUNNING", 2), job(JOB, "FAILED", 3));
        assertThat(startOf(asked)).isEqualTo(2);
    }

    @Test
    void whoWaitsForTheNextQuestionWaitsNoLongerThanHeWould() {
        Overviews hasty = overviews(Duration.ofMillis(200));
        hasty.ask(ORDERS, ENDPOINT, JOB);
        CompletableFuture<JobObservation> late = hasty.ask(BILLS, ENDPOINT, JOB);
        assertThat(failure(late))
                .isInstanceOf(FlinkUnreachableException.class)
                .hasMessageContainingAll("default/bills", "was not answered within 0.2 s");
        questions.get(0).answerJobs();
        assertThat(questions).as("nobody waits for the next one any more").hasSize(1);
        hasty.ask(ORDERS, ENDPOINT, JOB);
        assertThat(questions).hasSize(2);
    }

    /** Else one question would follow the other, and a JobManager of many jobs had nothing else to do. */
    @ParameterizedTest(name = "{0} bytes: {1} ms")
    @CsvSource({"100000,100", "300000,250"})
    void anEndpointOfManyJobsRestsBetweenQuestions(int bytes, long rest) {
        CompletableFuture<JobObservation> first = ask(ORDERS, JOB);
        questions.get(0).answerJobs(job(JOB, "RUNNING", 1), "{\"jid\":\"x\",\"name\":\"" + "y".repeat(bytes) + "\"}");
        assertThat(startOf(first)).as("told at once").isEqualTo(1);
        CompletableFuture<JobObservation> afterwards = ask(BILLS, JOB);
        assertRests(Duration.ofMillis(rest));
        questions.get(1).answerJobs(job(JOB, "RUNNING", 5));
        assertThat(startOf(afterwards)).isEqualTo(5);
    }

    private void assertRests(Duration rest) {
        time.advance(rest.minusMillis(1));
        assertThat(questions).hasSize(1);
        time.advance(Duration.ofMillis(1));
        assertThat(questions).hasSize(2);
    }

    /** Its jobs may be too many for the bound, or for the time. */
    @Test
    void anEndpointWithoutAnAnswerRestsLongest() {
        CompletableFuture<JobObservation> first = ask(ORDERS, JOB);
        questions.get(0).answer.completeExceptionally(new FlinkAnswerException("too much"));
        assertThat(failure(first)).hasMessage("too much");
        ask(BILLS, JOB);
        assertRests(Duration.ofMillis(250));
    }

    @Test
    void aSenderThatThrowsHoldsUpNobody() {
        AtomicInteger calls = new AtomicInteger();
        Function<Call, CompletableFuture<Answer>> throwing = call -> {
            if (calls.incrementAndGet() == 1) {
                throw new StackOverflowError();
            }
            return CompletableFuture.completedFuture(
                    new Answer(call, 200, "", "{\"jobs\":[]}".getBytes(StandardCharsets.UTF_8)));
        };
        Overviews again = new Overviews(throwing, Duration.ofSeconds(60), SystemScheduler.INSTANCE);
        assertThat(failure(again.ask(ORDERS, ENDPOINT, JOB))).isInstanceOf(StackOverflowError.class);
        assertThat(answer(again.ask(ORDERS, ENDPOINT, JOB))).isEqualTo(new JobObservation.NotFound());
    }

    /** Whoever asks after something happened hears of it, however many ask at once. */
    @Test
    void nobodyGetsAnAnswerFromBeforeHeAsked() throws Exception {
        AtomicLong present = new AtomicLong();
        AtomicInteger asked = new AtomicInteger();
        ExecutorService flink = Executors.newFixedThreadPool(2);
        ExecutorService users = Executors.newFixedThreadPool(6);
        try {
            Overviews shared = new Overviews(
                    call -> {
                        asked.incrementAndGet();
                        // What Flink answers is the state at any time between the question and the answer.
                        String job = job(JOB, "RUNNING", present.get());
                        return CompletableFuture.supplyAsync(
                                () -> {
                                    Thread.yield();
                                    byte[] body = ("{\"jobs\":[" + job + "]}").getBytes(StandardCharsets.UTF_8);
                                    return new Answer(call, 200, "application/json", body);
                                },
                                flink);
                    },
                    Duration.ofSeconds(60),
                    SystemScheduler.INSTANCE);
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int user = 0; user < 6; user++) {
                all.add(CompletableFuture.runAsync(
                        () -> {
                            for (int i = 0; i < 1000; i++) {
                                long known = present.incrementAndGet();
                                assertThat(startOf(shared.ask(ORDERS, ENDPOINT, JOB)))
                                        .isGreaterThanOrEqualTo(known);
                            }
                        },
                        users));
            }
            CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)).get();
            assertThat(asked.get()).as("questions for 6000 looks").isBetween(1000, 5999);
        } finally {
            users.shutdownNow();
            flink.shutdownNow();
        }
    }
}
