package io.savepoint.flink.rest;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** The directory of downloaded jars: {@code <sha256>/<name>.jar}, and beside them what is being downloaded. */
final class JarCache {
    private final Path directory;
    private final JarFiles files;

    JarCache(Path directory, Duration timeout) {
        this.directory = directory;
        this.files = new JarFiles(timeout);
    }

    /**
     * Makes the directory, and removes what crashed processes left in it: parts that nobody wrote to for a time. Whether
     * they are old is told by the clock of the file system that they are on.
     */
    static void prepare(Path directory, Duration old) throws IOException {
        Files.createDirectories(directory);
        PartialJar probe = PartialJar.createIn(directory);
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(directory, PartialJar.NAMES)) {
            FileTime latest = FileTime.from(
                    Files.getLastModifiedTime(probe.file()).toInstant().minus(old));
            for (Path part : parts) {
                removeIfOlder(part, latest);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } finally {
            probe.discard();
        }
    }

    private static void removeIfOlder(Path part, FileTime latest) {
        try {
            if (Files.getLastModifiedTime(part).compareTo(latest) < 0) {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            // Another process removed it, or it is another user's: it is not in the way.
            return;
        }
    }

    CompletableFuture<Boolean> has(Path jar) {
        return off(jar, () -> Files.isRegularFile(jar));
    }

    CompletableFuture<PartialJar> begin() {
        return off(directory, () -> {
            Files.createDirectories(directory);
            return PartialJar.createIn(directory);
        });
    }

    /**
     * Gives a jar its place, unless the same is there already; one after the other, so that none is replaced.
     *
     * @param whole whether its server said where the jar ends; otherwise the jar itself has to
     */
    CompletableFuture<Path> store(PartialJar part, String sha256, String name, boolean whole) {
        Path target = directory.resolve(sha256).resolve(name);
        return off(target, () -> {
            part.close();
            if (!whole && !isZip(part.file())) {
                throw DownloadException.cut();
            }
            if (Files.isRegularFile(target) && Files.size(target) == part.size()) {
                part.discard();
                return target;
            }
            Files.createDirectories(directory.resolve(sha256));
            move(part.file(), target);
            return target;
        });
    }

    private static void move(Path part, Path target) throws IOException {
        try {
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("its file system cannot rename files in one step", e);
        }
    }

    private static boolean isZip(Path file) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            return zip.size() >= 0;
        } catch (ZipException e) {
            return false;
        }
    }

    CompletableFuture<Boolean> discard(PartialJar part) {
        return off(part.file(), () -> {
            part.discard();
            return true;
        });
    }

    private interface Work<T> {
        T get() throws IOException;
    }

    private <T> CompletableFuture<T> off(Path file, Work<T> work) {
        Supplier<T> supplier = () -> {
            try {
                return work.get();
            } catch (IOException e) {
                throw DownloadException.cache(directory.toString(), e);
            }
        };
        return files.off(
                file.toString(),
                supplier,
                what -> DownloadException.passing("the file '" + file + "' " + what
                        + "; look whether the file system of the cache directory hangs"));
    }
}
