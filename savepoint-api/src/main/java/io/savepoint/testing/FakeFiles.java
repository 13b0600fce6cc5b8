package io.savepoint.testing;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The file system that all clusters of a fake share. It outlives every JobManager.
 *
 * <p>Not safe for use by several threads: the fake's lock protects it.
 */
final class FakeFiles {
    private static final Set<String> SCHEMES =
            Set.of("file", "hdfs", "s3", "s3a", "s3p", "gs", "abfs", "abfss", "wasb", "wasbs", "oss", "viewfs");

    private final Set<String> savepoints = new TreeSet<>();
    private final Set<String> emptyDirectories = new TreeSet<>();
    private final Set<String> unwritable = new HashSet<>();
    private final Set<String> withUnclaimedState = new HashSet<>();

    /** Flink's own spelling: {@code file:///x} comes back as {@code file:/x}, and no slash at the end. */
    static String normalize(String path) {
        String normal = path.startsWith("file:///") ? "file:" + path.substring("file://".length()) : path;
        if (normal.startsWith("/")) {
            normal = "file:" + normal;
        }
        if (normal.endsWith("/_metadata")) {
            normal = normal.substring(0, normal.length() - "/_metadata".length());
        }
        return normal.endsWith("/") ? normal.substring(0, normal.length() - 1) : normal;
    }

    /** Why no savepoint can be written below a directory, in Flink's words. */
    Optional<String> problemOf(String directory) {
        if (directory.isBlank()) {
            return Optional.of(
                    FlinkTexts.triggerFailed("IllegalArgumentException: Can not create a Path from an empty string"));
        }
        String normal = normalize(directory);
        int colon = normal.indexOf(':');
        if (colon > 0 && !SCHEMES.contains(normal.substring(0, colon))) {
            return Optional.of(FlinkTexts.ioProblem("UnsupportedFileSystemSchemeException: Could not find a file system"
                    + " implementation for scheme '" + normal.substring(0, colon) + "'."));
        }
        if (normal.startsWith("file:/proc/") || unwritable.contains(normal)) {
            return Optional.of(
                    FlinkTexts.ioProblem("IOException: Failed to create savepoint directory at " + directory));
        }
        return Optional.empty();
    }

    /** Why no job can be started from a path, in Flink's words. */
    Optional<String> problemOfRestore(String path, boolean allowNonRestoredState) {
        String normal = normalize(path);
        if (emptyDirectories.contains(normal)) {
            return Optional.of(FlinkTexts.notLaunched(FlinkTexts.missingMetadata(path)));
        }
        if (!savepoints.contains(normal)) {
            return Optional.of(FlinkTexts.notLaunched(FlinkTexts.missingSavepoint(path)));
        }
        if (withUnclaimedState.contains(normal) && !allowNonRestoredState) {
            return Optional.of(FlinkTexts.notLaunched(FlinkTexts.unclaimedState(path)));
        }
        return Optional.empty();
    }

    void addSavepoint(String location) {
        savepoints.add(normalize(location));
    }

    void addEmptyDirectory(String location) {
        emptyDirectories.add(normalize(location));
    }

    boolean isEmptyDirectory(String location) {
        return emptyDirectories.contains(normalize(location));
    }

    /** Deletes a savepoint, if there is one. */
    boolean deleteSavepoint(String location) {
        return savepoints.remove(normalize(location));
    }

    void makeUnwritable(String directory) {
        unwritable.add(normalize(directory));
    }

    void makeWritable(String directory) {
        unwritable.remove(normalize(directory));
    }

    void addUnclaimedState(String location) {
        withUnclaimedState.add(normalize(location));
    }

    Set<String> savepoints() {
        return Set.copyOf(savepoints);
    }

    Set<String> emptyDirectories() {
        return Set.copyOf(emptyDirectories);
    }
}
