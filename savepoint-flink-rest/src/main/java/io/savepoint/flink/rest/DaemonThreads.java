package io.savepoint.flink.rest;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A few threads for what may block: they end when there is nothing to do, and keep no process alive. */
final class DaemonThreads {
    private static final int IDLE_SECONDS = 10;

    private DaemonThreads() {}

    /** A pool that takes no more than so many waiting tasks. */
    static ThreadPoolExecutor pool(String name, int threads, int mostWaiting) {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(mostWaiting), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }
}
