package io.savepoint.internal;

import io.savepoint.model.SavepointOptions;
import java.time.Instant;

/**
 * A call of the host's program that waits for its turn.
 *
 * @param token tells it from others
 * @param kind what is asked for
 * @param options how
 * @param location what to restore from; empty unless that is asked for
 * @param requestTime when it was made
 */
record DirectRequest(String token, Kind kind, SavepointOptions options, String location, Instant requestTime) {
    /** The name that direct calls have in the bookkeeping, beside those of the policies. */
    static final String POLICY = "direct";

    enum Kind {
        SAVEPOINT,
        STOP,
        RESTORE
    }
}
