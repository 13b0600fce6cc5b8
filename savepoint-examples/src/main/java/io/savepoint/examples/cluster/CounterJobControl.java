package io.savepoint.examples.cluster;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Our end of the directory through which the counter job is controlled and watched.
 *
 * <p>The job gets the directory as {@code --control-dir}. Several jobs may share it: what they write is told apart by job
 * id, and what they are told is for all of them, except that a failure is for the one that sees it first.
 *
 * <p>Has no state but the files, and is safe for use by several threads.
 */
public final class CounterJobControl {

    private final Path directory;
    private final Path state;

    private CounterJobControl(Path directory) {
        this.directory = directory;
        this.state = directory.resolve("state");
    }

    /**
     * What went into a snapshot.
     *
     * @param jobId the job whose snapshot it is, in Flink's 32 hex digits
     * @param checkpointId the number Flink gave the snapshot, as in its checkpoint statistics
     * @param counts how many numbers the job had seen, by key
     */
    public record Snapshot(String jobId, long checkpointId, SortedMap<Long, Long> counts) {}

    /**
     * What a job began with.
     *
     * @param fromJobId the job whose snapshot it was restored from, or null if it began with nothing
     * @param fromCheckpointId the number of that snapshot, or -1
     * @param counts the counts that were really in its state, by key
     */
    public record Restored(@Nullable String fromJobId, long fromCheckpointId, SortedMap<Long, Long> counts) {}

    /**
     * Uses a directory, which is created if need be.
     *
     * @param directory a directory that job and caller both see under the same name
     * @return the control over all jobs that use the directory
     * @throws IOException if the directory can't be created
     */
    public static CounterJobControl in(Path directory) throws IOException {
        return new CounterJobControl(Files.createDirectories(directory.toAbsolutePath()));
    }

    /**
     * The directory, for {@code --control-dir}.
     *
     * @return an existing directory
     */
    public Path directory() {
        return directory;
    }

    /**
     * Makes the job throw at its next number, once.
     *
     * @throws IOException if the file can't be written
     */
    public void failNow() throws IOException {
        write("fail", "");
    }

    /**
     * Sets how long the job's part of a snapshot takes.
     *
     * @param millis the duration, whatever the job was started with
     * @throws IOException if the file can't be written
     */
    public void snapshotMillis(long millis) throws IOException {
        write("snapshot-millis", Long.toString(millis));
    }

    /**
     * Keeps snapshots, including one that has begun, from ending.
     *
     * @throws IOException if the file can't be written
     */
    public void blockSnapshots() throws IOException {
        write("block-snapshot", "");
    }

    /**
     * Lets blocked snapshots go on.
     *
     * @throws IOException if the file can't be deleted
     */
    public void unblockSnapshots() throws IOException {
        Files.deleteIfExists(directory.resolve("block-snapshot"));
    }

    /**
     * Makes snapshots throw at their end, which makes the whole job fail.
     *
     * @throws IOException if the file can't be written
     */
    public void failSnapshots() throws IOException {
        write("fail-snapshot", "");
    }

    /**
     * Lets snapshots succeed again.
     *
     * @throws IOException if the file can't be deleted
     */
    public void allowSnapshots() throws IOException {
        Files.deleteIfExists(directory.resolve("fail-snapshot"));
    }

    /**
     * What a job began with. It can tell a few numbers after its start; if Flink restarted it, it is about the last start.
     *
     * @param jobId the job that was started
     * @return empty if the job can't tell yet
     * @throws IOException if the file can't be read
     */
    public Optional<Restored> restored(String jobId) throws IOException {
        return read(state.resolve("restored-" + jobId))
                .map(file -> new Restored(
                        file.getProperty("from.job"),
                        Long.parseLong(file.getProperty("from.checkpoint", "-1")),
                        counts(file)));
    }

    /**
     * What went into one snapshot of a job. It is known as soon as the snapshot has begun, whether or not it will succeed.
     *
     * @param jobId the job
     * @param checkpointId the number of the snapshot
     * @return empty if no such snapshot has begun
     * @throws IOException if the file can't be read
     */
    public Optional<Snapshot> snapshot(String jobId, long checkpointId) throws IOException {
        return read(state.resolve("snapshot-" + jobId + "-" + checkpointId)).map(CounterJobControl::snapshot);
    }

    /**
     * All snapshots of a job that have begun, whether or not they succeeded.
     *
     * @param jobId the job
     * @return in the order of their numbers
     * @throws IOException if the files can't be read
     */
    public List<Snapshot> snapshots(String jobId) throws IOException {
        if (!Files.exists(state)) {
            return List.of();
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(state)) {
            files = all.filter(file -> String.valueOf(file.getFileName()).startsWith("snapshot-" + jobId + "-"))
                    .toList();
        }
        TreeMap<Long, Snapshot> snapshots = new TreeMap<>();
        for (Path file : files) {
            read(file).map(CounterJobControl::snapshot).ifPresent(found -> snapshots.put(found.checkpointId(), found));
        }
        return List.copyOf(snapshots.values());
    }

    private static Snapshot snapshot(Properties file) {
        return new Snapshot(required(file, "job"), Long.parseLong(required(file, "checkpoint")), counts(file));
    }

    private static SortedMap<Long, Long> counts(Properties file) {
        SortedMap<Long, Long> counts = new TreeMap<>();
        for (String name : file.stringPropertyNames()) {
            if (name.startsWith("count.")) {
                counts.put(Long.valueOf(name.substring("count.".length())), Long.valueOf(required(file, name)));
            }
        }
        return counts;
    }

    private static String required(Properties file, String name) {
        return Objects.requireNonNull(file.getProperty(name), name);
    }

    private static Optional<Properties> read(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
            return Optional.of(properties);
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }

    /** In one move, because the job may read at any moment. */
    private void write(String name, String text) throws IOException {
        Path unfinished = Files.createTempFile(directory, ".", ".tmp");
        Files.writeString(unfinished, text);
        Files.move(unfinished, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
}
