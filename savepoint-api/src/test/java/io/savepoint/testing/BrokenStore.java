package io.savepoint.testing;

import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.JobSpec;
import io.savepoint.model.Operation;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.StoreException;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A store that breaks the contract in one way. */
final class BrokenStore implements ClusterStateStore {
    enum Fault {
        NONE_BUT_SLOW,
        LOAD_FINDS_UNKNOWN,
        LOAD_LOSES_ARGS,
        LOAD_HIDES_CONTROL,
        SPEC_KEEPS_VERSION,
        CONTROL_KEEPS_VERSION,
        ACK_KEEPS_VERSION,
        STATUS_KEEPS_VERSION,
        LIST_IS_EMPTY,
        LIST_KEEPS_REMOVED,
        CAS_CUTS_MILLIS,
        CAS_LOSES_BOOKKEEPING,
        CAS_MERGES,
        CAS_WRITES_CONTROL,
        CAS_IGNORES_VERSION,
        CAS_BRINGS_BACK,
        CAS_ALWAYS_CONFLICTS,
        CAS_LIES,
        CHECK_THEN_ACT,
        VERSION_STARTS_ANEW,
        PUT_DROPS_STATUS,
        CAS_TELLS_OLD_VERSION,
        ACK_REMOVES_ANY,
        ACK_IGNORES_VERSION,
        ACK_ALWAYS_TRUE,
        ACK_REMOVES_NOTHING,
        WATCH_IS_SILENT,
        WATCH_NEVER_CLOSES,
        THROWS,
        NEVER_COMPLETES,
        UNREACHABLE_IS_EMPTY,
        UNREACHABLE_THROWS,
        UNREACHABLE_RAW
    }

    private final Executor later = CompletableFuture.delayedExecutor(3, TimeUnit.MILLISECONDS);
    private final Fault fault;
    private final Map<ClusterId, ClusterState> states = new ConcurrentHashMap<>();
    private final Map<ClusterId, ClusterState> cache = new ConcurrentHashMap<>();
    private final List<ClusterId> everSeen = new CopyOnWriteArrayList<>();
    private final List<Consumer<ClusterId>> listeners = new CopyOnWriteArrayList<>();
    private long versions;

    BrokenStore(Fault fault) {
        this.fault = fault;
    }

    Fault fault() {
        return fault;
    }

    boolean is(Fault other) {
        return fault == other;
    }

    void put(ClusterId cluster, JobSpec spec) {
        synchronized (this) {
            ClusterState old = states.get(cluster);
            boolean anew = old == null || is(Fault.PUT_DROPS_STATUS);
            String version = old != null && is(Fault.SPEC_KEEPS_VERSION) ? old.version() : next(old);
            everSeen.add(cluster);
            set(
                    cluster,
                    version,
                    spec,
                    anew ? Optional.empty() : old.control(),
                    anew ? ClusterStatus.empty() : old.status());
        }
        report(cluster);
    }

    void control(ClusterId cluster, String value) {
        synchronized (this) {
            ClusterState old = states.get(cluster);
            String version = is(Fault.CONTROL_KEEPS_VERSION) ? old.version() : next(old);
            set(cluster, version, old.spec(), Optional.of(new ControlRequest(value)), old.status());
        }
        report(cluster);
    }

    void remove(ClusterId cluster) {
        synchronized (this) {
            states.remove(cluster);
            refresh(cluster);
        }
        report(cluster);
    }

    @Override
    public CompletionStage<Optional<ClusterState>> load(ClusterId cluster) {
        if (is(Fault.THROWS)) {
            throw new IllegalStateException("on purpose");
        }
        Map<ClusterId, ClusterState> source = is(Fault.NONE_BUT_SLOW) ? cache : states;
        return answer(
                () -> Optional.ofNullable(source.get(cluster)).map(this::seen).or(() -> ghost(cluster)));
    }

    @Override
    public CompletionStage<WriteResult> compareAndSet(ClusterId cluster, String version, ClusterStatus status) {
        if (is(Fault.CHECK_THEN_ACT)) {
            return CompletableFuture.completedFuture(checkThenAct(cluster, version, status));
        }
        return answer(() -> compareAndSetNow(cluster, version, status));
    }

    @Override
    public CompletionStage<Boolean> acknowledgeControl(ClusterId cluster, String version, ControlRequest control) {
        return answer(() -> acknowledgeNow(cluster, version, control));
    }

    @Override
    public CompletionStage<List<ClusterId>> list() {
        return answer(() -> {
            if (is(Fault.LIST_IS_EMPTY)) {
                return List.of();
            }
            return is(Fault.LIST_KEEPS_REMOVED) ? List.copyOf(everSeen) : List.copyOf(states.keySet());
        });
    }

    @Override
    public Watch watch(Consumer<ClusterId> listener) {
        listeners.add(listener);
        return () -> {
            if (!is(Fault.WATCH_NEVER_CLOSES)) {
                listeners.remove(listener);
            }
        };
    }

    private synchronized WriteResult compareAndSetNow(ClusterId cluster, String version, ClusterStatus status) {
        ClusterState old = states.get(cluster);
        if (old == null && is(Fault.CAS_BRINGS_BACK) && !version.equals("1")) {
            set(cluster, next(null), JobSpec.builder().build(), Optional.empty(), status);
            return written(cluster);
        }
        if (old == null) {
            return WriteResult.GONE;
        }
        boolean same = old.version().equals(version) || is(Fault.CAS_IGNORES_VERSION);
        if (!same || is(Fault.CAS_ALWAYS_CONFLICTS)) {
            return WriteResult.CONFLICT;
        }
        if (!is(Fault.CAS_LIES)) {
            set(
                    cluster,
                    is(Fault.STATUS_KEEPS_VERSION) ? version : next(old),
                    old.spec(),
                    is(Fault.CAS_WRITES_CONTROL) ? Optional.empty() : old.control(),
                    spoiled(old.status(), status));
        }
        return is(Fault.CAS_TELLS_OLD_VERSION) ? WriteResult.written(version) : written(cluster);
    }

    private WriteResult written(ClusterId cluster) {
        return WriteResult.written(states.get(cluster).version());
    }

    private WriteResult checkThenAct(ClusterId cluster, String version, ClusterStatus status) {
        ClusterState old = states.get(cluster);
        if (old == null || !old.version().equals(version)) {
            return old == null ? WriteResult.GONE : WriteResult.CONFLICT;
        }
        // As a query followed by an update without condition: time for others in between.
        CompletableFuture.runAsync(() -> {}, later).join();
        synchronized (this) {
            set(cluster, next(old), old.spec(), old.control(), status);
            return written(cluster);
        }
    }

    private synchronized boolean acknowledgeNow(ClusterId cluster, String version, ControlRequest control) {
        ClusterState old = states.get(cluster);
        boolean current = old != null && (old.version().equals(version) || is(Fault.ACK_IGNORES_VERSION));
        boolean same = current && old.control().equals(Optional.of(control));
        boolean any = old != null && old.control().isPresent() && is(Fault.ACK_REMOVES_ANY);
        if ((same && !is(Fault.ACK_REMOVES_NOTHING)) || any) {
            String next = is(Fault.ACK_KEEPS_VERSION) ? old.version() : next(old);
            set(cluster, next, old.spec(), Optional.empty(), old.status());
        }
        return same || any || (old != null && is(Fault.ACK_ALWAYS_TRUE));
    }

    private void set(
            ClusterId cluster, String version, JobSpec spec, Optional<ControlRequest> control, ClusterStatus status) {
        states.put(cluster, new ClusterState(cluster, version, spec, control, status, List.of()));
        refresh(cluster);
    }

    private void refresh(ClusterId cluster) {
        if (is(Fault.NONE_BUT_SLOW)) {
            later.execute(() -> {
                synchronized (this) {
                    if (states.containsKey(cluster)) {
                        cache.put(cluster, states.get(cluster));
                    } else {
                        cache.remove(cluster);
                    }
                }
            });
        }
    }

    private String next(ClusterState old) {
        if (is(Fault.VERSION_STARTS_ANEW)) {
            return Long.toString(old == null ? 1 : Long.parseLong(old.version()) + 1);
        }
        versions++;
        return Long.toString(versions);
    }

    private Optional<ClusterState> ghost(ClusterId cluster) {
        ClusterState ghost = new ClusterState(
                cluster, "1", JobSpec.builder().build(), Optional.empty(), ClusterStatus.empty(), List.of());
        return Optional.of(ghost).filter(any -> is(Fault.LOAD_FINDS_UNKNOWN));
    }

    private ClusterState seen(ClusterState state) {
        JobSpec spec = is(Fault.LOAD_LOSES_ARGS)
                ? JobSpec.builder().from(state.spec()).args(List.of()).build()
                : state.spec();
        Optional<ControlRequest> control = is(Fault.LOAD_HIDES_CONTROL) ? Optional.empty() : state.control();
        return new ClusterState(state.id(), state.version(), spec, control, state.status(), List.of());
    }

    private ClusterStatus spoiled(ClusterStatus old, ClusterStatus status) {
        ClusterStatus.Builder spoiled = ClusterStatus.builder().from(status);
        Bookkeeping books = status.bookkeeping();
        if (is(Fault.CAS_LOSES_BOOKKEEPING)) {
            spoiled.bookkeeping(Bookkeeping.builder().build());
        } else if (is(Fault.CAS_CUTS_MILLIS)) {
            spoiled.bookkeeping(Bookkeeping.builder()
                    .from(books)
                    .operation(books.operation().map(BrokenStore::inSeconds))
                    .build());
        } else if (is(Fault.CAS_MERGES)) {
            spoiled.control(status.control().or(old::control));
        }
        return spoiled.build();
    }

    private static Operation inSeconds(Operation operation) {
        Instant time = operation.lastSentAt().truncatedTo(ChronoUnit.SECONDS);
        return Operation.builder().from(operation).lastSentAt(time).build();
    }

    private void report(ClusterId cluster) {
        if (!is(Fault.WATCH_IS_SILENT)) {
            listeners.forEach(listener -> listener.accept(cluster));
        }
    }

    private <T> CompletionStage<T> answer(Supplier<T> work) {
        if (is(Fault.NEVER_COMPLETES)) {
            return new CompletableFuture<>();
        }
        return is(Fault.NONE_BUT_SLOW)
                ? CompletableFuture.supplyAsync(work, later)
                : CompletableFuture.completedFuture(work.get());
    }

    /** A store without its database. */
    record Unreachable(Fault fault) implements ClusterStateStore {
        @Override
        public CompletionStage<Optional<ClusterState>> load(ClusterId cluster) {
            return fault == Fault.UNREACHABLE_IS_EMPTY ? CompletableFuture.completedFuture(Optional.empty()) : failed();
        }

        @Override
        public CompletionStage<WriteResult> compareAndSet(ClusterId cluster, String version, ClusterStatus status) {
            return failed();
        }

        @Override
        public CompletionStage<Boolean> acknowledgeControl(ClusterId cluster, String version, ControlRequest control) {
            return failed();
        }

        @Override
        public CompletionStage<List<ClusterId>> list() {
            return failed();
        }

        @Override
        public Watch watch(Consumer<ClusterId> listener) {
            return () -> {};
        }

        private <T> CompletionStage<T> failed() {
            if (fault == Fault.UNREACHABLE_THROWS) {
                throw new StoreException("on purpose");
            }
            return CompletableFuture.failedFuture(
                    fault == Fault.UNREACHABLE_RAW ? new IOException("on purpose") : new StoreException("on purpose"));
        }
    }
}
