package io.savepoint.flink.rest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Whose this process is, by number: in a container the user often has no name, and the JDK's {@code UnixSystem} takes one
 * without for root.
 */
final class ProcessUser {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ProcessUser() {}

    /** The uid of the files that this process makes. */
    static int uid() throws IOException {
        return uid(STATUS);
    }

    /** Where Linux says it; elsewhere of a file where, as in a {@code /tmp}, nobody else can replace it before the look. */
    static int uid(Path status) throws IOException {
        Optional<Integer> told = told(status);
        if (told.isPresent()) {
            return told.get();
        }
        Path probe = Files.createTempFile("savepoint-", ".uid");
        try {
            return uidOf(probe);
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    /** Of the file itself, and not of where a symbolic link leads to. */
    static int uidOf(Path file) throws IOException {
        return (Integer) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }

    /** Reads {@code Uid: real effective saved filesystem}. */
    private static Optional<Integer> told(Path status) {
        List<String> lines;
        try {
            lines = Files.readAllLines(status, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            // Not Linux.
            return Optional.empty();
        }
        return lines.stream()
                .filter(line -> line.matches("Uid:(\\t\\d+){4}"))
                .map(line -> Integer.parseUnsignedInt(line.substring(line.lastIndexOf('\t') + 1)))
                .findFirst();
    }
}
