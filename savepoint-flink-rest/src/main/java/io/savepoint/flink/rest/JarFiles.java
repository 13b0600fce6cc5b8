package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.FlinkUnreachableException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The jars on this machine. The file system may be a slow one, so it gets threads of its own, and what is to be done with
 * one jar is done one after the other: a mount that hangs takes one thread for each of its jars.
 */
final class JarFiles {
    static final int MOST_WAITING = 1000;

    private static final int THREADS = 4;

    private final Duration timeout;
    private final ThreadPoolExecutor executor = DaemonThreads.pool("savepoint-jar-files", THREADS, MOST_WAITING);
    /** By jar: what is to be done, in order; the first of them is being done. */
    private final Map<String, Deque<Task<?>>> queues = new HashMap<>();

    JarFiles(Duration timeout) {
        this.timeout = timeout;
    }

    /** What tells one content of a file from another. */
    record Content(Path path, long size, FileTime modified) {}

    private record Task<T>(Supplier<T> work, CompletableFuture<T> result) {
        /** Does it, unless nobody waits for it any more, and gives what tells its result. */
        Runnable perform() {
            if (result.isDone()) {
                return () -> {};
            }
            try {
                T value = work.get();
                return () -> result.complete(value);
            } catch (RuntimeException | Error e) {
                return () -> result.completeExceptionally(e);
            }
        }
    }

    /** Does something with a jar, off the caller's thread and for a bounded time. */
    <T> CompletableFuture<T> off(ClusterId cluster, String jar, Supplier<T> work) {
        return off(jar, work, what -> late(cluster, jar, what));
    }

    /** The same for who tells it in another way when the file system hangs. */
    <T> CompletableFuture<T> off(String jar, Supplier<T> work, Function<String, ? extends RuntimeException> whenLate) {
        Task<T> task = new Task<>(work, new CompletableFuture<>());
        if (!accepts(jar, task)) {
            return CompletableFuture.failedFuture(whenLate.apply(
                    "cannot be read: earlier attempts to read it, or too many other jars, still wait for the file"
                            + " system"));
        }
        return task.result().orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS).handleAsync((value, thrown) -> {
            if (thrown instanceof TimeoutException) {
                throw whenLate.apply("was not given by the file system within " + FlinkHttp.seconds(timeout));
            }
            return Futures.valueOrThrow(value, thrown);
        });
    }

    private static FlinkUnreachableException late(ClusterId cluster, String jar, String what) {
        return new FlinkUnreachableException("Flink cluster " + cluster + ": the jar '" + jar + "' " + what
                + "; nothing was submitted. Look whether its file system hangs");
    }

    private boolean accepts(String jar, Task<?> task) {
        synchronized (queues) {
            Deque<Task<?>> queue = queues.get(jar);
            if (queue != null) {
                // Done, and still the first: it was given up, and hangs.
                return !queue.element().result().isDone() && queue.size() < MOST_WAITING && queue.add(task);
            }
            Deque<Task<?>> own = new ArrayDeque<>(List.of(task));
            try {
                executor.execute(() -> work(jar, own, task));
            } catch (RejectedExecutionException e) {
                return false;
            }
            queues.put(jar, own);
            return true;
        }
    }

    private void work(String jar, Deque<Task<?>> queue, Task<?> first) {
        Task<?> task = first;
        while (task != null) {
            Runnable telling = task.perform();
            task = next(jar, queue);
            telling.run();
        }
    }

    private @Nullable Task<?> next(String jar, Deque<Task<?>> queue) {
        synchronized (queues) {
            queue.remove();
            if (queue.isEmpty()) {
                queues.remove(jar);
            }
            return queue.peek();
        }
    }

    /** Reads the field {@code jarFile}: a path, or a URL of scheme {@code file}. */
    static Path path(ClusterId cluster, String jarFile) {
        try {
            return jarFile.startsWith("file:") ? Path.of(URI.create(jarFile)) : Path.of(jarFile);
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            throw refused(cluster, jarFile, "it is not a path or a file: URL (" + e.getMessage() + ")");
        }
    }

    static Content content(ClusterId cluster, String jarFile) {
        Path path = path(cluster, jarFile);
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                throw refused(cluster, jarFile, "it is not a file");
            }
            if (!Files.isReadable(path)) {
                throw refused(cluster, jarFile, "this process may not read it");
            }
            return new Content(path.toAbsolutePath(), attributes.size(), attributes.lastModifiedTime());
        } catch (NoSuchFileException e) {
            throw refused(cluster, jarFile, missing(jarFile, path));
        } catch (IOException e) {
            throw refused(cluster, jarFile, "it cannot be read (" + e + ")");
        }
    }

    private static String missing(String jarFile, Path path) {
        if (!jarFile.matches("(?!file:)[a-zA-Z][a-zA-Z0-9+.-]+:/.*")) {
            return "there is no such file (looked for at " + path.toAbsolutePath() + ")";
        }
        return "only local files are read"
                + (JarUrl.isOne(jarFile)
                        ? " (a DownloadingJobLauncher around this launcher takes http and https)"
                        : "");
    }

    static FlinkRefusedException unreadable(ClusterId cluster, Path jar, IOException e) {
        return new FlinkRefusedException(
                "Flink cluster " + cluster + ": the jar '" + jar + "' cannot be read: " + e + "; put it there", e);
    }

    static FlinkRefusedException refused(ClusterId cluster, String jarFile, String why) {
        return new FlinkRefusedException("Flink cluster " + cluster + ": jarFile '" + jarFile + "': " + why
                + "; it must be the path or the file: URL of a jar that this process can read");
    }
}
