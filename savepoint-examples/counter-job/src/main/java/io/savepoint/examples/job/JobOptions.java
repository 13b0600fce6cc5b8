package io.savepoint.examples.job;

import java.util.Arrays;
import java.util.Iterator;

/** The command line of {@link CounterJob}, parsed here because Flink's own parser moved between versions. */
final class JobOptions {

    long sleepMillis = 2;
    long keys = 16;
    long records = Long.MAX_VALUE;
    long snapshotMillis = 0;
    long checkpointInterval = 0;
    int restartAttempts = 0;
    boolean extraOperator = false;
    boolean countAsText = false;
    private String controlDir;

    private JobOptions() {}

    static JobOptions parse(String[] args) {
        JobOptions options = new JobOptions();
        Iterator<String> rest = Arrays.asList(args).iterator();
        while (rest.hasNext()) {
            String name = rest.next();
            switch (name) {
                case "--control-dir":
                    options.controlDir = value(name, rest);
                    break;
                case "--sleep-ms":
                    options.sleepMillis = number(name, rest, 0);
                    break;
                case "--keys":
                    options.keys = number(name, rest, 1);
                    break;
                case "--records":
                    options.records = number(name, rest, 1);
                    break;
                case "--snapshot-millis":
                    options.snapshotMillis = number(name, rest, 0);
                    break;
                case "--checkpoint-interval":
                    options.checkpointInterval = number(name, rest, 1);
                    break;
                case "--restart-attempts":
                    options.restartAttempts = Math.toIntExact(number(name, rest, 0));
                    break;
                case "--extra-operator":
                    options.extraOperator = true;
                    break;
                case "--count-as-text":
                    options.countAsText = true;
                    break;
                default:
                    throw new IllegalArgumentException("unknown option " + name);
            }
        }
        return options;
    }

    ControlDirectory controlDirectory() {
        return new ControlDirectory(controlDir);
    }

    private static String value(String name, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(name + " needs a value");
        }
        return rest.next();
    }

    private static long number(String name, Iterator<String> rest, long min) {
        String value = value(name, rest);
        long number;
        try {
            number = Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " needs a number, not " + value, e);
        }
        if (number < min) {
            throw new IllegalArgumentException(name + " must be >= " + min + ", not " + value);
        }
        return number;
    }
}
