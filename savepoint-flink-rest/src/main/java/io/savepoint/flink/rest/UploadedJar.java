package io.savepoint.flink.rest;

import java.time.Instant;
import java.util.List;

/**
 * A jar that a JobManager has.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param id Flink's id of it
 * @param name the name of the file that was uploaded
 * @param uploaded when it was uploaded
 * @param entryClasses the classes that its manifest names to be run
 */
public record UploadedJar(String id, String name, Instant uploaded, List<String> entryClasses) {
    /**
     * Copies the list.
     *
     * @param id Flink's id of it
     * @param name the name of the file that was uploaded
     * @param uploaded when it was uploaded
     * @param entryClasses the classes that its manifest names to be run
     */
    public UploadedJar {
        entryClasses = List.copyOf(entryClasses);
    }
}
