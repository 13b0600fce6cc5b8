package io.savepoint.benchmarks.fleet;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;

/** What this process uses, and its way to tell it to the one that started it. */
final class Usage {
    private static final int COLLECTIONS = 4;

    private Usage() {}

    /** What lives on the heap: the least of several looks, each after a collection. */
    static long liveHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    static void tell(String name, long value) {
        System.out.println(name + "=" + value);
    }

    /** The last word: all went as it should. */
    static void tellDone() {
        System.out.println("done");
    }

    static void waitUntil(Instant time) {
        Duration left = Duration.between(Instant.now(), time);
        while (!left.isNegative() && !left.isZero()) {
            LockSupport.parkNanos(left.toNanos());
            left = Duration.between(Instant.now(), time);
        }
    }
}
