package io.savepoint.benchmarks.fleet;

import io.savepoint.benchmarks.CpuTime;
import java.time.Duration;

/** The CPU time of this process from a moment on. */
final class Stopwatch {
    private final CpuTime cpu;
    private final Duration all = CpuTime.ofAll();
    private final Duration compilers;

    private Stopwatch(CpuTime cpu) {
        this.cpu = cpu;
        this.compilers = cpu.ofCompilers();
    }

    static Stopwatch start() {
        return new Stopwatch(new CpuTime());
    }

    void tell() {
        Usage.tell("cpuMicros", micros(CpuTime.ofAll().minus(all)));
        Usage.tell("compilerMicros", micros(cpu.ofCompilers().minus(compilers)));
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }
}
