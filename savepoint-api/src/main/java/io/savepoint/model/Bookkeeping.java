package io.savepoint.model;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.immutables.value.Value;

/**
 * What the manager must remember beyond the {@code FlinkCluster} contract: intents, served requests, time bases. It lies under a status key of its own and is nobody else's business, except that policies may read it.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
@Value.Immutable
@ModelStyle
public interface Bookkeeping {
    /** {@return the savepoint, stop or cancel that is intended or under way; at most one at a time} */
    Optional<Operation> operation();

    /** {@return the submission of the job that is intended or under way; excludes an {@link #operation()}} */
    Optional<Launch> launch();

    /** {@return the accepted control whose annotation has not been seen gone yet} */
    Optional<String> controlToAcknowledge();

    /** {@return what became of requests, by the name of the policy that made them} */
    Map<String, RequestLog> requests();

    /** {@return the spec's generation at a write before: it tells an edit from a spec that was like that all along} */
    OptionalLong generationSeen();

    /** {@return when the present run was first seen running} */
    Optional<Instant> runningSince();

    /** {@return when a savepoint was last triggered: the base of the period} */
    Optional<Instant> lastTriggerTime();

    /** {@return since when a JobManager that answers has not known the job; empty while it does} */
    Optional<Instant> missingSince();

    /** {@return when the present run failed; at the latest when that was first seen} */
    Optional<Instant> failedAt();

    /** {@return how many restarts in a row ended in another failure soon; a recorded savepoint ends the row} */
    @Value.Default
    default int consecutiveRestarts() {
        return 0;
    }

    /** {@return what a direct restore started the present run from, while no savepoint was recorded since} */
    Optional<String> restoredFrom();

    /** {@return how long the last savepoint took, in milliseconds: what the next one is expected to take} */
    OptionalLong lastDurationMillis();

    /** {@return why the present run failed, as Flink told it} */
    Optional<String> failureReason();

    /** {@return why the manager leaves the job as it is, in words for the user} */
    Optional<String> message();

    /** {@return the savepoints that were recorded last and are not known to be gone, oldest first} */
    List<HistoryEntry> savepointHistory();

    /** {@return what is malformed in the spec or in a hand-edited status, in words for the user} */
    List<String> problems();

    /**
     * What became of a policy's requests.
     *
     * @param policy the policy's name
     * @return its log, empty if it never asked for anything
     */
    default RequestLog requestsOf(String policy) {
        return requests().getOrDefault(policy, RequestLog.empty());
    }

    /**
     * Starts a new one.
     *
     * @return a builder; {@code from(...)} copies an existing value into it
     */
    static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link Bookkeeping}; not safe for use by several threads. */
    final class Builder extends ImmutableBookkeeping.Builder {
        Builder() {}
    }
}
