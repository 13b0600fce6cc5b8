package io.savepoint.examples.job;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The job's end of the directory described at {@link CounterJob}. Without a directory nothing is obeyed or written. */
final class ControlDirectory implements Serializable {

    private static final long serialVersionUID = 1L;
    private static final long BLOCK_POLL_MILLIS = 5;

    /** A string, because a path can't be serialized; null for none. */
    private final String directory;

    ControlDirectory(String directory) {
        this.directory = directory;
    }

    void failIfTold() throws IOException {
        if (directory != null && Files.deleteIfExists(file("fail"))) {
            throw new IllegalStateException("told to fail by " + file("fail"));
        }
    }

    /** Makes a snapshot take as long, and end as badly, as it was told to. */
    void holdSnapshot(long defaultMillis) throws IOException, InterruptedException {
        Thread.sleep(snapshotMillis(defaultMillis));
        while (exists("block-snapshot")) {
            Thread.sleep(BLOCK_POLL_MILLIS);
        }
        if (exists("fail-snapshot")) {
            throw new IllegalStateException("snapshot told to fail by " + file("fail-snapshot"));
        }
    }

    /** Writes a file of {@code state/} so that a reader sees all of it or nothing. */
    void publish(String name, String text) throws IOException {
        if (directory == null) {
            return;
        }
        Path state = Files.createDirectories(file("state"));
        Path unfinished = Files.createTempFile(state, ".", ".tmp");
        Files.writeString(unfinished, text);
        Files.move(unfinished, state.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private long snapshotMillis(long defaultMillis) throws IOException {
        if (directory == null) {
            return defaultMillis;
        }
        try {
            return Long.parseLong(Files.readString(file("snapshot-millis")).trim());
        } catch (NoSuchFileException none) {
            return defaultMillis;
        }
    }

    private boolean exists(String name) {
        return directory != null && Files.exists(file(name));
    }

    private Path file(String name) {
        return Path.of(directory, name);
    }
}
