package io.savepoint.examples.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a cluster's processes run.
 *
 * @param libDirectory the jars of Flink
 * @param pluginsDirectory has a directory for each plugin, with its jars
 */
record FlinkJars(Path libDirectory, Optional<Path> pluginsDirectory) {

    void requireFlink() throws IOException {
        try (Stream<Path> jars = Files.list(libDirectory)) {
            if (jars.noneMatch(jar -> String.valueOf(jar.getFileName()).startsWith("flink-runtime"))) {
                throw new IOException(libDirectory + " has no jars of Flink in it");
            }
        }
    }
}
