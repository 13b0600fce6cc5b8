package io.savepoint.flink.rest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * A jar on its way into the cache: a file of its own, and the checksum of what is in it so far. Whoever makes one either
 * closes or discards it. Safe for use by any number of threads, so that a download can be given up at any time.
 */
final class PartialJar {
    /** The names of such files, as a glob. */
    static final String NAMES = "download-*.part";

    private final Path file;
    private final FileChannel channel;
    private final MessageDigest digest;
    private long size;

    private PartialJar(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
        digest = newDigest();
    }

    /** Makes an empty one, which nobody else may read or write. */
    static PartialJar createIn(Path directory) throws IOException {
        Path file = directory.resolve(NAMES.replace("*", UUID.randomUUID().toString()));
        Set<StandardOpenOption> anew = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        return new PartialJar(file, FileChannel.open(file, anew, OwnDirectory.ofNewFiles(directory)));
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    /** The checksum of a whole file, in hex as that of a download. */
    static String sha256(Path file) throws IOException {
        MessageDigest digest = newDigest();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    Path file() {
        return file;
    }

    synchronized long size() {
        return size;
    }

    synchronized void write(List<ByteBuffer> items) throws IOException {
        for (ByteBuffer item : items) {
            size += item.remaining();
            digest.update(item.duplicate());
            while (item.hasRemaining()) {
                channel.write(item);
            }
        }
    }

    /** The checksum of everything; to be asked for once, at the end. */
    synchronized String sha256() {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Ends the writing. What is renamed before it is on the disk can be an empty file after a power failure. */
    synchronized void close() throws IOException {
        channel.force(true);
        channel.close();
    }

    synchronized void discard() throws IOException {
        try {
            channel.close();
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
