package io.savepoint.internal;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobObservation;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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

    /** Takes note of what a tick heard of Flink; one that did not ask tells nothing. */
    synchronized void observed(Observation seen) {
        if (seen.job() instanceof JobObservation.Unreachable unreachable) {
            flink.failed(unreachable.message());
        } else if (!(seen.job() instanceof JobObservation.NotAsked)
                || seen.operation().isPresent()) {
            flink.worked();
        }
    }

    /** Takes note of a tick that the store let through. */
    synchronized void storeWorked() {
        store.worked();
    }

    /** Takes note of a tick that the store let fail. */
    synchronized void storeFailed(String reason) {
        store.failed(reason);
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

        void failed(String reason) {
            if (turns(true, FAILURES)) {
                began = firstOtherwise;
                String line = Texts.bounded(reason).replaceAll("\\R", " ");
                warnings.accept(cluster + ": " + fails + "; still trying: " + line);
            }
        }

        void worked() {
            if (turns(false, SUCCESSES)) {
                long seconds = Duration.between(began, firstOtherwise).toSeconds();
                notes.accept(cluster + ": " + works + ", after " + seconds + " s");
            }
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
