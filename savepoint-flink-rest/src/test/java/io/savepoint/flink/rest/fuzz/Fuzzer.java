package io.savepoint.flink.rest.fuzz;

import io.savepoint.flink.rest.FlinkRestConfig;
import io.savepoint.flink.rest.FlinkRestTransport;
import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Gives broken answers to every method that reads one, over real connections. All quick cases share one client, all slow
 * ones another, and each client is asked every so often for a cluster that is sound.
 */
final class Fuzzer implements AutoCloseable {
    static final int MOST_BYTES = 1024 * 1024;
    static final Path JAR = jar();

    private static final int THREADS = 6;
    private static final int PROBED = 200;
    private static final int PROBES = 5;
    private static final ClusterId SOUND = ClusterId.of("fuzz", "sound");
    private static final Duration WATCHED = Duration.ofMillis(200);
    private static final Duration SLACK = Duration.ofSeconds(10);

    private final long seed;
    private final Tally tally = new Tally();
    private final Map<ClusterId, URI> endpoints = new ConcurrentHashMap<>();
    private final List<FuzzServer> servers = new ArrayList<>();
    /** Cases that left a connection open and ended well: the client may keep it for the next one. */
    private final Set<Long> answered = ConcurrentHashMap.newKeySet();

    private final Caller quick = new Caller(Duration.ofSeconds(5));
    private final Caller slow = new Caller(Duration.ofSeconds(1));

    Fuzzer(long seed) {
        this.seed = seed;
    }

    /** A client, and how long its requests may take. */
    private final class Caller {
        private final Duration timeout;
        private final FlinkRestTransport flink;

        Caller(Duration timeout) {
            this.timeout = timeout;
            this.flink = FlinkRestTransport.create(
                    endpoints::get,
                    FlinkRestConfig.builder()
                            .requestTimeout(timeout)
                            .launchTimeout(timeout)
                            .outageTolerance(Duration.ofMillis(50))
                            .maxBodyBytes(MOST_BYTES)
                            .build());
        }
    }

    private static Path jar() {
        try {
            Path jar = Files.createTempFile("fuzz", ".jar");
            jar.toFile().deleteOnExit();
            return Files.write(jar, new byte[100]);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    Tally tally() {
        return tally;
    }

    /** Plays the cases with the numbers from the first one on. */
    void run(long first, long answers) throws Exception {
        FuzzServer sound = server();
        FuzzCase good = FuzzCase.ofASoundCluster();
        sound.play(good);
        endpoints.put(SOUND, URI.create(sound.url() + "/" + good.number()));
        AtomicLong nextQuick = new AtomicLong(first);
        AtomicLong nextSlow = new AtomicLong(first);
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<Future<?>> work = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                ClusterId cluster = ClusterId.of("fuzz", "thread-" + i);
                boolean isSlow = i % 2 == 0;
                AtomicLong next = isSlow ? nextSlow : nextQuick;
                work.add(threads.submit(() -> work(cluster, isSlow, next, first + answers)));
            }
            for (Future<?> done : work) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
        // What a server gives without end must end with the client's interest.
        for (FuzzCase open : remaining(this::unended)) {
            tally.problem(open + ": the connection was not given up");
        }
        for (String thread : remaining(Fuzzer::busyThreads)) {
            tally.problem("a thread of the HTTP client is still busy: " + thread);
        }
    }

    /** What is left, after some patience. */
    private static <T> List<T> remaining(Supplier<List<T>> left) throws InterruptedException {
        List<T> now = left.get();
        for (int tries = 0; !now.isEmpty() && tries < 100; tries++) {
            TimeUnit.MILLISECONDS.sleep(100);
            now = left.get();
        }
        return now;
    }

    private List<FuzzCase> unended() {
        return servers.stream()
                .flatMap(server -> server.unended().stream())
                .filter(open -> !answered.contains(open.number()))
                .toList();
    }

    /** The threads that the HTTP client keeps busy, though it has nothing to do. */
    private static List<String> busyThreads() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Map<Thread, Long> before = new HashMap<>();
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            if (Stream.of(stack).anyMatch(frame -> frame.getClassName().startsWith("jdk.internal.net.http"))) {
                before.put(thread, threads.getThreadCpuTime(thread.getId()));
            }
        });
        LockSupport.parkNanos(WATCHED.toNanos());
        return before.entrySet().stream()
                .filter(thread ->
                        threads.getThreadCpuTime(thread.getKey().getId()) - thread.getValue() > WATCHED.toNanos() / 10)
                .map(thread ->
                        thread.getKey() + " at " + List.of(thread.getKey().getStackTrace()))
                .toList();
    }

    private synchronized FuzzServer server() throws IOException {
        FuzzServer server = new FuzzServer();
        servers.add(server);
        return server;
    }

    private Void work(ClusterId cluster, boolean isSlow, AtomicLong next, long end) throws Exception {
        FuzzServer server = server();
        Caller caller = isSlow ? slow : quick;
        int played = 0;
        for (long number = next.getAndIncrement();
                number < end && !tally.isHopeless();
                number = next.getAndIncrement()) {
            if (FuzzCase.isSlow(number) != isSlow) {
                continue;
            }
            play(FuzzCase.of(seed, number), cluster, server, caller);
            if (played++ % (isSlow ? 1 : PROBED) == 0) {
                probe(caller, number);
            }
        }
        return null;
    }

    /** More than once, as a machine that is busy may take longer than such a call may. */
    private void probe(Caller caller, long number) throws InterruptedException {
        tally.probed();
        String seen = "";
        for (int i = 0; i < PROBES; i++) {
            try {
                Object answer = caller.flink
                        .observeJob(SOUND, JobId.of("ff".repeat(16)))
                        .toCompletableFuture()
                        .get(caller.timeout.plus(SLACK).toMillis(), TimeUnit.MILLISECONDS);
                if (answer.equals(new JobObservation.NotFound())) {
                    return;
                }
                seen = answer.toString();
            } catch (ExecutionException | TimeoutException e) {
                seen = e.toString();
            }
        }
        tally.problem("after case " + number + " a sound cluster says " + seen);
    }

    private void play(FuzzCase played, ClusterId cluster, FuzzServer server, Caller caller)
            throws InterruptedException {
        FuzzServer.Play play = server.play(played);
        endpoints.put(cluster, URI.create(server.url() + "/" + played.number()));
        Duration limit = caller.timeout.multipliedBy(played.target().requests());
        long begin = System.nanoTime();
        String outcome;
        List<String> problems;
        try {
            Object result = ask(played, cluster, caller).get(limit.plus(SLACK).toMillis(), TimeUnit.MILLISECONDS);
            if (played.mutation() == SlowMutation.LEFT_OPEN) {
                answered.add(played.number());
            }
            outcome = result == null ? "done" : result.getClass().getSimpleName();
            problems = Oracle.ofResult(played, play, result);
        } catch (ExecutionException e) {
            outcome = e.getCause().getClass().getSimpleName();
            problems = Oracle.ofFailure(played, play, e.getCause());
        } catch (TimeoutException e) {
            outcome = "no end";
            problems = Oracle.ofFailure(played, play, e);
        } catch (RuntimeException | Error e) {
            outcome = "thrown at once";
            problems = List.of("thrown at once: " + e);
        }
        tally.count(played, outcome, Duration.ofNanos(System.nanoTime() - begin), limit);
        server.end(played);
        for (String problem : problems) {
            tally.problem(played + ": " + problem + "; -Dfuzz.seed=" + seed + " -Dfuzz.case=" + played.number());
        }
    }

    private static CompletableFuture<?> ask(FuzzCase played, ClusterId cluster, Caller caller) {
        return played.target()
                .asking()
                .ask(caller.flink, cluster, played.recorded())
                .toCompletableFuture();
    }

    @Override
    public void close() throws Exception {
        tally.close();
        for (FuzzServer server : servers) {
            server.close();
        }
    }
}
