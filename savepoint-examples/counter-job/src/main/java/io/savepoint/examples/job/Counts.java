package io.savepoint.examples.job;

import java.io.IOException;
import java.io.StringReader;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** The counts by key that went into one snapshot, or were found after one, and their text form. */
final class Counts {

    final TreeMap<Long, Long> byKey = new TreeMap<>();

    /** What a snapshot says of itself; it is both published and kept in the snapshot, so that a restored job can tell. */
    String describeSnapshot(String jobId, long checkpointId) {
        return "job=" + jobId + "\ncheckpoint=" + checkpointId + "\n" + lines();
    }

    /** What a job found that was restored from the described snapshot. */
    String describeRestored(String jobId, Properties snapshot) {
        return "job=" + jobId
                + "\nfrom.job=" + snapshot.getProperty("job")
                + "\nfrom.checkpoint=" + snapshot.getProperty("checkpoint")
                + "\n" + lines();
    }

    static Properties parse(String description) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(description));
        return properties;
    }

    static Counts of(Properties description) {
        Counts counts = new Counts();
        for (String name : description.stringPropertyNames()) {
            if (name.startsWith("count.")) {
                counts.byKey.put(
                        Long.valueOf(name.substring("count.".length())), Long.valueOf(description.getProperty(name)));
            }
        }
        return counts;
    }

    private String lines() {
        StringBuilder lines = new StringBuilder();
        for (Map.Entry<Long, Long> entry : byKey.entrySet()) {
            lines.append("count.")
                    .append(entry.getKey())
                    .append('=')
                    .append(entry.getValue())
                    .append('\n');
        }
        return lines.toString();
    }
}
