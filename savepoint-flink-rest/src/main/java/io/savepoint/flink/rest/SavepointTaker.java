package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.TriggerId;
import io.savepoint.policy.PollSchedule;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.spi.UnknownOperationException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Takes savepoints, and stops jobs with one, from the request to the end, asking for them when they may be expected. */
final class SavepointTaker {
    private static final int MOST_JOBS = 1000;
    /** How long Flink keeps a result by default: until then it knows the id of a request that arrived. */
    private static final Duration KEPT = Duration.ofMinutes(5);

    private final FlinkRestTransport transport;
    private final FlinkRestConfig config;
    private final SecureRandom random = new SecureRandom();
    /** What the next savepoint of a job is expected to take. */
    private final RecentMap<Key, Duration> expected = new RecentMap<>(MOST_JOBS);

    private record Key(ClusterId cluster, JobId job) {}

    /** How an operation is begun, and what messages say of it: before its name, and of what to do if it fails. */
    private record Kind(String prefix, String remedy, Function<SavepointRequest, CompletableFuture<TriggerId>> begin) {}

    SavepointTaker(FlinkRestTransport transport, FlinkRestConfig config) {
        this.transport = transport;
        this.config = config;
    }

    CompletableFuture<TakenSavepoint> take(ClusterId cluster, JobId job, SavepointOptions options) {
        return wait(
                cluster,
                job,
                options,
                new Kind(
                        "", "another try is a new savepoint", request -> transport.triggerSavepoint(cluster, request)));
    }

    CompletableFuture<TakenSavepoint> stop(ClusterId cluster, JobId job, SavepointOptions options, boolean drain) {
        return wait(
                cluster,
                job,
                options,
                new Kind(
                        "stop with ",
                        "look at the job before another try: it may go on, or have failed",
                        request -> transport.stopWithSavepoint(cluster, request, drain)));
    }

    private CompletableFuture<TakenSavepoint> wait(ClusterId cluster, JobId job, SavepointOptions options, Kind kind) {
        SavepointRequest request =
                new SavepointRequest(job, TriggerId.random(random), options.targetDirectory(), options.format());
        Wait wait = new Wait(new Key(cluster, job), request, kind);
        Futures.whenDone(
                transport.version(cluster), version -> wait.trigger(version.takesTriggerIdAndFormat()), wait::fail);
        return wait.result();
    }

    /** One savepoint under way. */
    private final class Wait extends Waiting<TakenSavepoint> {
        private final Key key;
        private final SavepointRequest request;
        private final Kind kind;
        private final Optional<Duration> expectation;
        private volatile TriggerId trigger;
        /** When the request was sent that was accepted, or may have been: from then on Flink takes the savepoint. */
        private volatile Duration sent = Duration.ZERO;

        private volatile boolean accepted;
        /** Whether the answer to a request under our own id was lost: then the id tells what became of it. */
        private volatile boolean perhapsBegun;
        /** How that went; there if no request was accepted and one may have arrived. */
        private volatile Optional<Throwable> lost = Optional.empty();

        private volatile Optional<Duration> inProgress = Optional.empty();

        Wait(Key key, SavepointRequest request, Kind kind) {
            super(config);
            this.kind = kind;
            this.key = key;
            this.request = request;
            this.expectation = expected.get(key);
            this.trigger = request.trigger();
        }

        void trigger(boolean underOurId) {
            if (result().isDone()) {
                return;
            }
            sent = elapsed();
            Futures.whenDone(
                    kind.begin.apply(request),
                    id -> {
                        trigger = id;
                        accepted = true;
                        answered();
                        askLater();
                    },
                    thrown -> {
                        perhapsBegun |= underOurId && FlinkHttp.mayHaveArrived(thrown);
                        if (perhapsBegun) {
                            lost = Optional.of(thrown);
                            missed(thrown);
                        } else {
                            fail(thrown);
                        }
                    });
        }

        @Override
        Optional<Duration> expectation() {
            return expectation;
        }

        /** Until a request is accepted, that of all tries, so that they become fewer. */
        @Override
        Duration timeForNextPoll() {
            return accepted ? elapsed().minus(sent) : elapsed();
        }

        @Override
        void ask() {
            Duration before = elapsed().minus(sent);
            Futures.whenDone(
                    transport.observeOperation(key.cluster, key.job, trigger),
                    observation -> seen(observation, before),
                    this::missed);
        }

        private void seen(OperationObservation observation, Duration before) {
            boolean unknown = observation instanceof OperationObservation.Unknown;
            if (unknown && !accepted && elapsed().compareTo(KEPT) < 0) {
                // It did not arrive. Until it is accepted it counts as not answered, which bounds the repetitions.
                repeat();
                return;
            }
            accepted = true;
            answered();
            if (observation instanceof OperationObservation.Completed completed) {
                PollSchedule.expectNext(inProgress, before, expectation).ifPresent(next -> expected.put(key, next));
                complete(new TakenSavepoint(completed.location(), trigger, elapsed()));
            } else if (observation instanceof OperationObservation.Failed failed) {
                fail(new SavepointFailedException(
                        told() + " failed: " + failed.reason() + "; " + kind.remedy, failed.reason()));
            } else if (unknown) {
                fail(new UnknownOperationException(told() + " was asked for, and now the JobManager does not know"
                        + " it: it was restarted meanwhile, or the result has expired. Look whether there is a"
                        + " complete savepoint (with a file _metadata) in the target directory"));
            } else {
                inProgress = Optional.of(before);
                askLater();
            }
        }

        /** Unless there is an older version by now, which may have begun it under an id of its own. */
        private void repeat() {
            Futures.whenDone(
                    transport.version(key.cluster),
                    version -> {
                        if (version.takesTriggerIdAndFormat()) {
                            trigger(true);
                        } else {
                            fail(new FlinkUnreachableException(
                                    told() + " was asked for without an answer, and now the JobManager is of Flink "
                                            + version.text()
                                            + ", which gives savepoints ids of its own: it may be under"
                                            + " way. Look for it in the target directory before another try",
                                    lost.orElseThrow()));
                        }
                    },
                    this::missed);
        }

        private String told() {
            return "Flink cluster " + key.cluster + ": " + kind.prefix + "savepoint " + trigger + " of job " + key.job;
        }
    }
}
