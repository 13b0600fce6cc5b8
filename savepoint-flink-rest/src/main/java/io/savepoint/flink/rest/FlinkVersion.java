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

    /** Whether {@code triggerId} and {@code formatType} are known: from 1.15; before, an unknown field is refused. */
    boolean takesTriggerIdAndFormat() {
        return major > 1 || (major == 1 && minor >= 15);
    }
}
