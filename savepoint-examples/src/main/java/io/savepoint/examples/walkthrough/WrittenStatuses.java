package io.savepoint.examples.walkthrough;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterStatus;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.testing.ForwardingStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** A store that remembers, in order, every status that was written to it. Safe for use by any number of threads. */
final class WrittenStatuses extends ForwardingStore {
    private final List<Written> all = new ArrayList<>();

    private record Written(ClusterId cluster, ClusterStatus status) {}

    WrittenStatuses(ClusterStateStore store) {
        super(store);
    }

    @Override
    public CompletionStage<WriteResult> compareAndSet(ClusterId cluster, String version, ClusterStatus status) {
        return super.compareAndSet(cluster, version, status).thenApply(result -> {
            if (result.isWritten()) {
                add(new Written(cluster, status));
            }
            return result;
        });
    }

    private synchronized void add(Written written) {
        all.add(written);
    }

    /** {@return the values that a part of a cluster's status has had, one after the other} */
    synchronized <T> List<T> of(ClusterId cluster, Function<ClusterStatus, Optional<T>> part) {
        List<T> values = new ArrayList<>();
        for (Written written : all) {
            Optional<T> value =
                    part.apply(written.status()).filter(any -> written.cluster().equals(cluster));
            value.filter(next -> values.isEmpty() || !next.equals(values.get(values.size() - 1)))
                    .ifPresent(values::add);
        }
        return values;
    }
}
