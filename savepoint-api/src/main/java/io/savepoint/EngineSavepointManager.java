package io.savepoint;

import io.savepoint.internal.Driver;
import io.savepoint.internal.Engine;
import io.savepoint.internal.ManagerCalls;
import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.Reconciliation;
import io.savepoint.model.SavepointOptions;
import io.savepoint.model.SavepointResult;
import io.savepoint.spi.ExecutorScheduler;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The manager: an engine, what drives it, and the scheduler if nobody brought one. */
final class EngineSavepointManager implements SavepointManager {
    private static final Logger LOG = LoggerFactory.getLogger(SavepointManager.class);
    private static final int CLOSE_SECONDS = 10;

    private final Engine engine;
    private final Driver driver;
    private final ManagerCalls calls;
    private final Optional<ExecutorScheduler> ownScheduler;

    EngineSavepointManager(Engine engine, Driver driver, ManagerCalls calls, Optional<ExecutorScheduler> ownScheduler) {
        this.engine = engine;
        this.driver = driver;
        this.calls = calls;
        this.ownScheduler = ownScheduler;
    }

    @Override
    public void start() {
        driver.start();
    }

    @Override
    public CompletableFuture<Reconciliation> reconcile(ClusterId cluster) {
        return engine.reconcile(cluster);
    }

    @Override
    public CompletableFuture<SavepointResult> takeSavepoint(ClusterId cluster, SavepointOptions options) {
        return calls.savepoint(cluster, options, false);
    }

    @Override
    public CompletableFuture<SavepointResult> stopWithSavepoint(ClusterId cluster, SavepointOptions options) {
        return calls.savepoint(cluster, options, true);
    }

    @Override
    public CompletableFuture<JobId> restoreFrom(ClusterId cluster, String location) {
        return calls.restore(cluster, location);
    }

    @Override
    public void close() {
        try {
            driver.close().get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            LOG.warn("ticks are still under way after {} s; their results are left to the next manager", CLOSE_SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException bug) {
            throw new IllegalStateException("closing failed", bug);
        } finally {
            ownScheduler.ifPresent(ExecutorScheduler::close);
        }
    }
}
