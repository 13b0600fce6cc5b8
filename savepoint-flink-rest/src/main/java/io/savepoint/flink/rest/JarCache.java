package io.savepoint.flink.rest;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * The directory of downloaded jars: {@code private/<sha256>/<name>.jar} in the one that users give, and beside them what
 * is being downloaded. A directory of ours in theirs, as theirs may be one that everybody may write to.
 */
final class JarCache {
    private static final String PRIVATE = "private";

    private final Path given;
    private final Path directory;
    private final JarFiles files;

    JarCache(Path given, Duration timeout) {
        this.given = given;
        this.directory = given.resolve(PRIVATE);
        this.files = new JarFiles(timeout);
    }

    /** Makes the directories where they are missing, and looks whose they are where they are not. */
    private static Path make(Path given) throws IOException {
        OwnDirectory.makeParent(given);
        Path directory = given.resolve(PRIVATE);
        OwnDirectory.make(directory);
        return directory;
    }

    /**
     * Makes the directory, and removes what crashed processes left in it: parts that nobody wrote to for a time. Whether
     * they are old is told by the clock of the file system that they are on.
     */
    static void prepare(Path given, Duration old) throws IOException {
        Path directory = make(given);
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
            // Another process removed it, or it cannot be removed: it is not in the way.
            return;
        }
    }

    /**
     * Whether a jar is still there that {@link #store} gave its place. That it exists is enough, and its content is not
     * read again: only our user may write to the directory that it is in, or to the file. Whose the directories are is
     * looked at again, as what cleans a {@code /tmp} may have removed them, and another user may have made them anew.
     */
    CompletableFuture<Boolean> has(Path jar) {
        return off(jar, () -> {
            make(given);
            return Files.isRegularFile(jar, LinkOption.NOFOLLOW_LINKS);
        });
    }

    CompletableFuture<PartialJar> begin() {
        return off(directory, () -> PartialJar.createIn(make(given)));
    }

    /**
     * Gives a jar its place, unless the same is there already; one after the other, so that none is replaced. What else is
     * there, whoever put it there, is replaced in one step.
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
            OwnDirectory.make(make(given).resolve(sha256));
            if (isThere(target, sha256, part.size())) {
                part.discard();
                return target;
            }
            move(part.file(), target);
            return target;
        });
    }

    private static boolean isThere(Path target, String sha256, long size) throws IOException {
        return OwnDirectory.isOwnFile(target)
                && Files.size(target) == size
                && PartialJar.sha256(target).equals(sha256);
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
                throw DownloadException.cache(given.toString(), e);
            }
        };
        return files.off(
                file.toString(),
                supplier,
                what -> DownloadException.passing("the file '" + file + "' " + what
                        + "; look whether the file system of the cache directory hangs"));
    }
}
