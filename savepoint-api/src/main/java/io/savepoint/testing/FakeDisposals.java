package io.savepoint.testing;

import io.savepoint.model.ClusterId;
import io.savepoint.model.DisposalObservation;
import io.savepoint.model.TriggerId;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The disposals of savepoints in one JobManager's memory.
 *
 * <p>Not safe for use by several threads: the fake's lock protects it.
 */
final class FakeDisposals {
    private final FakeWorld world;
    private final ClusterId cluster;
    private final FakeSettings settings;
    private final Map<TriggerId, FakeDisposal> disposals = new LinkedHashMap<>();
    private final Deque<String> failures = new ArrayDeque<>();

    FakeDisposals(FakeWorld world, ClusterId cluster, FakeSettings settings) {
        this.world = world;
        this.cluster = cluster;
        this.settings = settings;
    }

    void failNext(String reason) {
        failures.add(reason);
    }

    TriggerId begin(String location) {
        FakeDisposal disposal = new FakeDisposal(cluster, world.newTriggerId(), location, world.now());
        Optional<String> failure = Optional.ofNullable(failures.poll());
        disposals.put(disposal.trigger(), disposal);
        world.ledger.begun(disposal);
        world.timeline.after(settings.disposalDuration, () -> {
            // A JobManager that died meanwhile does not go on.
            if (disposal.inProgress()) {
                disposal.end(failure.map(this::failed).orElseGet(() -> dispose(location)), world.now());
            }
        });
        return disposal.trigger();
    }

    private DisposalObservation failed(String reason) {
        return new DisposalObservation.Failed(reason);
    }

    private DisposalObservation dispose(String location) {
        if (world.files.isEmptyDirectory(location)) {
            return new DisposalObservation.Failed(
                    FlinkTexts.notDisposed(location, FlinkTexts.missingMetadata(location)));
        }
        if (!world.files.deleteSavepoint(location)) {
            return new DisposalObservation.Missing(
                    FlinkTexts.notDisposed(location, FlinkTexts.missingSavepoint(location)));
        }
        return new DisposalObservation.Done();
    }

    DisposalObservation observe(TriggerId disposal) {
        Instant now = world.now();
        disposals.values().removeIf(known -> !known.isKnown(now, settings.resultStoreDuration));
        return Optional.ofNullable(disposals.get(disposal))
                .map(FakeDisposal::outcome)
                .orElseGet(DisposalObservation.Unknown::new);
    }

    /** The JobManager dies: the savepoints of what is in progress stay, and nothing is known any more. */
    void forgetAll() {
        for (FakeDisposal disposal : disposals.values()) {
            if (disposal.inProgress()) {
                disposal.end(new DisposalObservation.Unknown(), world.now());
            }
        }
        disposals.clear();
    }
}
