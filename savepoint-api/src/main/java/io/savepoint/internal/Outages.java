package io.savepoint.internal;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.SavepointEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells operators when Flink or the store begins to fail one cluster, and when that is over, in one line each: a tick is
 * no place for it, as it happens every few seconds. Safe for use by any number of threads.
 */
final class Outages {
    private static final Logger LOG = LoggerFactory.getLogger(Outages.class);
    /** A JobManager or a store that restarts quickly is not worth a line. */
    private static final int FAILURES = 3;
    /** Where some requests fail for good and others do not, one that works does not end the outage. */
    private static final int SUCCESSES = 2;

    private final ClusterId cluster;
    private final Clock clock;
    private final Consumer<String> warnings;
    private final Consumer<String> notes;
    private final Watched flink = new Watched("Flink cannot be reached", "Flink can be reached again");
    private final Watched store = new Watched("the store fails", "the store works again");

    Outages(ClusterId cluster, Clock clock) {
        this(cluster, clock, LOG::warn, LOG::info);
    }

    Outages(ClusterId cluster, Clock clock, Consumer<String> warnings, Consumer<String> notes) {
        this.cluster = cluster;
        this.clock = clock;
        this.warnings = warnings;
        this.notes = notes;
    }

    /**
     * Takes note of what a tick heard of Flink; one that did not ask tells nothing.
     *
     * @return what the listeners are to be told
     */
    synchronized Optional<SavepointEvent> observed(Observation seen) {
        if (seen.job() instanceof JobObservation.Unreachable unreachable) {
            return flink.failed(unreachable.message()).map(text -> event(SavepointEvent.Type.FLINK_UNREACHABLE, text));
        }
        boolean asked = !(seen.job() instanceof JobObservation.NotAsked)
                || seen.operation().isPresent();
        return asked ? flink.worked().map(text -> event(SavepointEvent.Type.FLINK_REACHABLE, text)) : Optional.empty();
    }

    /** Takes note of a tick that the store let through. */
    synchronized void storeWorked() {
        Optional<String> unused = store.worked();
    }

    /** Takes note of a tick that the store let fail. */
    synchronized void storeFailed(String reason) {
        Optional<String> unused = store.failed(reason);
    }

    private SavepointEvent event(SavepointEvent.Type type, String message) {
        return SavepointEvent.builder()
                .type(type)
                .cluster(cluster)
                .time(clock.instant())
                .message(message)
                .build();
    }

    /** One of the two; what was told last holds until enough ticks in a row say otherwise. */
    private final class Watched {
        private final String fails;
        private final String works;
        private boolean out;
        private int otherwise;
        private Instant firstOtherwise = Instant.MIN;
        private Instant began = Instant.MIN;

        Watched(String fails, String works) {
            this.fails = fails;
            this.works = works;
        }

        /** Logs it, and tells what, if it is time. */
        Optional<String> failed(String reason) {
            if (!turns(true, FAILURES)) {
                return Optional.empty();
            }
            began = firstOtherwise;
            String text = fails + "; still trying: " + Texts.bounded(reason).replaceAll("\\R", " ");
            warnings.accept(cluster + ": " + text);
            return Optional.of(text);
        }

        /** Logs it, and tells what, if it is time. */
        Optional<String> worked() {
            if (!turns(false, SUCCESSES)) {
                return Optional.empty();
            }
            String text =
                    works + ", after " + Duration.between(began, firstOtherwise).toSeconds() + " s";
            notes.accept(cluster + ": " + text);
            return Optional.of(text);
        }

        private boolean turns(boolean failed, int enough) {
            if (failed == out) {
                otherwise = 0;
                return false;
            }
            if (otherwise == 0) {
                firstOtherwise = clock.instant();
            }
            otherwise++;
            if (otherwise < enough) {
                return false;
            }
            otherwise = 0;
            out = failed;
            return true;
        }
    }
}
