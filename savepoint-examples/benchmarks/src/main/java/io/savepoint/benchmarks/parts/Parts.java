package io.savepoint.benchmarks.parts;

import io.savepoint.benchmarks.Table;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * What single parts of the SDK allocate, and how their times are to each other, by JMH.
 *
 * <p>To run it: {@code mvn -q -Pbenchmarks verify -Dbenchmark=Parts}. It takes some three minutes.
 */
public final class Parts {
    private static final String UNIT = "jacksonAloneThousandJobs";
    private static final int ITERATIONS = 5;

    private Parts() {}

    /** Runs it. */
    public static void main(String[] args) throws RunnerException {
        Options options = new OptionsBuilder()
                .include("io\\.savepoint\\..*Benchmark\\..*")
                .mode(Mode.AverageTime)
                .timeUnit(TimeUnit.MICROSECONDS)
                .forks(1)
                .warmupIterations(ITERATIONS)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(ITERATIONS)
                .measurementTime(TimeValue.seconds(1))
                .jvmArgsAppend("-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error")
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .build();
        Map<String, RunResult> results = new TreeMap<>();
        for (RunResult result : new Runner(options).run()) {
            results.put(result.getPrimaryResult().getLabel(), result);
        }
        Table table = new Table("part", "allocated, bytes", "time against Jackson alone with a list of 1000 jobs");
        double unit = micros(results, UNIT);
        for (Map.Entry<String, RunResult> result : results.entrySet()) {
            table.row(
                    result.getKey(),
                    Math.round(allocated(result.getValue())),
                    String.format(Locale.ROOT, "%.4f", micros(results, result.getKey()) / unit));
        }
        System.out.println(table);
    }

    private static double micros(Map<String, RunResult> results, String label) {
        RunResult result = results.get(label);
        if (result == null) {
            throw new IllegalStateException("there is no result of " + label + ", only of " + results.keySet());
        }
        return result.getPrimaryResult().getScore();
    }

    private static double allocated(RunResult result) {
        return Objects.requireNonNull(result.getSecondaryResults().get("gc.alloc.rate.norm"), "of the GC profiler")
                .getScore();
    }
}
