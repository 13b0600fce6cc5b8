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

    Announcer(List<Consumer<SavepointEvent>> listeners, FlinkTransport transport) {
        this.listeners = listeners;
        this.transport = transport;
    }

    /** Completes when everybody was told, in order; never exceptionally. */
    CompletableFuture<Void> announce(List<SavepointEvent> events) {
        CompletableFuture<Void> told = CompletableFuture.completedFuture(null);
        for (SavepointEvent event : events) {
            told = told.thenCompose(done -> measured(event)).thenAccept(this::tell);
        }
        return told;
    }

    /** Adds what only the checkpoint history tells of a completed savepoint, if somebody listens. */
    private CompletableFuture<SavepointEvent> measured(SavepointEvent event) {
        boolean completed = event.type() == SavepointEvent.Type.SAVEPOINT_COMPLETED;
        if (listeners.isEmpty() || !completed || event.jobId().isEmpty()) {
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
