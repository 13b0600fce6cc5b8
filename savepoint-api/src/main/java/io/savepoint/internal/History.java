package io.savepoint.internal;

import io.savepoint.model.DisposalObservation;
import io.savepoint.model.HistoryEntry;
import io.savepoint.model.JobObservation;
import io.savepoint.model.Operation;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.TriggerId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Keeps the list of recorded savepoints, and follows the disposal of those that are to go. */
final class History {
    private final Timings timings;
    private final int most;

    /** @param most how many savepoints are listed */
    History(Timings timings, int most) {
        this.timings = timings;
        this.most = most;
    }

    static void add(Draft draft, Operation operation, String location, Instant completed) {
        List<HistoryEntry> history = new ArrayList<>(draft.bookkeeping().savepointHistory());
        history.add(HistoryEntry.builder()
                .triggerId(operation.triggerId())
                .jobId(operation.jobId())
                .location(location)
                .reason(operation.reason())
                .format(operation.format())
                .time(completed)
                .build());
        draft.updateBookkeeping(bookkeeping -> bookkeeping.savepointHistory(history));
    }

    /** The one that Flink is being asked to dispose of; there is one at a time. */
    static Optional<HistoryEntry> beingDisposedOf(List<HistoryEntry> history) {
        return history.stream()
                .filter(entry -> entry.disposingSince().isPresent())
                .findFirst();
    }

    private static void dispose(Draft draft, TriggerId savepoint) {
        change(draft, savepoint, entry -> {
            HistoryEntry disposing = HistoryEntry.builder()
                    .from(entry)
                    .disposingSince(draft.now())
                    .build();
            draft.act(new Action.Dispose(disposing));
            draft.dueIn(Timings.FOLLOW_UP);
            return Optional.of(disposing);
        });
    }

    /** Records how the disposal under way ended, if it did. */
    static void follow(Draft draft, Observation seen) {
        Optional<TriggerId> savepoint =
                beingDisposedOf(draft.bookkeeping().savepointHistory()).map(HistoryEntry::triggerId);
        if (savepoint.isEmpty() || seen.disposal().isEmpty()) {
            return;
        }
        DisposalObservation disposal = seen.disposal().get();
        if (disposal instanceof DisposalObservation.Done) {
            gone(draft, savepoint.get(), "was disposed of");
        } else if (disposal instanceof DisposalObservation.Missing) {
            gone(draft, savepoint.get(), "was to be disposed of, and is gone already");
        } else if (disposal instanceof DisposalObservation.Failed failed) {
            failed(draft, savepoint.get(), failed.reason());
        }
    }

    /**
     * Does what there is to do about disposals, where there is nothing else to do.
     *
     * @param next the savepoint to go next
     */
    void proceed(Draft draft, Observation seen, Optional<TriggerId> next) {
        Optional<HistoryEntry> disposing = beingDisposedOf(draft.bookkeeping().savepointHistory());
        if (seen.job() instanceof JobObservation.Unreachable) {
            return;
        }
        if (disposing.isEmpty()) {
            next.filter(savepoint -> !draft.acts()).ifPresent(savepoint -> dispose(draft, savepoint));
            return;
        }
        Duration waited = draft.since(disposing.get().disposingSince().orElseThrow());
        draft.dueIn(timings.followUp(waited, draft.job().state().isTerminal()));
        boolean inProgress = seen.disposal()
                .filter(DisposalObservation.InProgress.class::isInstance)
                .isPresent();
        if (!inProgress && !draft.acts()) {
            // Nobody knows whether Flink was asked, or it has forgotten. What is gone by now will show as missing.
            draft.act(new Action.Dispose(disposing.get()));
        }
    }

    static void failed(Draft draft, TriggerId savepoint, String reason) {
        change(draft, savepoint, entry -> {
            draft.event(
                    SavepointEvent.Type.SAVEPOINT_DISPOSAL_FAILED,
                    "savepoint " + entry.location() + " could not be disposed of, which is tried again: " + reason,
                    event -> describe(event, entry));
            draft.dueIn(Duration.ZERO);
            return Optional.of(HistoryEntry.builder()
                    .from(entry)
                    .disposingSince(Optional.empty())
                    .disposalFailures(entry.disposalFailures() + 1)
                    .lastDisposalFailure(draft.now())
                    .disposalMessage(Texts.bounded(reason))
                    .build());
        });
    }

    private static void gone(Draft draft, TriggerId savepoint, String what) {
        change(draft, savepoint, entry -> {
            draft.event(
                    SavepointEvent.Type.SAVEPOINT_DISPOSED,
                    "savepoint " + entry.location() + " " + what,
                    event -> describe(event, entry));
            draft.dueIn(Duration.ZERO);
            return Optional.empty();
        });
    }

    /** Forgets the oldest ones that there is no room for. */
    void trim(Draft draft) {
        List<HistoryEntry> history = draft.bookkeeping().savepointHistory();
        int over = history.size() - most;
        if (over <= 0) {
            return;
        }
        history.stream()
                .limit(over)
                .filter(entry ->
                        entry.disposalFailures() > 0 || entry.disposingSince().isPresent())
                .forEach(entry -> draft.event(
                        SavepointEvent.Type.SAVEPOINT_DISPOSAL_FAILED,
                        "savepoint " + entry.location() + " is left where it is and not tried again: so many could not"
                                + " be disposed of that there is no room for it in the history; delete it by hand",
                        event -> describe(event, entry)));
        draft.updateBookkeeping(bookkeeping -> bookkeeping.savepointHistory(history.subList(over, history.size())));
    }

    /** Notes the size of a savepoint, where there is something else to be written. */
    static void measure(Draft draft, Hints.Measured measured) {
        change(
                draft,
                measured.savepoint(),
                entry -> Optional.of(HistoryEntry.builder()
                        .from(entry)
                        .sizeBytes(measured.sizeBytes())
                        .build()));
    }

    private static void describe(SavepointEvent.Builder event, HistoryEntry entry) {
        event.jobId(entry.jobId())
                .triggerId(entry.triggerId())
                .reason(entry.reason())
                .location(entry.location())
                .sizeBytes(entry.sizeBytes());
    }

    private static void change(
            Draft draft, TriggerId savepoint, Function<HistoryEntry, Optional<HistoryEntry>> change) {
        List<HistoryEntry> history = new ArrayList<>();
        for (HistoryEntry entry : draft.bookkeeping().savepointHistory()) {
            if (entry.triggerId().equals(savepoint)) {
                change.apply(entry).ifPresent(history::add);
            } else {
                history.add(entry);
            }
        }
        draft.updateBookkeeping(bookkeeping -> bookkeeping.savepointHistory(history));
    }
}
