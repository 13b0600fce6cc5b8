package io.savepoint.testing;

import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.ClusterStateStore.WriteResult;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.JobLauncher;
import io.savepoint.spi.Scheduler;
import io.savepoint.spi.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Lets one process fail or die at a chosen interaction with the world outside it.
 *
 * <p>A {@code Faults} stands for one process. It decorates what that process is given: its transport, launcher, store
 * and scheduler. Every call of theirs is an <em>interaction</em>, counted from 1 over all of them, and named by the
 * method: {@code observeJob}, {@code triggerSavepoint}, {@code stopWithSavepoint}, {@code observeOperation},
 * {@code cancelJob}, {@code savepointHistory}, {@code savepointsInProgress}, {@code launch}, {@code load}, {@code compareAndSet},
 * {@code acknowledgeControl}, {@code list}. (Watching and scheduling are no interactions.) So a test can run once
 * without a fault, read {@link #interactions()}, and run again with a crash at each of them.
 *
 * <p>After a crash the process is dead: its interactions never complete and, from then on, have no effect; its watches
 * report nothing and its scheduled tasks do not run. The process that takes over gets a new {@code Faults} around the
 * same store and the same Flink.
 *
 * <p>Safe for use by any number of threads.
 */
public final class Faults {
    /** What can go wrong with an interaction. */
    public enum Fault {
        /** It has no effect, and fails: connection refused. */
        FAIL_BEFORE,
        /** It has its effect, and fails all the same: the answer was lost. */
        FAIL_AFTER,
        /** The process dies before it has an effect. */
        CRASH_BEFORE,
        /** The process dies after it had its effect and before the answer. */
        CRASH_AFTER,
        /** A {@code compareAndSet} has no effect and answers {@code CONFLICT}; nothing happens to other interactions. */
        CONFLICT
    }

    /**
     * Says which interactions go wrong. It is asked exactly once for each, in their order.
     *
     * <p>Implementations need not be safe for use by several threads.
     */
    @FunctionalInterface
    public interface Plan {
        /**
         * Says what goes wrong with an interaction.
         *
         * @param number the interaction's number among all, from 1
         * @param name the interaction's name
         * @return what goes wrong, or empty if nothing does
         */
        Optional<Fault> faultAt(int number, String name);
    }

    private final Plan plan;
    private final Object lock = new Object();
    private final List<String> interactions = new ArrayList<>();
    private boolean crashed;

    private Faults(Plan plan) {
        this.plan = plan;
    }

    /**
     * A process to which nothing happens unless {@link #crash()} is called.
     *
     * @return a new process
     */
    public static Faults none() {
        return by((number, name) -> Optional.empty());
    }

    /**
     * A process to which something happens at one interaction.
     *
     * @param number the interaction's number among all, from 1
     * @param fault what happens
     * @return a new process
     */
    public static Faults at(int number, Fault fault) {
        return by((present, name) -> present == number ? Optional.of(fault) : Optional.empty());
    }

    /**
     * A process to which something happens at one interaction of a kind.
     *
     * @param name the interaction's name
     * @param occurrence which of that name, from 1
     * @param fault what happens
     * @return a new process
     */
    public static Faults at(String name, int occurrence, Fault fault) {
        int[] seen = {0};
        return by((number, present) ->
                present.equals(name) && ++seen[0] == occurrence ? Optional.of(fault) : Optional.empty());
    }

    /**
     * A process whose fate is decided interaction by interaction, for instance by a seeded random generator.
     *
     * @param plan decides
     * @return a new process
     */
    public static Faults by(Plan plan) {
        return new Faults(plan);
    }

    /**
     * Decorates a transport.
     *
     * @param transport the way to Flink
     * @return what the process is given in its place
     */
    public FlinkTransport transport(FlinkTransport transport) {
        return new FaultyTransport(transport, this);
    }

    /**
     * Decorates a launcher.
     *
     * @param launcher the launcher
     * @return what the process is given in its place
     */
    public JobLauncher launcher(JobLauncher launcher) {
        return (cluster, request) -> flink("launch", () -> launcher.launch(cluster, request));
    }

    /**
     * Decorates a store.
     *
     * @param store the store
     * @return what the process is given in its place
     */
    public ClusterStateStore store(ClusterStateStore store) {
        return new FaultyStore(store, this);
    }

    /**
     * Decorates a scheduler: its tasks do not run any more once the process is dead.
     *
     * @param scheduler the scheduler
     * @return what the process is given in its place
     */
    public Scheduler scheduler(Scheduler scheduler) {
        return new MortalScheduler(scheduler, this);
    }

    /** Kills the process now. */
    public void crash() {
        synchronized (lock) {
            crashed = true;
        }
    }

    /**
     * Tells whether the process is dead.
     *
     * @return whether it crashed
     */
    public boolean crashed() {
        synchronized (lock) {
            return crashed;
        }
    }

    /**
     * What the process did so far, without what it tried when it was dead.
     *
     * @return the names of its interactions, in order; the first one has the number 1
     */
    public List<String> interactions() {
        synchronized (lock) {
            return List.copyOf(interactions);
        }
    }

    <T> CompletionStage<T> flink(String name, Supplier<CompletionStage<T>> call) {
        return interact(name, call, FlinkUnreachableException::new, Optional.empty());
    }

    <T> CompletionStage<T> store(String name, Supplier<CompletionStage<T>> call) {
        return interact(name, call, StoreException::new, Optional.empty());
    }

    CompletionStage<WriteResult> write(String name, Supplier<CompletionStage<WriteResult>> call) {
        return interact(name, call, StoreException::new, Optional.of(WriteResult.CONFLICT));
    }

    private <T> CompletionStage<T> interact(
            String name,
            Supplier<CompletionStage<T>> call,
            Function<String, RuntimeException> error,
            Optional<T> conflict) {
        Optional<Fault> fault;
        synchronized (lock) {
            if (crashed) {
                return new CompletableFuture<>();
            }
            interactions.add(name);
            fault = plan.faultAt(interactions.size(), name);
            // Before the call, since the call itself may bring this process to act: by a watch, for instance.
            crashed = fault.equals(Optional.of(Fault.CRASH_BEFORE)) || fault.equals(Optional.of(Fault.CRASH_AFTER));
        }
        if (fault.isEmpty()) {
            return whileAlive(call.get());
        }
        return switch (fault.get()) {
            case FAIL_BEFORE -> whileAlive(failed(error.apply(name + ": injected: the request did not arrive")));
            case FAIL_AFTER ->
                whileAlive(
                        call.get().thenCompose(done -> failed(error.apply(name + ": injected: the answer was lost"))));
            case CRASH_BEFORE -> new CompletableFuture<>();
            case CRASH_AFTER -> whileAlive(call.get());
            case CONFLICT ->
                conflict.<CompletionStage<T>>map(CompletableFuture::completedFuture)
                        .orElseGet(() -> whileAlive(call.get()));
        };
    }

    private <T> CompletionStage<T> whileAlive(CompletionStage<T> stage) {
        CompletableFuture<T> result = new CompletableFuture<>();
        stage.whenComplete((value, failure) -> {
            if (crashed()) {
                return;
            }
            if (failure == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(
                        failure instanceof CompletionException && failure.getCause() != null
                                ? failure.getCause()
                                : failure);
            }
        });
        return result;
    }

    private static <T> CompletionStage<T> failed(RuntimeException failure) {
        return CompletableFuture.failedFuture(failure);
    }
}
