package io.savepoint.flink.rest.fuzz;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;

/** Counts what a run of the fuzzer sees. */
final class Tally implements AutoCloseable {
    private static final int MOST_PROBLEMS = 20;
    private static final double MIB = 1024 * 1024;

    private final Map<String, LongAdder> mutations = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> targets = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> outcomes = new ConcurrentSkipListMap<>();
    private final List<String> problems = new ArrayList<>();
    private final LongAdder probes = new LongAdder();
    /** The longest part of the time that a case had, in millionths. */
    private final AtomicLong slowest = new AtomicLong();

    private final AtomicLong highest = new AtomicLong();
    private final NotificationListener afterCollection = (notification, handback) -> {
        GarbageCollectionNotificationInfo info =
                GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData());
        highest.accumulateAndGet(
                info.getGcInfo().getMemoryUsageAfterGc().entrySet().stream()
                        .filter(pool -> isHeap(pool.getKey()))
                        .mapToLong(pool -> pool.getValue().getUsed())
                        .sum(),
                Math::max);
    };

    Tally() {
        collectors().forEach(it -> it.addNotificationListener(afterCollection, null, null));
    }

    private static List<NotificationEmitter> collectors() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .map((GarbageCollectorMXBean it) -> (NotificationEmitter) it)
                .toList();
    }

    private static boolean isHeap(String pool) {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .anyMatch(it -> it.getName().equals(pool) && it.getType() == MemoryType.HEAP);
    }

    void count(FuzzCase played, String outcome, Duration took, Duration limit) {
        add(mutations, played.mutation().name());
        add(targets, played.target().name());
        add(outcomes, outcome);
        slowest.accumulateAndGet(took.toNanos() / Math.max(1, limit.toNanos() / 1_000_000), Math::max);
    }

    private static void add(Map<String, LongAdder> counts, String name) {
        counts.computeIfAbsent(name, it -> new LongAdder()).increment();
    }

    void probed() {
        probes.increment();
    }

    void problem(String problem) {
        synchronized (problems) {
            problems.add(problem);
        }
    }

    boolean isHopeless() {
        synchronized (problems) {
            return problems.size() >= MOST_PROBLEMS;
        }
    }

    List<String> problems() {
        synchronized (problems) {
            return List.copyOf(problems);
        }
    }

    long answers() {
        return mutations.values().stream().mapToLong(LongAdder::sum).sum();
    }

    String summary(long seed, Duration took) {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        return String.format(
                "fuzz: %d answers in %d s, %d problems, seed %d; %d probes of a sound cluster; slowest answer after %.2f of its"
                        + " time; most memory in use after a collection %.0f MiB of %.0f MiB%n  methods:   %s%n  outcomes:"
                        + "  %s%n  mutations: %s",
                answers(),
                took.toSeconds(),
                problems().size(),
                seed,
                probes.sum(),
                slowest.get() / 1e6,
                highest.get() / MIB,
                heap.getMax() / MIB,
                told(targets),
                told(outcomes),
                told(mutations));
    }

    private static String told(Map<String, LongAdder> counts) {
        return counts.entrySet().stream()
                .map(count -> count.getKey() + " " + count.getValue().sum())
                .collect(Collectors.joining(", "));
    }

    @Override
    public void close() throws Exception {
        for (NotificationEmitter collector : collectors()) {
            collector.removeNotificationListener(afterCollection);
        }
    }
}
