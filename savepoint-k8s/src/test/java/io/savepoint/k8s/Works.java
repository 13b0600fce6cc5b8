package io.savepoint.k8s;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Works that record themselves when they are open. Safe for use by any number of threads. */
final class Works {
    private final List<Work> all = new ArrayList<>();
    private int mostAtOnce;

    /** One time that a candidate did the work; times are those of {@link System#nanoTime}. */
    static final class Work {
        final String of;
        final long opened = System.nanoTime();
        Optional<Long> closed = Optional.empty();

        Work(String of) {
            this.of = of;
        }
    }

    Supplier<AutoCloseable> of(String candidate) {
        return of(candidate, () -> {});
    }

    Supplier<AutoCloseable> of(String candidate, Runnable onClosing) {
        return () -> {
            Work work = open(candidate);
            return () -> {
                onClosing.run();
                close(work);
            };
        };
    }

    private synchronized Work open(String candidate) {
        Work work = new Work(candidate);
        all.add(work);
        mostAtOnce = Math.max(mostAtOnce, openNow().size());
        return work;
    }

    private synchronized void close(Work work) {
        work.closed = Optional.of(System.nanoTime());
    }

    /** Whose works are open. */
    synchronized List<String> openNow() {
        return all.stream()
                .filter(work -> work.closed.isEmpty())
                .map(work -> work.of)
                .toList();
    }

    synchronized int mostAtOnce() {
        return mostAtOnce;
    }

    synchronized Work last(String candidate) {
        return all.stream()
                .filter(work -> work.of.equals(candidate))
                .reduce((first, second) -> second)
                .orElseThrow(() -> new AssertionError(candidate + " never led"));
    }
}
