package io.savepoint.examples.operator;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs when changes of FlinkClusters are not heard of any more, and when they are again. */
final class WatchLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WatchLog.class);
    private static final int SECONDS = 5;

    private final BooleanSupplier watching;
    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "watch-log");
        thread.setDaemon(true);
        return thread;
    });
    private boolean wasDown;
    private boolean told;

    private WatchLog(BooleanSupplier watching) {
        this.watching = watching;
    }

    static WatchLog start(BooleanSupplier watching) {
        WatchLog log = new WatchLog(watching);
        var unused = log.looks.scheduleWithFixedDelay(log::look, SECONDS, SECONDS, TimeUnit.SECONDS);
        return log;
    }

    @Override
    public void close() {
        looks.shutdownNow();
    }

    /** A watch that ended and begins anew, as each does every few minutes, is not worth a line. */
    private void look() {
        boolean down = !watching.getAsBoolean();
        if (down && wasDown && !told) {
            told = true;
            LOG.warn("changes of FlinkClusters are not heard of: the API server cannot be watched; trying on");
        } else if (!down && told) {
            told = false;
            LOG.info("changes of FlinkClusters are heard of again");
        }
        wasDown = down;
    }
}
