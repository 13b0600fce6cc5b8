package io.savepoint.flink.rest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Directories that belong to this process's user and that no other user may look into, so that nobody else changes what
 * lies in them. Where files have no owner and permissions as POSIX has them, every directory is one.
 */
final class OwnDirectory {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> FOR_WRITING =
            EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);
    private static final int ROOT = 0;

    private OwnDirectory() {}

    /** Another user may change what is in a directory; the message says which, whose it is, and what to do. */
    static final class UnsafeException extends IOException {
        private static final long serialVersionUID = 1L;

        private UnsafeException(String message) {
            super(message);
        }
    }

    /** What the file system says of a file itself, and not of where a symbolic link leads to. */
    private record Facts(int uid, String owner, Set<PosixFilePermission> permissions) {
        static Facts of(Path file) throws IOException {
            Map<String, Object> read =
                    Files.readAttributes(file, "unix:uid,owner,permissions", LinkOption.NOFOLLOW_LINKS);
            Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
            for (Object permission : (Set<?>) Objects.requireNonNull(read.get("permissions"))) {
                permissions.add((PosixFilePermission) permission);
            }
            int uid = (Integer) Objects.requireNonNull(read.get("uid"));
            return new Facts(uid, String.valueOf(read.get("owner")), permissions);
        }

        boolean isOurs() throws IOException {
            return uid == ProcessUser.uid();
        }

        boolean othersMayWrite() {
            return permissions.stream().anyMatch(FOR_WRITING::contains);
        }
    }

    /**
     * Makes the directory if need be. One that is there already, and ours, loses the permissions of others: Kubernetes
     * gives the group rights on all that is in a volume when it mounts it with an {@code fsGroup}.
     *
     * @throws UnsafeException if it is another user's, or a symbolic link
     */
    static void make(Path directory) throws IOException {
        create(directory);
        if (!hasOwners(directory)) {
            return;
        }
        Facts facts = Facts.of(directory);
        if (!facts.isOurs()) {
            throw foreign(directory, facts);
        }
        if (!OWNER_ONLY.containsAll(facts.permissions())) {
            Files.setPosixFilePermissions(directory, OWNER_ONLY);
            if (Facts.of(directory).othersMayWrite()) {
                throw new UnsafeException("'" + directory + "' of the user '" + facts.owner() + "', this process's, can"
                        + " be written by other users, and its file system does not take that from them; use a"
                        + " directory on another file system");
            }
        }
    }

    /**
     * Makes the directory if need be, which is to hold own ones. One that is there already may be root's too, and its
     * permissions do not matter: what Kubernetes mounts for an {@code emptyDir} is root's, and everybody may write to it.
     *
     * @throws UnsafeException if it is another user's, or a symbolic link
     */
    static void makeParent(Path directory) throws IOException {
        create(directory);
        if (hasOwners(directory)) {
            Facts facts = Facts.of(directory);
            if (!facts.isOurs() && facts.uid() != ROOT) {
                throw foreign(directory, facts);
            }
        }
    }

    private static void create(Path directory) throws IOException {
        if (Files.isSymbolicLink(directory)) {
            throw new UnsafeException("'" + directory + "', of the user '"
                    + Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS)
                    + "', is a symbolic link; use the directory that it leads to, or remove it");
        }
        Files.createDirectories(directory, attributes(directory, "rwx------"));
    }

    private static UnsafeException foreign(Path directory, Facts facts) {
        return new UnsafeException("'" + directory + "' belongs to the user '" + facts.owner() + "' (uid "
                + Integer.toUnsignedString(facts.uid())
                + "), who could change the jars in it; remove it, or use another directory");
    }

    /** Whether it is a file, no symbolic link to one, that nobody else may write to. */
    static boolean isOwnFile(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        if (!hasOwners(file)) {
            return true;
        }
        Facts facts = Facts.of(file);
        return facts.isOurs() && !facts.othersMayWrite();
    }

    /** What makes a new file in a directory one that nobody else may read or write. */
    static FileAttribute<?>[] ofNewFiles(Path directory) {
        return attributes(directory, "rw-------");
    }

    private static FileAttribute<?>[] attributes(Path path, String permissions) {
        return hasOwners(path)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean hasOwners(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("unix");
    }
}
