package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.TriggerId;
import io.savepoint.policy.PollSchedule;
import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.spi.Scheduler;
import io.savepoint.spi.UnknownOperationException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Takes savepoints from the request to the end, asking for them when they may be expected. */
final class SavepointTaker {
    private static final int MOST_JOBS = 1000;
    /** How long Flink keeps a result by default: until then it knows the id of a request that arrived. */
    private static final Duration KEPT = Duration.ofMinutes(5);

    private final FlinkRestTransport transport;
    private final Scheduler scheduler;
    private final Duration tolerance;
    private final SecureRandom random = new SecureRandom();
    /** After which time the last savepoint of a job was still in progress: what the next one will take at least. */
    private final RecentMap<Key, Duration> expected = new RecentMap<>(MOST_JOBS);

    private record Key(ClusterId cluster, JobId job) {}

    SavepointTaker(FlinkRestTransport transport, FlinkRestConfig config) {
        this.transport = transport;
        this.scheduler = config.scheduler();
        this.tolerance = config.outageTolerance();
    }

    CompletableFuture<TakenSavepoint> take(ClusterId cluster, JobId job, String targetDirectory) {
        SavepointRequest request = new SavepointRequest(
                job, TriggerId.random(random), Optional.of(targetDirectory), SavepointFormat.CANONICAL);
        CompletableFuture<TakenSavepoint> result = new CompletableFuture<>();
        Wait wait = new Wait(new Key(cluster, job), request, result);
        Futures.whenDone(
                transport.version(cluster),
                version -> wait.trigger(version.takesTriggerIdAndFormat()),
                result::completeExceptionally);
        return result;
    }

    /** One savepoint under way. Its steps follow each other, so its fields are of one thread at a time. */
    private final class Wait {
        private final Key key;
        private final SavepointRequest request;
        private final CompletableFuture<TakenSavepoint> result;
        private final Optional<Duration> expectation;
        private final Instant asked;
        private volatile TriggerId trigger;
        private volatile boolean accepted;
        /** Whether the answer to a request under our own id was lost: then the id tells what became of it. */
        private volatile boolean perhapsBegun;

        private volatile Duration inProgress = Duration.ZERO;
        private volatile Instant answered;

        Wait(Key key, SavepointRequest request, CompletableFuture<TakenSavepoint> result) {
            this.key = key;
            this.request = request;
            this.result = result;
            this.expectation = expected.get(key);
            this.trigger = request.trigger();
            this.asked = scheduler.clock().instant();
            this.answered = asked;
        }

        void trigger(boolean underOurId) {
            Futures.whenDone(
                    transport.triggerSavepoint(key.cluster, request),
                    id -> {
                        trigger = id;
                        accepted = true;
                        answered = scheduler.clock().instant();
                        next();
                    },
                    thrown -> {
                        perhapsBegun |= underOurId && FlinkHttp.mayHaveArrived(thrown);
                        if (perhapsBegun) {
                            missed(thrown);
                        } else {
                            result.completeExceptionally(thrown);
                        }
                    });
        }

        void next() {
            if (result.isDone()) {
                return;
            }
            try {
                scheduler.schedule(PollSchedule.nextPoll(elapsed(), expectation), this::poll);
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        }

        private void poll() {
            if (!result.isDone()) {
                Duration before = elapsed();
                Futures.whenDone(
                        transport.observeOperation(key.cluster, key.job, trigger),
                        observation -> seen(observation, before),
                        this::missed);
            }
        }

        private void seen(OperationObservation observation, Duration before) {
            boolean unknown = observation instanceof OperationObservation.Unknown;
            if (unknown && !accepted && elapsed().compareTo(KEPT) < 0) {
                // It did not arrive. Until it is accepted it counts as not answered, which bounds the repetitions.
                trigger(true);
                return;
            }
            accepted = true;
            answered = scheduler.clock().instant();
            if (observation instanceof OperationObservation.Completed completed) {
                expected.put(key, inProgress);
                result.complete(new TakenSavepoint(completed.location(), trigger, elapsed()));
            } else if (observation instanceof OperationObservation.Failed failed) {
                result.completeExceptionally(new SavepointFailedException(
                        told() + " failed: " + failed.reason() + "; another try is a new savepoint", failed.reason()));
            } else if (unknown) {
                result.completeExceptionally(
                        new UnknownOperationException(told() + " was asked for, and now the JobManager does not know"
                                + " it: it was restarted meanwhile, or the result has expired. Look whether there is a"
                                + " complete savepoint (with a file _metadata) in the target directory"));
            } else {
                inProgress = before;
                next();
            }
        }

        private void missed(Throwable thrown) {
            boolean passing = thrown instanceof FlinkUnreachableException || thrown instanceof FlinkAnswerException;
            boolean tolerated =
                    Duration.between(answered, scheduler.clock().instant()).compareTo(tolerance) < 0;
            if (passing && tolerated) {
                next();
            } else {
                result.completeExceptionally(thrown);
            }
        }

        private Duration elapsed() {
            Duration elapsed = Duration.between(asked, scheduler.clock().instant());
            return elapsed.isNegative() ? Duration.ZERO : elapsed;
        }

        private String told() {
            return "Flink cluster " + key.cluster + ": savepoint " + trigger + " of job " + key.job;
        }
    }
}
