package io.savepoint.policy;

import io.savepoint.model.RequestLog;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** Holds a savepoint back while some task does not run, since Flink would fail it at once, but not for ever. */
final class Readiness {
    /** How often to look again. */
    static final Duration RECHECK = Duration.ofSeconds(1);

    /** How long to wait for the tasks. */
    static final Duration PATIENCE = Duration.ofMinutes(1);

    private Readiness() {}

    /** After the wait a request is sent all the same: Flink says why it fails, and the user is told. */
    static Decision whenReady(PolicyContext context, Instant since, Decision decision) {
        return whenReady(context, since, decision, decision);
    }

    static Decision whenReady(PolicyContext context, Instant since, Decision ready, Decision late) {
        if (context.readyForSavepoint()) {
            return ready;
        }
        boolean patient = context.now().isBefore(since.plus(PATIENCE));
        return patient ? new Decision.Wait(context.now().plus(RECHECK)) : late;
    }

    /** Since when a request waits: its acceptance or last failure, but not before its run was there. */
    static Instant waitingSince(PolicyContext context, RequestLog log) {
        return Stream.of(
                        log.acceptedAt(),
                        log.lastFailure(),
                        context.bookkeeping().runningSince())
                .flatMap(Optional::stream)
                .max(Comparator.naturalOrder())
                .orElse(context.now());
    }
}
