package io.savepoint.policy;

import java.time.Duration;

/** Holds a savepoint back while some task does not run: Flink would fail it at once. */
final class Readiness {
    /** How often to look again. */
    static final Duration RECHECK = Duration.ofSeconds(1);

    /** How long a user control waits for the tasks. */
    static final Duration PATIENCE = Duration.ofMinutes(1);

    private Readiness() {}

    static Decision whenReady(PolicyContext context, Decision decision) {
        return context.readyForSavepoint()
                ? decision
                : new Decision.Wait(context.now().plus(RECHECK));
    }
}
