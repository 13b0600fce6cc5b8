package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkException;
import io.savepoint.spi.FlinkLeaderElectionException;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.Scheduler;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Asks each endpoint for its jobs, one question at a time: its answer holds all jobs, so all who ask share it. Nobody
 * gets the answer to a question that was sent before he asked, as it may tell of a time before; who asks while one is
 * under way waits for the next. Before the next one the endpoint rests the longer the more jobs it has, up to a quarter
 * of a second, also where only one asks, and for that time after a failure: so that it has little work with being asked
 * for thousands, and the more share a question the longer its answer is. Safe for use by any number of threads.
 */
final class Overviews {
    /** A list of two jobs has about so many bytes. */
    private static final int BYTES_PER_MILLI_OF_REST = 1000;

    private static final int LONGEST_REST_MILLIS = 250;

    private final Function<Call, CompletableFuture<Answer>> sender;
    private final Duration timeout;
    private final Scheduler scheduler;
    /** Who waits for the next question, at each endpoint where one is under way, or that rests. */
    private final Map<URI, List<Asker>> waiting = new HashMap<>();

    /** The scheduler is one that nobody closes. */
    Overviews(Function<Call, CompletableFuture<Answer>> sender, Duration timeout, Scheduler scheduler) {
        this.sender = sender;
        this.timeout = timeout;
        this.scheduler = scheduler;
    }

    /** Who asks, for which job; the call is as it would be if he were the only one. */
    private record Asker(Call call, JobId job, CompletableFuture<JobObservation> result) {
        void complete(Answer answer, Overview overview) {
            try {
                result.complete(overview.job(job));
            } catch (WrongShapeException e) {
                result.completeExceptionally(answer.to(call).notFlinks(e));
            }
        }

        void fail(Call asked, Throwable thrown) {
            boolean asItIs = asked.cluster().equals(call.cluster()) || !(thrown instanceof FlinkException);
            result.completeExceptionally(asItIs ? thrown : told(asked, (FlinkException) thrown));
        }

        /** The same failure, told of the asker's own cluster. */
        private FlinkException told(Call asked, FlinkException failure) {
            String message = String.valueOf(failure.getMessage()).replace(asked.toString(), call.toString());
            if (failure instanceof FlinkLeaderElectionException) {
                return new FlinkLeaderElectionException(message);
            }
            return failure instanceof FlinkUnreachableException
                    ? new FlinkUnreachableException(message, failure)
                    : new FlinkAnswerException(message, failure);
        }
    }

    CompletableFuture<JobObservation> ask(ClusterId cluster, URI endpoint, JobId job) {
        Asker asker = new Asker(Call.get(cluster, endpoint, "/jobs/overview", timeout), job, new CompletableFuture<>());
        boolean isNext;
        synchronized (this) {
            List<Asker> others = waiting.putIfAbsent(endpoint, new ArrayList<>());
            isNext = others == null;
            if (others != null) {
                others.add(asker);
            }
        }
        if (isNext) {
            send(List.of(asker));
        } else {
            Futures.whenLate(
                    asker.result,
                    timeout,
                    () -> asker.fail(asker.call, FlinkHttp.failure(asker.call, new TimeoutException())));
        }
        return asker.result;
    }

    private void send(List<Asker> askers) {
        Call call = askers.get(0).call;
        Futures.whenDone(
                Futures.call(() -> sender.apply(call)),
                answer -> {
                    goOn(call.endpoint(), answer.size() / BYTES_PER_MILLI_OF_REST);
                    settle(askers, answer);
                },
                thrown -> {
                    // It may have been any number of jobs, too many for the bound or for the time.
                    goOn(call.endpoint(), LONGEST_REST_MILLIS);
                    askers.forEach(asker -> asker.fail(call, thrown));
                });
    }

    private void goOn(URI endpoint, int restMillis) {
        int rest = Math.min(restMillis, LONGEST_REST_MILLIS);
        if (rest == 0) {
            sendNext(endpoint);
        } else {
            scheduler.schedule(Duration.ofMillis(rest), () -> sendNext(endpoint));
        }
    }

    private void sendNext(URI endpoint) {
        List<Asker> next;
        synchronized (this) {
            next = waiting.getOrDefault(endpoint, List.of());
            next.removeIf(asker -> asker.result.isDone());
            if (next.isEmpty()) {
                waiting.remove(endpoint);
            } else {
                waiting.put(endpoint, new ArrayList<>());
            }
        }
        if (!next.isEmpty()) {
            send(next);
        }
    }

    private static void settle(List<Asker> askers, Answer answer) {
        Overview overview;
        try {
            overview = Overview.read(answer, askers.stream().map(Asker::job).toList());
        } catch (RuntimeException | Error e) {
            askers.forEach(asker -> asker.fail(answer.call(), e));
            return;
        }
        askers.forEach(asker -> asker.complete(answer, overview));
    }
}
