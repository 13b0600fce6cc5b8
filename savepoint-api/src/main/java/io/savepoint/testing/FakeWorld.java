package io.savepoint.testing;

import io.savepoint.model.JobId;
import io.savepoint.model.TriggerId;
import java.time.Clock;
import java.time.Instant;

/**
 * What all clusters of a fake share: time, files, the ledger, and the lock that protects every one of them.
 *
 * <p>The lock is to be held for anything but getting it.
 */
final class FakeWorld {
    final Object lock = new Object();
    final FakeTimeline timeline;
    final FakeFiles files = new FakeFiles();
    final FakeLedger ledger = new FakeLedger();
    private long numbers;

    FakeWorld(Clock clock) {
        this.timeline = new FakeTimeline(clock);
    }

    Instant now() {
        return timeline.now();
    }

    /** An id of Flink's own choice; by number instead of by chance, so that runs can be repeated. */
    TriggerId newTriggerId() {
        return TriggerId.of(String.format("f11c%028x", ++numbers));
    }

    JobId newJobId() {
        return JobId.of(String.format("%06x%026x", ++numbers, 0xf11c));
    }

    String newLocation(String directory, JobId job) {
        String parent = FakeFiles.normalize(directory);
        return parent + "/savepoint-" + job.hex().substring(0, 6) + "-" + String.format("%012x", ++numbers);
    }
}
