package io.savepoint.examples.cluster;

import java.io.IOException;
import java.lang.reflect.Method;
import java.util.Arrays;

/**
 * Runs another main class, and ends its JVM at once when standard input ends.
 *
 * <p>Standard input is a pipe from the parent process, which the system closes however the parent ends: a killed parent
 * leaves no children behind. Runs with nothing but itself and Flink on its class path.
 */
final class ParentWatch {

    private ParentWatch() {}

    public static void main(String[] args) throws ReflectiveOperationException {
        Thread watch = new Thread(ParentWatch::haltAtEndOfInput, "parent-watch");
        watch.setDaemon(true);
        watch.start();
        Object mainArgs = Arrays.copyOfRange(args, 1, args.length);
        Method main = Class.forName(args[0]).getMethod("main", String[].class);
        // As for Java's own launcher, the class need not be public.
        main.setAccessible(true);
        main.invoke(null, mainArgs);
    }

    private static void haltAtEndOfInput() {
        try {
            while (System.in.read() >= 0) {
                // The parent has nothing to say.
            }
        } catch (IOException e) {
            // The same as the end.
        }
        Runtime.getRuntime().halt(1);
    }
}
