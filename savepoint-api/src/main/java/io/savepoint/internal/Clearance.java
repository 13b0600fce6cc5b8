package io.savepoint.internal;

import io.savepoint.model.ClusterStatus;
import io.savepoint.spi.JobLauncher;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;

/** Lets a submission go right before it is sent: one that took long to prepare has to be recorded as intended anew. */
final class Clearance implements JobLauncher.GoAhead {
    private final Predicate<Instant> isLate;
    private final Function<Basis, CompletableFuture<Basis>> renewal;
    private volatile Basis basis;

    /**
     * Makes one for one submission.
     *
     * @param basis what the submission rests on
     * @param isLate whether somebody else may have acted by now on a record of that time
     * @param renewal records the intent anew; fails if that cannot be done
     */
    Clearance(Basis basis, Predicate<Instant> isLate, Function<Basis, CompletableFuture<Basis>> renewal) {
        this.basis = basis;
        this.isLate = isLate;
        this.renewal = renewal;
    }

    /** A record of the intent, its version, and when it was made. */
    record Basis(ClusterStatus status, String version, Instant time) {}

    @Override
    public CompletableFuture<Void> confirm() {
        Basis present = basis;
        return isLate.test(present.time())
                ? renewal.apply(present).thenAccept(renewed -> basis = renewed)
                : CompletableFuture.completedFuture(null);
    }
}
