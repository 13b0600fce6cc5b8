package io.savepoint.internal;

import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointRecord;
import io.savepoint.spi.FlinkTransport;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the listeners what was recorded. None of them can disturb a tick. */
final class Announcer {
    private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);

    private final List<Consumer<SavepointEvent>> listeners;
    private final FlinkTransport transport;
    private final boolean sizesAreKept;

    /** @param sizesAreKept whether the sizes of savepoints matter, even if nobody listens */
    Announcer(List<Consumer<SavepointEvent>> listeners, FlinkTransport transport, boolean sizesAreKept) {
        this.listeners = listeners;
        this.transport = transport;
        this.sizesAreKept = sizesAreKept;
    }

    /**
     * Tells events, in order.
     *
     * @param first hears of each one before the listeners do
     * @return completes when everybody was told; never exceptionally
     */
    CompletableFuture<Void> announce(List<SavepointEvent> events, Consumer<SavepointEvent> first) {
        CompletableFuture<Void> told = CompletableFuture.completedFuture(null);
        for (SavepointEvent event : events) {
            told = told.thenCompose(done -> measured(event)).thenAccept(measured -> {
                first.accept(measured);
                tell(measured);
            });
        }
        return told;
    }

    /** Adds what only the checkpoint history tells of a completed savepoint, if anybody wants to know. */
    private CompletableFuture<SavepointEvent> measured(SavepointEvent event) {
        boolean completed = event.type() == SavepointEvent.Type.SAVEPOINT_COMPLETED;
        boolean wanted = sizesAreKept || !listeners.isEmpty();
        if (!wanted || !completed || event.jobId().isEmpty()) {
            return CompletableFuture.completedFuture(event);
        }
        return Stages.call(() -> transport.savepointHistory(
                        event.cluster(), event.jobId().get()))
                .thenApply(history -> find(history, event.location())
                        .map(record -> SavepointEvent.builder()
                                .from(event)
                                .duration(record.duration())
                                .sizeBytes(record.sizeBytes())
                                .build())
                        .orElse(event))
                .exceptionally(unmeasured -> {
                    LOG.debug("{}: no size of the savepoint: {}", event.cluster(), Stages.describe(unmeasured));
                    return event;
                });
    }

    private static Optional<SavepointRecord> find(List<SavepointRecord> history, Optional<String> location) {
        return history.stream()
                .filter(record -> location.equals(Optional.of(record.location())))
                .findFirst();
    }

    /** Tells one event as it is. */
    void tell(SavepointEvent event) {
        for (Consumer<SavepointEvent> listener : listeners) {
            try {
                listener.accept(event);
            } catch (RuntimeException | Error broken) {
                LOG.warn("{}: a listener failed on {}", event.cluster(), event.type(), broken);
            }
        }
    }
}
