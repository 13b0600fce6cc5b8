package io.savepoint.simulation;

import io.savepoint.spi.FlinkLeaderElectionException;

/** What a transport fails with. */
final class FlinkFailures {
    private FlinkFailures() {}

    static RuntimeException election(String message) {
        return new FlinkLeaderElectionException(message);
    }
}
