package io.savepoint.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ClusterId;
import io.savepoint.model.Operation;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConcurrencyLimitTest {
    private static final ClusterId A = ClusterId.of("default", "a");
    private static final ClusterId B = ClusterId.of("default", "b");
    private static final ClusterId C = ClusterId.of("default", "c");
    private static final Instant NOW = Situation.NOW;

    private static Operation into(String directory) {
        return Situation.operation(Operation.Kind.SAVEPOINT, operation -> operation.targetDirectory(directory));
    }

    private static final Operation HERE = into("s3://here");
    private static final Operation THERE = into("s3://there");

    @Test
    void furtherOnesWaitUntilOneHasEnded() {
        ConcurrencyLimit limit = new ConcurrencyLimit(1, 9);
        assertThat(limit.enter(A, HERE, NOW)).isTrue();
        assertThat(limit.enter(B, THERE, NOW)).isFalse();
        limit.recorded(A, Optional.of(HERE));
        assertThat(limit.enter(B, THERE, NOW)).isFalse();
        limit.recorded(A, Optional.empty());
        assertThat(limit.enter(B, THERE, NOW)).isTrue();
    }

    @Test
    void whoCameFirstGoesFirst() {
        ConcurrencyLimit limit = new ConcurrencyLimit(1, 9);
        limit.recorded(A, Optional.of(HERE));
        assertThat(limit.enter(B, HERE, NOW)).isFalse();
        assertThat(limit.enter(C, HERE, NOW)).isFalse();
        limit.recorded(A, Optional.empty());
        assertThat(limit.enter(C, HERE, NOW)).isFalse();
        assertThat(limit.enter(B, HERE, NOW)).isTrue();
    }

    @Test
    void whoLeavesOrIsNotHeardOfDoesNotWait() {
        ConcurrencyLimit limit = new ConcurrencyLimit(1, 9);
        limit.recorded(A, Optional.of(HERE));
        assertThat(limit.enter(B, HERE, NOW)).isFalse();
        assertThat(limit.enter(C, HERE, NOW.plusSeconds(20))).isFalse();
        limit.recorded(A, Optional.empty());
        assertThat(limit.enter(C, HERE, NOW.plusSeconds(30))).isFalse();
        assertThat(limit.enter(C, HERE, NOW.plusSeconds(31))).isTrue();
        limit.recorded(C, Optional.empty());
        limit.recorded(A, Optional.of(HERE));
        assertThat(limit.enter(B, HERE, NOW.plusSeconds(31))).isFalse();
        assertThat(limit.enter(C, HERE, NOW.plusSeconds(31))).isFalse();
        limit.leave(B);
        limit.recorded(A, Optional.empty());
        assertThat(limit.enter(C, HERE, NOW.plusSeconds(31))).isTrue();
    }

    @Test
    void aFullDirectoryHoldsUpNoOther() {
        ConcurrencyLimit limit = new ConcurrencyLimit(9, 1);
        assertThat(limit.enter(A, HERE, NOW)).isTrue();
        assertThat(limit.enter(B, HERE, NOW)).isFalse();
        assertThat(limit.enter(C, THERE, NOW)).isTrue();
    }

    @Test
    void directoriesOfTheirOwnCountByTheirParent() {
        ConcurrencyLimit limit = new ConcurrencyLimit(9, 1);
        Operation own = Situation.operation(
                Operation.Kind.SAVEPOINT,
                operation -> operation.ownDirectory(true).targetDirectory("s3://here/0011"));
        assertThat(limit.enter(A, own, NOW)).isTrue();
        assertThat(limit.enter(B, HERE, NOW)).isFalse();
    }

    @Test
    void aStopIsNotCounted() {
        ConcurrencyLimit limit = new ConcurrencyLimit(1, 1);
        limit.recorded(A, Optional.of(Situation.operation(Operation.Kind.STOP, stop -> {})));
        assertThat(limit.enter(B, HERE, NOW)).isTrue();
    }
}
