package io.savepoint.benchmarks.clients;

import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.GcInfo;
import io.savepoint.benchmarks.CpuTime;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/**
 * A JVM of one client: takes a savepoint whenever it is told to by a line on its standard input, and tells what this
 * process has used so far. It ends when its input does. Knows nothing but the JDK.
 */
final class Side {
    static final String TAKE = "take";
    static final String USAGE = "usage";

    private static final AtomicLong FREED = new AtomicLong();
    private static final AtomicLong COLLECTIONS_COUNTED = new AtomicLong();

    private Side() {}

    /** How this client takes a savepoint: gives its location once it is known. */
    interface Taker {
        String take() throws Exception;
    }

    static void serve(Taker taker) throws Exception {
        CpuTime cpu = new CpuTime();
        countWhatIsFreed();
        // Whatever else the client prints is not for the parent.
        PrintStream out = System.out;
        System.setOut(System.err);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            out.println(line.equals(TAKE) ? take(taker) : usage(cpu));
        }
        Runtime.getRuntime().halt(0);
    }

    private static String take(Taker taker) throws Exception {
        long begin = System.nanoTime();
        String location = taker.take();
        return System.nanoTime() - begin + " " + location;
    }

    private static String usage(CpuTime cpu) {
        return CpuTime.ofAll().minus(cpu.ofCompilers()).toNanos() + " " + allocated();
    }

    /** What lives and what was freed is what was allocated, unless there was a collection that is not counted yet. */
    private static long allocated() {
        for (int tries = 0; tries < 5000; tries++) {
            long collections = collections();
            boolean allCounted = collections == COLLECTIONS_COUNTED.get();
            long freed = FREED.get();
            long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            if (allCounted && collections == collections()) {
                return freed + used;
            }
            LockSupport.parkNanos(1_000_000);
        }
        throw new IllegalStateException(
                COLLECTIONS_COUNTED + " collections were told of, and there were " + collections());
    }

    private static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
    }

    private static void countWhatIsFreed() {
        COLLECTIONS_COUNTED.set(collections());
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            ((NotificationEmitter) collector)
                    .addNotificationListener(
                            (notification, unused) -> {
                                GcInfo info = GarbageCollectionNotificationInfo.from(
                                                (CompositeData) notification.getUserData())
                                        .getGcInfo();
                                FREED.addAndGet(
                                        heap(info.getMemoryUsageBeforeGc()) - heap(info.getMemoryUsageAfterGc()));
                                COLLECTIONS_COUNTED.incrementAndGet();
                            },
                            null,
                            null);
        }
    }

    /** Of the pools of the serial collector those that are the heap. */
    private static long heap(Map<String, MemoryUsage> pools) {
        return pools.entrySet().stream()
                .filter(pool -> pool.getKey().matches("Eden Space|Survivor Space|Tenured Gen"))
                .mapToLong(pool -> pool.getValue().getUsed())
                .sum();
    }
}
