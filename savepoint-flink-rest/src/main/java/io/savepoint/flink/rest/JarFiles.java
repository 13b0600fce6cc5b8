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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** The jars on this machine. The file system may be a slow one, so it gets threads of its own. */
final class JarFiles {
    private static final int THREADS = 4;
    private static final ThreadPoolExecutor EXECUTOR =
            new ThreadPoolExecutor(THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                Thread thread = new Thread(task, "savepoint-jar-files");
                thread.setDaemon(true);
                return thread;
            });

    static {
        EXECUTOR.allowCoreThreadTimeOut(true);
    }

    private JarFiles() {}

    /** What tells one content of a file from another. */
    record Content(Path path, long size, FileTime modified) {}

    /** Does something with files, off the caller's thread and for a bounded time. */
    static <T> CompletableFuture<T> off(Supplier<T> task, Duration timeout) {
        return CompletableFuture.supplyAsync(task, EXECUTOR)
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
                .handleAsync((value, thrown) -> {
                    if (thrown instanceof TimeoutException) {
                        throw new FlinkUnreachableException(
                                "the file system did not give the jar within " + timeout.toSeconds()
                                        + " s; nothing was submitted",
                                thrown);
                    }
                    return Futures.valueOrThrow(value, thrown);
                });
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
            boolean url = jarFile.matches("(?!file:)[a-zA-Z][a-zA-Z0-9+.-]+:/.*");
            throw refused(cluster, jarFile, url ? "only local files are read" : "there is no such file");
        } catch (IOException e) {
            throw refused(cluster, jarFile, "it cannot be read (" + e + ")");
        }
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
