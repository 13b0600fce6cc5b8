package io.savepoint.benchmarks.clients;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What one client's savepoints of one duration came to. */
final class Row {
    private static final double MOST_OF_SAVEPOINT = 1.05;
    private static final double MOST_MILLIS_BESIDE = 20;

    private final String flink;
    private final int snapshotMillis;
    private final Client.Kind kind;
    private final List<Double> known = new ArrayList<>();
    private final List<Double> real = new ArrayList<>();
    private int polls;
    private int requests;
    private Client.Usage usage = new Client.Usage(0, 0);

    Row(String flink, int snapshotMillis, Client.Kind kind) {
        this.flink = flink;
        this.snapshotMillis = snapshotMillis;
        this.kind = kind;
    }

    /** Has the client take one more savepoint. What a manager asks between its turns is not counted. */
    String take(Client client) throws IOException {
        int pollsBefore = client.counter().polls();
        int requestsBefore = client.counter().requests();
        Client.Taken taken = client.take();
        polls += client.counter().polls() - pollsBefore;
        requests += client.counter().requests() - requestsBefore;
        known.add(taken.millis());
        return taken.location();
    }

    /** What Flink's own statistics say of a savepoint that was taken. */
    void took(Duration duration) {
        real.add((double) duration.toMillis());
    }

    void used(Client.Usage all) {
        usage = all;
    }

    /** Fails unless Flink told of every savepoint how long it took. */
    void requireAllTold() {
        if (real.size() != known.size()) {
            throw new IllegalStateException(
                    "Flink's history has " + real.size() + " of " + known.size() + " savepoints of " + kind.label()
                            + " on Flink " + flink + " with a snapshot of " + snapshotMillis + " ms");
        }
    }

    String flink() {
        return flink;
    }

    int snapshotMillis() {
        return snapshotMillis;
    }

    Client.Kind kind() {
        return kind;
    }

    double knownMedian() {
        return quantile(known, 0.5);
    }

    double knownNinety() {
        return quantile(known, 0.9);
    }

    double realMedian() {
        return quantile(real, 0.5);
    }

    double pollsPerSavepoint() {
        return (double) polls / known.size();
    }

    double requestsPerSavepoint() {
        return (double) requests / known.size();
    }

    double cpu() {
        return (double) usage.cpuNanos() / known.size();
    }

    double allocated() {
        return (double) usage.allocatedBytes() / known.size();
    }

    /** Whether the end is known soon enough: the savepoint's own time, a twentieth and a little. */
    boolean isPrompt() {
        return knownMedian() <= realMedian() * MOST_OF_SAVEPOINT + MOST_MILLIS_BESIDE;
    }

    boolean isAheadOf(Row other) {
        return knownMedian() < other.knownMedian()
                && pollsPerSavepoint() < other.pollsPerSavepoint()
                && cpu() < other.cpu()
                && allocated() < other.allocated();
    }

    private static double quantile(List<Double> values, double part) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get((int) Math.min(sorted.size() - 1, Math.floor(sorted.size() * part)));
    }

    @Override
    public String toString() {
        return kind.label() + " on Flink " + flink + " with a snapshot of " + snapshotMillis + " ms: known after "
                + knownMedian() + " ms, took " + realMedian() + " ms, polls " + pollsPerSavepoint() + ", CPU " + cpu()
                + " ns, allocated " + allocated() + " bytes";
    }
}
