package io.savepoint.simulation;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.JobSpec;
import io.savepoint.model.SpecProblem;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.store.Read;
import io.savepoint.store.SpecDocument;
import io.savepoint.store.StatusDocument;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * What an API server is to the managers: resources made of documents, into which several write, with one version each. The
 * documents are read and merged by the code that the other stores use. It remembers old copies, for caches to serve.
 */
final class Database implements ClusterStateStore {
    private static final int OLD_COPIES = 8;

    private final Map<ClusterId, Resource> resources = new TreeMap<>();
    private final Map<ClusterId, Deque<Resource>> copies = new HashMap<>();
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
    private final Witness witness;
    private long numbers;

    Database(Witness witness) {
        this.witness = witness;
    }

    /** Who sees what managers write, when it is written. */
    interface Witness {
        void statusWritten(Resource before, Resource after);

        void controlRemoved(Resource before, Resource after);
    }

    /**
     * A resource as it is at one version.
     *
     * @param uid tells it from one of the same name that was there before
     * @param job the spec's part about the job
     * @param status the status
     * @param annotation the user control
     * @param state what a manager reads in it
     */
    record Resource(
            long uid,
            Map<String, Object> job,
            Map<String, Object> status,
            Optional<String> annotation,
            ClusterState state) {}

    synchronized void create(ClusterId id, JobSpec spec) {
        put(id, resource(id, ++numbers, SpecDocument.write(spec), Map.of(), Optional.empty()));
        changed(id);
    }

    synchronized void remove(ClusterId id) {
        if (resources.remove(id) != null) {
            changed(id);
        }
    }

    synchronized Optional<Resource> find(ClusterId id) {
        return Optional.ofNullable(resources.get(id));
    }

    /** Changes the spec as its user does, who keeps what it does not know. */
    void editSpec(ClusterId id, Consumer<JobSpec.Builder> change) {
        editJob(id, job -> {
            JobSpec.Builder builder =
                    JobSpec.builder().from(SpecDocument.read(job).value());
            change.accept(builder);
            return merged(SpecDocument.merge(job, builder.build()));
        });
    }

    synchronized void editJob(ClusterId id, UnaryOperator<Map<String, Object>> change) {
        Resource before = resources.get(id);
        put(id, resource(id, before.uid, change.apply(before.job), before.status, before.annotation));
        changed(id);
    }

    synchronized void editStatus(ClusterId id, UnaryOperator<Map<String, Object>> change) {
        Resource before = resources.get(id);
        put(id, resource(id, before.uid, before.job, change.apply(before.status), before.annotation));
    }

    synchronized void annotate(ClusterId id, Optional<String> value) {
        Resource before = resources.get(id);
        put(id, resource(id, before.uid, before.job, before.status, value));
        changed(id);
    }

    /** What a cache may still have. */
    synchronized Optional<ClusterState> oldCopy(ClusterId id, int writesAgo) {
        List<Resource> old = new ArrayList<>(copies.getOrDefault(id, new ArrayDeque<>()));
        return old.isEmpty() ? Optional.empty() : Optional.of(old.get(Math.max(0, old.size() - 1 - writesAgo)).state);
    }

    @Override
    public synchronized CompletionStage<Optional<ClusterState>> load(ClusterId cluster) {
        return CompletableFuture.completedFuture(find(cluster).map(Resource::state));
    }

    @Override
    public synchronized CompletionStage<WriteResult> compareAndSet(
            ClusterId cluster, String version, ClusterStatus status) {
        Resource before = resources.get(cluster);
        if (before == null) {
            return CompletableFuture.completedFuture(WriteResult.GONE);
        }
        if (!before.state.version().equals(version)) {
            return CompletableFuture.completedFuture(WriteResult.CONFLICT);
        }
        Map<String, Object> document = merged(StatusDocument.merge(before.status, status));
        Resource after = resource(cluster, before.uid, before.job, document, before.annotation);
        put(cluster, after);
        witness.statusWritten(before, after);
        return CompletableFuture.completedFuture(WriteResult.written(after.state.version()));
    }

    @Override
    public synchronized CompletionStage<Boolean> acknowledgeControl(
            ClusterId cluster, String version, ControlRequest control) {
        Resource before = resources.get(cluster);
        boolean removes = before != null
                && before.state.version().equals(version)
                && before.annotation.equals(Optional.of(control.value()));
        if (removes) {
            Resource after = resource(cluster, before.uid, before.job, before.status, Optional.empty());
            put(cluster, after);
            witness.controlRemoved(before, after);
            changed(cluster);
        }
        return CompletableFuture.completedFuture(removes);
    }

    @Override
    public synchronized CompletionStage<List<ClusterId>> list() {
        return CompletableFuture.completedFuture(List.copyOf(resources.keySet()));
    }

    @Override
    public Watch watch(Consumer<ClusterId> listener) {
        Subscription subscription = new Subscription(listener);
        subscriptions.add(subscription);
        return () -> subscriptions.remove(subscription);
    }

    private Resource resource(
            ClusterId id, long uid, Map<String, Object> job, Map<String, Object> status, Optional<String> annotation) {
        Read<JobSpec> spec = SpecDocument.read(job);
        Read<ClusterStatus> read = StatusDocument.read(id, status);
        List<SpecProblem> problems = new ArrayList<>(spec.problems());
        problems.addAll(read.problems());
        ClusterState state = new ClusterState(
                id,
                Long.toString(++numbers),
                spec.value(),
                annotation.map(ControlRequest::new),
                read.value(),
                problems);
        return new Resource(uid, job, status, annotation, state);
    }

    private void put(ClusterId id, Resource resource) {
        resources.put(id, resource);
        Deque<Resource> old = copies.computeIfAbsent(id, absent -> new ArrayDeque<>());
        old.addLast(resource);
        if (old.size() > OLD_COPIES) {
            old.removeFirst();
        }
    }

    private void changed(ClusterId id) {
        subscriptions.forEach(subscription -> subscription.listener.accept(id));
    }

    /** Nothing is removed by the value {@code null} here. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Map<String, Object> merged(Map document) {
        return document;
    }

    /** Compared by identity, so that one listener may watch twice. */
    private static final class Subscription {
        private final Consumer<ClusterId> listener;

        Subscription(Consumer<ClusterId> listener) {
            this.listener = listener;
        }
    }
}
