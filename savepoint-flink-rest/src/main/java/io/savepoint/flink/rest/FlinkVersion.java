package io.savepoint.flink.rest;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of Flink, for what its REST API can do.
 *
 * @param text as Flink tells it
 * @param major the first number; a version without numbers, as of a build of one's own, is taken for a new one
 * @param minor the second number
 */
record FlinkVersion(String text, int major, int minor) {
    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})");

    static FlinkVersion of(String text) {
        Matcher numbers = NUMBERS.matcher(text);
        return numbers.find()
                ? new FlinkVersion(text, Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)))
                : new FlinkVersion(text, Integer.MAX_VALUE, 0);
    }

    /** Whether {@code triggerId} and {@code formatType} are known; before, an unknown field is refused. */
    boolean takesTriggerIdAndFormat() {
        return isAtLeast1(15);
    }

    /** Whether the path {@code /jobs/:jobid/status} is there. */
    boolean hasJobStatus() {
        return isAtLeast1(16);
    }

    /** Whether checkpoints can be triggered. */
    boolean triggersCheckpoints() {
        return isAtLeast1(17);
    }

    /** Whether a job can be told how to treat the savepoint that it starts from. */
    boolean takesClaimMode() {
        return isAtLeast1(15);
    }

    /** What that field is called: later versions know both names, earlier ones refuse the newer. */
    String claimModeField() {
        return isAtLeast1(20) ? "claimMode" : "restoreMode";
    }

    /** Whether a job can be given a configuration of its own. */
    boolean takesConfiguration() {
        return isAtLeast1(17);
    }

    /** Whether the id of a job that has ended is known for as long as the JobManager lives. */
    boolean remembersEndedJobs() {
        return isAtLeast1(15);
    }

    private boolean isAtLeast1(int leastMinor) {
        return major > 1 || (major == 1 && minor >= leastMinor);
    }
}
