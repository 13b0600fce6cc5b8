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
        Instant asked = scheduler.clock().instant();
        Futures.whenDone(
                transport.triggerSavepoint(cluster, request),
                trigger -> new Wait(new Key(cluster, job), trigger, asked, result).next(),
                result::completeExceptionally);
        return result;
    }

    /** One savepoint under way. Its steps follow each other, so its fields are of one thread at a time. */
    private final class Wait {
        private final Key key;
        private final TriggerId trigger;
        private final Instant asked;
        private final CompletableFuture<TakenSavepoint> result;
        private final Optional<Duration> expectation;
        private volatile Duration inProgress = Duration.ZERO;
        private volatile Instant answered;

        Wait(Key key, TriggerId trigger, Instant asked, CompletableFuture<TakenSavepoint> result) {
            this.key = key;
            this.trigger = trigger;
            this.asked = asked;
            this.result = result;
            this.expectation = expected.get(key);
            this.answered = scheduler.clock().instant();
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
            answered = scheduler.clock().instant();
            if (observation instanceof OperationObservation.Completed completed) {
                expected.put(key, inProgress);
                result.complete(new TakenSavepoint(completed.location(), trigger, elapsed()));
            } else if (observation instanceof OperationObservation.Failed failed) {
                result.completeExceptionally(new SavepointFailedException(
                        told() + " failed: " + failed.reason() + "; another try is a new savepoint", failed.reason()));
            } else if (observation instanceof OperationObservation.Unknown) {
                result.completeExceptionally(
                        new UnknownOperationException(told() + " was accepted, and now the JobManager"
                                + " does not know it: it was restarted meanwhile. Look whether there is a complete savepoint (with"
                                + " a file _metadata) in the target directory"));
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
