package io.savepoint.flink.rest;

import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.savepoint.testing.ManualScheduler;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many requests are under way to one endpoint, and what becomes of the others. */
@Timeout(120)
class BulkheadTest {
    private static final URI ENDPOINT = URI.create("http://jobmanager:8081");
    private static final URI OTHER = URI.create("http://other:8081");
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final ManualScheduler scheduler = new ManualScheduler();
    private final List<Sent> sent = new CopyOnWriteArrayList<>();
    private final Bulkhead bulkhead = bulkhead(2, TIMEOUT, this::take);

    private record Sent(Call call, CompletableFuture<Answer> answer) {
        void end() {
            answer.complete(new Answer(call, 200, "application/json", new byte[0]));
        }
    }

    private CompletableFuture<Answer> take(Call call) {
        Sent one = new Sent(call, new CompletableFuture<>());
        sent.add(one);
        return one.answer;
    }

    private Bulkhead bulkhead(int places, Duration timeout, Function<Call, CompletableFuture<Answer>> sender) {
        FlinkRestConfig config = FlinkRestConfig.builder()
                .maxRequestsPerEndpoint(places)
                .requestTimeout(timeout)
                .scheduler(scheduler)
                .build();
        return new Bulkhead(sender, config);
    }

    private static Call call(URI endpoint, String path) {
        return Call.get(CLUSTER, endpoint, path, TIMEOUT);
    }

    private CompletableFuture<Answer> send(String path) {
        return bulkhead.send(call(ENDPOINT, path));
    }

    private List<String> paths() {
        return sent.stream().map(one -> one.call.path()).toList();
    }

    @Test
    void whatFindsNoPlaceIsSentInTurnWhenOneIsFree() {
        List<CompletableFuture<Answer>> all =
                IntStream.range(0, 5).mapToObj(i -> send("/" + i)).toList();
        assertThat(paths()).containsExactly("/0", "/1");

        sent.get(1).end();
        await().until(() -> sent.size() == 3);
        assertThat(paths()).containsExactly("/0", "/1", "/2");
        sent.get(2).answer.completeExceptionally(new IllegalStateException("broken off"));
        await().until(() -> sent.size() == 4);
        sent.get(0).end();
        await().until(() -> sent.size() == 5);
        assertThat(paths()).containsExactly("/0", "/1", "/2", "/3", "/4");
        sent.get(3).end();
        sent.get(4).end();
        assertThat(failure(all.get(2))).isInstanceOf(IllegalStateException.class);
        assertThat(List.of(0, 1, 3, 4))
                .allSatisfy(i -> assertThat(answer(all.get(i)).call().path()).isEqualTo("/" + i));
    }

    @Test
    void theTimeOfWaitingIsPartOfTheCallsOwn() {
        send("/0");
        send("/1");
        send("/2");
        scheduler.advance(Duration.ofSeconds(13));
        sent.get(0).end();
        await().until(() -> sent.size() == 3);
        assertThat(sent.get(1).call.timeout()).isEqualTo(TIMEOUT);
        assertThat(sent.get(2).call.timeout()).isEqualTo(Duration.ofSeconds(47));
    }

    @Test
    void whatIsNotSentInItsTimeNeverIsAndSaysSo() {
        Bulkhead hasty = bulkhead(1, Duration.ofMillis(200), this::take);
        hasty.send(call(ENDPOINT, "/0"));
        // Longer than a request may take to arrive is waited for no call.
        Throwable late = failure(hasty.send(call(ENDPOINT, "/late")));
        assertThat(late)
                .isInstanceOf(NotSentException.class)
                .hasMessageContainingAll(
                        CLUSTER.toString(), "GET /late", "not sent", "1 requests", "0.2 s", "maxRequestsPerEndpoint");
        assertThat(FlinkHttp.mayHaveArrived(late)).isFalse();

        CompletableFuture<Answer> inTime = hasty.send(call(ENDPOINT, "/2"));
        sent.get(0).end();
        await().until(() -> sent.size() == 2);
        sent.get(1).end();
        assertThat(answer(inTime).call().path()).isEqualTo("/2");
        assertThat(paths()).containsExactly("/0", "/2");
    }

    @Test
    void noMoreThanAThousandWait() {
        List<CompletableFuture<Answer>> all =
                IntStream.range(0, 1002).mapToObj(i -> send("/" + i)).toList();
        assertThat(all).noneMatch(CompletableFuture::isDone);
        assertThat(failure(send("/more")))
                .isInstanceOf(NotSentException.class)
                .hasMessageContainingAll("GET /more", "1000 others wait");
    }

    @Test
    void anEndpointThatDoesNotAnswerTakesNoPlaceOfAnother() {
        IntStream.range(0, 10).forEach(i -> send("/" + i));
        bulkhead.send(call(OTHER, "/other"));
        assertThat(paths()).containsExactly("/0", "/1", "/other");
    }

    @Test
    void jarsHavePlacesOfTheirOwn() {
        send("/jars/upload");
        send("/jars/x/run");
        send("/jars/y/run");
        send("/jobs/overview");
        assertThat(paths()).containsExactly("/jars/upload", "/jars/x/run", "/jobs/overview");
    }

    @Test
    void aSenderThatThrowsKeepsNoPlace() {
        AtomicInteger calls = new AtomicInteger();
        Bulkhead throwing = bulkhead(1, TIMEOUT, call -> {
            if (calls.incrementAndGet() < 3) {
                throw new StackOverflowError();
            }
            return take(call);
        });
        assertThat(failure(throwing.send(call(ENDPOINT, "/0")))).isInstanceOf(StackOverflowError.class);
        assertThat(failure(throwing.send(call(ENDPOINT, "/1")))).isInstanceOf(StackOverflowError.class);
        throwing.send(call(ENDPOINT, "/2"));
        assertThat(paths()).containsExactly("/2");
    }

    @Test
    void aThousandThatFailAtOnceDoNotPileUp() {
        CompletableFuture<Answer> first = new CompletableFuture<>();
        Bulkhead failing = bulkhead(
                1,
                TIMEOUT,
                call -> call.path().equals("/0")
                        ? first
                        : CompletableFuture.failedFuture(new IllegalStateException("at once")));
        List<CompletableFuture<Answer>> all = IntStream.range(0, 1001)
                .mapToObj(i -> failing.send(call(ENDPOINT, "/" + i)))
                .toList();
        first.completeExceptionally(new IllegalStateException("first"));
        assertThat(all).allSatisfy(one -> assertThat(failure(one)).isInstanceOf(IllegalStateException.class));
    }

    /** Threads that send, ends that come at any time, and times that run out: no place is lost or given twice. */
    @Test
    void neverLosesAPlaceNorGivesItTwice() throws Exception {
        int places = 3;
        Map<URI, AtomicInteger> underWay = Map.of(ENDPOINT, new AtomicInteger(), OTHER, new AtomicInteger());
        AtomicInteger most = new AtomicInteger();
        AtomicInteger notSent = new AtomicInteger();
        ConcurrentLinkedQueue<Sent> open = new ConcurrentLinkedQueue<>();
        Bulkhead busy = bulkhead(places, Duration.ofMillis(20), call -> {
            most.accumulateAndGet(underWay.get(call.endpoint()).incrementAndGet(), Math::max);
            Sent one = new Sent(call, new CompletableFuture<>());
            open.add(one);
            return one.answer;
        });
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<CompletableFuture<Answer>> all = new CopyOnWriteArrayList<>();
            List<CompletableFuture<Void>> work = new ArrayList<>();
            AtomicInteger sending = new AtomicInteger(4);
            for (int thread = 0; thread < 4; thread++) {
                work.add(CompletableFuture.runAsync(
                        () -> {
                            ThreadLocalRandom random = ThreadLocalRandom.current();
                            for (int i = 0; i < 500; i++) {
                                URI endpoint = random.nextBoolean() ? ENDPOINT : OTHER;
                                all.add(busy.send(call(endpoint, "/" + i)));
                                if (random.nextInt(4) == 0) {
                                    Thread.yield();
                                }
                            }
                            sending.decrementAndGet();
                        },
                        threads));
            }
            for (int thread = 0; thread < 2; thread++) {
                work.add(CompletableFuture.runAsync(
                        () -> {
                            while (sending.get() > 0 || !all.stream().allMatch(CompletableFuture::isDone)) {
                                Sent one = open.poll();
                                if (one == null || ThreadLocalRandom.current().nextInt(3) == 0) {
                                    Thread.yield();
                                }
                                if (one != null) {
                                    underWay.get(one.call.endpoint()).decrementAndGet();
                                    one.end();
                                }
                            }
                        },
                        threads));
            }
            CompletableFuture.allOf(work.toArray(CompletableFuture<?>[]::new)).get();
            for (CompletableFuture<Answer> one : all) {
                if (one.isCompletedExceptionally()) {
                    assertThat(failure(one)).isInstanceOf(NotSentException.class);
                    notSent.incrementAndGet();
                }
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(most.get()).isLessThanOrEqualTo(places);
        assertThat(notSent.get()).isLessThan(2000);
        // All places are there again.
        for (int i = 0; i < places; i++) {
            busy.send(call(ENDPOINT, "/after"));
        }
        assertThat(open).hasSize(places);
    }
}
