package io.savepoint.internal;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.SavepointOptions;
import io.savepoint.model.SavepointResult;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** The direct calls, typed. Safe for use by any number of threads. */
public final class ManagerCalls {
    private final Driver driver;

    /**
     * Makes calls through a driver.
     *
     * @param driver what runs the ticks
     */
    public ManagerCalls(Driver driver) {
        this.driver = driver;
    }

    /**
     * Takes a savepoint, or stops the job with one.
     *
     * @param id the cluster
     * @param options how
     * @param stop whether to stop the job
     * @return the savepoint
     */
    public CompletableFuture<SavepointResult> savepoint(ClusterId id, SavepointOptions options, boolean stop) {
        Objects.requireNonNull(id, "cluster");
        Objects.requireNonNull(options, "options");
        DirectRequest.Kind kind = stop ? DirectRequest.Kind.STOP : DirectRequest.Kind.SAVEPOINT;
        return typed(driver.call(id, kind, options, ""), SavepointResult.class);
    }

    /**
     * Starts the job from a savepoint.
     *
     * @param id the cluster
     * @param location the savepoint
     * @return the id of the new run
     */
    public CompletableFuture<JobId> restore(ClusterId id, String location) {
        Objects.requireNonNull(id, "cluster");
        Objects.requireNonNull(location, "location");
        if (location.isBlank()) {
            // To Flink an empty path means none, so the job would lose its state.
            throw new IllegalArgumentException(
                    id + ": location must not be blank; name the savepoint to restore from, as Flink spells it");
        }
        return typed(driver.call(id, DirectRequest.Kind.RESTORE, SavepointOptions.defaults(), location), JobId.class);
    }

    /** A view that gives up the call when it is cancelled. */
    private static <T> CompletableFuture<T> typed(CompletableFuture<Object> call, Class<T> type) {
        CompletableFuture<T> result = call.thenApply(type::cast);
        CompletableFuture<T> unused = result.whenComplete((done, failure) -> {
            if (result.isCancelled()) {
                call.cancel(false);
            }
        });
        return result;
    }
}
