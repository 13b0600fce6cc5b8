package io.savepoint.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The CPU time of this process, and how much of it is that of the JIT compiler, as Linux tells. Needs a JVM that keeps the
 * compiler's threads: {@link #KEEPS_COMPILERS}. Knows nothing but the JDK.
 */
public final class CpuTime {
    /** Otherwise one of those threads could end, and its CPU time would no longer be known. */
    public static final String KEEPS_COMPILERS = "-XX:-UseDynamicNumberOfCompilerThreads";

    private final List<Path> compilers = new ArrayList<>();

    /**
     * Finds the compiler's threads.
     *
     * @throws IllegalStateException if there is none of a known name
     */
    public CpuTime() {
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            for (Path thread : threads.toList()) {
                if (Files.readString(thread.resolve("comm")).matches("(?s)C[12] Compiler.*")) {
                    compilers.add(thread);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (compilers.isEmpty()) {
            throw new IllegalStateException("no thread of the JIT compiler is known by its name");
        }
    }

    /**
     * That of the whole process.
     *
     * @return since its start
     */
    public static Duration ofAll() {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return Duration.ofNanos(system.getProcessCpuTime());
    }

    /**
     * That of the JIT compiler: what it does at any time is chance, and ends.
     *
     * @return since the start of the process
     */
    public Duration ofCompilers() {
        try {
            long nanos = 0;
            for (Path thread : compilers) {
                nanos += Long.parseLong(
                        Files.readString(thread.resolve("schedstat")).split(" ", 2)[0]);
            }
            return Duration.ofNanos(nanos);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
