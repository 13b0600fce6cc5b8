package io.savepoint.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Many runs, shared by as many threads as there are processors; each run has one thread to itself. */
final class Campaign {
    private static final int MOST_FAILURES = 20;

    private Campaign() {}

    /**
     * What came of it.
     *
     * @param runs how many runs there were
     * @param failed the seeds of those that violated something, or threw, as far as they were collected
     * @param coverage what went wrong in them
     * @param requests how many requests the managers made
     * @param savepoints how many savepoints they took
     */
    record Summary(long runs, List<Long> failed, Coverage coverage, long requests, long savepoints) {}

    static Summary run(long firstSeed, long runs) {
        int threads = Runtime.getRuntime().availableProcessors();
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        AtomicLong next = new AtomicLong(firstSeed);
        try {
            List<Future<Summary>> parts = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                parts.add(workers.submit(() -> part(next, firstSeed + runs)));
            }
            Summary sum = new Summary(0, List.of(), new Coverage(), 0, 0);
            for (Future<Summary> part : parts) {
                sum = sum(sum, part.get());
            }
            return sum;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a run threw", e);
        } finally {
            workers.shutdownNow();
        }
    }

    private static Summary part(AtomicLong next, long end) {
        Coverage coverage = new Coverage();
        List<Long> failed = new ArrayList<>();
        long runs = 0;
        long requests = 0;
        long savepoints = 0;
        for (long seed = next.getAndIncrement();
                seed < end && failed.size() < MOST_FAILURES;
                seed = next.getAndIncrement()) {
            Simulation.Result result = run(seed);
            coverage.add(result.coverage());
            runs++;
            requests += result.requests();
            savepoints += result.savepoints();
            if (result.violation().isPresent()) {
                failed.add(seed);
            }
        }
        return new Summary(runs, failed, coverage, requests, savepoints);
    }

    private static Simulation.Result run(long seed) {
        try {
            return Simulation.run(PlanMaker.of(seed), false);
        } catch (RuntimeException e) {
            throw new IllegalStateException("seed " + seed + " threw", e);
        }
    }

    private static Summary sum(Summary one, Summary other) {
        one.coverage().add(other.coverage());
        TreeSet<Long> failed = new TreeSet<>(one.failed());
        failed.addAll(other.failed());
        return new Summary(
                one.runs() + other.runs(),
                List.copyOf(failed),
                one.coverage(),
                one.requests() + other.requests(),
                one.savepoints() + other.savepoints());
    }
}
