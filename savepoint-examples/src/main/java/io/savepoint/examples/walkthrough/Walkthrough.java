package io.savepoint.examples.walkthrough;

import io.savepoint.examples.cluster.LocalFlink;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/**
 * Starts a real Flink and shows on it, step by step, everything that the SDK does. Prints the status after each step, as
 * {@code kubectl describe} would, and ends with exit code 0 if every step passed.
 */
public final class Walkthrough {
    private Walkthrough() {}

    /** One thing to see. */
    private record Step(String title, Body body) {
        interface Body {
            void run() throws Exception;
        }
    }

    /**
     * Runs it.
     *
     * @param args none; the system properties {@code flink.lib.1.20} and {@code counter.job.jar} tell where the jars of
     *     Flink and of the job lie
     * @throws Exception if Flink does not start
     */
    public static void main(String[] args) throws Exception {
        Path lib = Path.of(required("flink.lib.1.20"));
        String jar = required("counter.job.jar");
        int failed;
        try (LocalFlink flink = LocalFlink.builder(lib).start();
                Scene scene = Scene.open(flink, jar)) {
            failed = run(List.of(
                    new Step("a job starts fresh and runs", scene::startsFresh),
                    new Step("periodic savepoints are recorded", scene::takesPeriodicSavepoints),
                    new Step("a raised savepointGeneration gives exactly one more", scene::servesARaisedGeneration),
                    new Step("the annotation gives one more and is reported", scene::servesTheAnnotation),
                    new Step("savepoints past the manager leave the status as it was", scene::isNotConfusedByOthers),
                    new Step("a failed job comes back with its state", scene::restartsFromTheLastSavepoint),
                    new Step(
                            "a job that fails with nothing recorded stays Failed",
                            scene::leavesFailedWhatHasNoSavepoint),
                    new Step("a new cluster starts from a savepoint", scene::startsFromASavepoint),
                    new Step("job-cancel stops a job with a savepoint", scene::cancelsWithASavepoint),
                    new Step("a manager that dies in mid-savepoint is replaced", scene::survivesADyingManager)));
        }
        System.exit(failed);
    }

    private static int run(List<Step> steps) {
        PrintStream out = System.out;
        int number = 0;
        for (Step step : steps) {
            number++;
            out.printf("%n== step %d of %d: %s%n", number, steps.size(), step.title());
            try {
                step.body().run();
            } catch (Exception | AssertionError problem) {
                problem.printStackTrace(out);
                out.printf("%nwalkthrough: step %d FAILED: %s: %s%n", number, step.title(), problem.getMessage());
                return 1;
            }
        }
        out.printf("%nwalkthrough: %d of %d steps passed%n", number, steps.size());
        return 0;
    }

    static String required(String property) {
        String value = System.getProperty(property);
        if (value == null) {
            throw new IllegalStateException("set -D" + property + "; 'mvn -q -Pwalkthrough verify' does");
        }
        return value;
    }
}
