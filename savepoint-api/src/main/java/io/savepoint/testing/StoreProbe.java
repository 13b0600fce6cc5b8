package io.savepoint.testing;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.JobSpec;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.ClusterStateStore.WriteResult;
import io.savepoint.testing.ClusterStateStoreContract.Fixture;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What the checks of a store have in common: bounded waiting, and reads that are known to be fresh.
 *
 * <p>Safe for use by any number of threads.
 */
final class StoreProbe {
    private static final long PAUSE_MILLIS = 10;

    private final Fixture fixture;
    private final ClusterStateStore store;

    StoreProbe(Fixture fixture) {
        this.fixture = fixture;
        this.store = fixture.store();
    }

    ClusterStateStore store() {
        return store;
    }

    Fixture fixture() {
        return fixture;
    }

    /** Waits until a load answers a state of this kind: it may come from a cache that takes a moment. */
    ClusterState await(ClusterId cluster, String what, Predicate<ClusterState> wanted) throws Exception {
        return awaitLoad(cluster, what, state -> state.filter(wanted).isPresent())
                .orElseThrow();
    }

    void awaitGone(ClusterId cluster) throws Exception {
        awaitLoad(cluster, "nothing, since the cluster was removed", Optional::isEmpty);
    }

    /** A state that was the present one while this method ran: the store took its version in a compare-and-set. */
    ClusterState fresh(ClusterId cluster) throws Exception {
        return replace(cluster, status -> status);
    }

    /**
     * Changes the status by load and compare-and-set, again until it is written.
     *
     * @return the state that was replaced
     */
    ClusterState replace(ClusterId cluster, UnaryOperator<ClusterStatus> change) throws Exception {
        CompletableFuture<Boolean> deadline = deadline();
        while (!deadline.isDone()) {
            ClusterState state = await(cluster, "the cluster", any -> true);
            WriteResult result = compareAndSet(cluster, state.version(), change.apply(state.status()));
            if (result.isWritten()) {
                return state;
            }
            verify(result.equals(WriteResult.CONFLICT), "compareAndSet of an existing cluster answered %s", result);
        }
        throw new AssertionError(
                "compareAndSet kept answering CONFLICT for " + fixture.timeout() + " with versions just loaded");
    }

    /** The version of a write that nothing came after, once load tells it, for which a cache may need a moment. */
    String current(ClusterId cluster) throws Exception {
        WriteResult result = WriteResult.CONFLICT;
        CompletableFuture<Boolean> deadline = deadline();
        while (!result.isWritten() && !deadline.isDone()) {
            ClusterState loaded = await(cluster, "the cluster", any -> true);
            result = compareAndSet(cluster, loaded.version(), loaded.status());
        }
        String version = result.version().orElse("");
        await(
                cluster,
                "version '" + version + "' that a compareAndSet told",
                last -> last.version().equals(version));
        return version;
    }

    void putSpec(ClusterId cluster, JobSpec spec) throws Exception {
        fixture.putSpec(cluster, spec);
        await(cluster, "the spec that was put", state -> state.spec().equals(spec));
    }

    void setControl(ClusterId cluster, String value) throws Exception {
        fixture.setControl(cluster, value);
        await(
                cluster,
                "the control that was set",
                state -> state.control()
                        .filter(control -> control.value().equals(value))
                        .isPresent());
    }

    WriteResult compareAndSet(ClusterId cluster, String version, ClusterStatus status) throws Exception {
        return answer("compareAndSet", () -> store.compareAndSet(cluster, version, status));
    }

    /** The answer of a method that must return a stage at once and complete it in time. */
    <T> T answer(String method, Callable<CompletionStage<T>> call) throws Exception {
        try {
            return stage(method, call)
                    .toCompletableFuture()
                    .get(fixture.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError(method + " did not complete its stage within " + fixture.timeout(), e);
        } catch (ExecutionException e) {
            throw new AssertionError(method + " failed: " + e.getCause(), e.getCause());
        }
    }

    /** The stage of a method that must not throw. */
    static <T> CompletionStage<T> stage(String method, Callable<CompletionStage<T>> call) {
        CompletionStage<T> stage;
        try {
            stage = call.call();
        } catch (Exception e) {
            throw new AssertionError(method + " threw " + e + "; it has to fail its stage instead", e);
        }
        if (stage == null) {
            throw new AssertionError(method + " returned null instead of a stage");
        }
        return stage;
    }

    /** Runs tasks at the same time; the first that fails fails all. */
    <T> List<T> together(List<Callable<T>> tasks) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(tasks.size(), task -> {
            Thread thread = new Thread(task, "store-contract");
            thread.setDaemon(true);
            return thread;
        });
        try {
            CountDownLatch start = new CountDownLatch(tasks.size());
            List<Future<T>> futures = new ArrayList<>();
            for (Callable<T> task : tasks) {
                futures.add(threads.submit(() -> {
                    start.countDown();
                    verify(start.await(fixture.timeout().toMillis(), TimeUnit.MILLISECONDS), "no thread to run on");
                    return task.call();
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(result(future));
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    /** Done once the fixture's timeout has passed. */
    CompletableFuture<Boolean> deadline() {
        return new CompletableFuture<Boolean>()
                .completeOnTimeout(true, fixture.timeout().toMillis(), TimeUnit.MILLISECONDS);
    }

    /** @param message a format, completed with the arguments */
    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency of its own
    static void verify(boolean holds, String message, @Nullable Object... arguments) {
        if (!holds) {
            throw new AssertionError(String.format(message, arguments));
        }
    }

    static void pause() throws InterruptedException {
        // Nobody counts it down: a wait that neither reads a clock nor needs one.
        boolean ignored = new CountDownLatch(1).await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private Optional<ClusterState> awaitLoad(ClusterId cluster, String what, Predicate<Optional<ClusterState>> wanted)
            throws Exception {
        CompletableFuture<Boolean> deadline = deadline();
        while (true) {
            boolean last = deadline.isDone();
            Optional<ClusterState> state = answer("load", () -> store.load(cluster));
            if (wanted.test(state)) {
                return state;
            }
            verify(!last, "load of %s did not come to answer %s; it answered %s", cluster, what, state);
            pause();
        }
    }

    private <T> T result(Future<T> future) throws Exception {
        try {
            // Each task is bounded in itself, by a few of these.
            return future.get(fixture.timeout().multipliedBy(10).toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AssertionError failed) {
                throw failed;
            }
            throw e;
        }
    }
}
