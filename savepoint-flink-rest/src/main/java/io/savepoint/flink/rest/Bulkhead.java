package io.savepoint.flink.rest;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Bounds how many requests are under way to one endpoint, so that a JobManager that accepts them and never answers takes
 * few connections and little memory, and no time from the others. Further requests wait for their turn, within their own
 * time; one whose turn does not come was certainly not sent. Those about jars, which take long, have places of their
 * own, so that they hold up nothing else. Safe for use by any number of threads.
 */
final class Bulkhead {
    private static final int MOST_WAITING = 1000;

    private final Function<Call, CompletableFuture<Answer>> sender;
    private final int places;
    private final Duration patience;
    private final Clock clock;
    private final Map<Way, Lane> lanes = new HashMap<>();

    Bulkhead(Function<Call, CompletableFuture<Answer>> sender, FlinkRestConfig config) {
        this.sender = sender;
        this.places = config.maxRequestsPerEndpoint();
        this.patience = config.requestTimeout();
        this.clock = config.scheduler().clock();
    }

    private record Way(URI endpoint, boolean jars) {
        static Way of(Call call) {
            return new Way(call.endpoint(), call.path().startsWith("/jars"));
        }
    }

    /** What goes one way, while something does. */
    private static final class Lane {
        private final Set<Turn> turns = new LinkedHashSet<>();
        private int underWay;
    }

    private static final class Turn {
        private final CompletableFuture<Void> come = new CompletableFuture<>();
    }

    /** Sends a call, at once or when its turn comes; the time until then is part of the call's own. */
    CompletableFuture<Answer> send(Call call) {
        Way way = Way.of(call);
        Turn turn = new Turn();
        boolean free;
        synchronized (this) {
            Lane lane = lanes.computeIfAbsent(way, unused -> new Lane());
            free = lane.underWay < places;
            if (free) {
                lane.underWay++;
            } else if (lane.turns.size() < MOST_WAITING) {
                lane.turns.add(turn);
            } else {
                return CompletableFuture.failedFuture(notSent(call, MOST_WAITING + " others wait for their turn"));
            }
        }
        return free ? sendNow(way, call) : sendInTurn(way, call, turn);
    }

    private CompletableFuture<Answer> sendNow(Way way, Call call) {
        CompletableFuture<Answer> sent = Futures.call(() -> sender.apply(call));
        CompletableFuture<Answer> unused = sent.whenComplete((answer, thrown) -> leave(way));
        return sent;
    }

    /** Goes on in a thread of its own: the one that made place has its own things to do, and so has the timer's. */
    private CompletableFuture<Answer> sendInTurn(Way way, Call call, Turn turn) {
        Instant begun = clock.instant();
        Duration longest = call.timeout().compareTo(patience) < 0 ? call.timeout() : patience;
        CompletableFuture<Answer> result = new CompletableFuture<>();
        CompletableFuture<Void> unused = turn.come
                .orTimeout(longest.toNanos(), TimeUnit.NANOSECONDS)
                .whenCompleteAsync((come, late) -> {
                    if (late == null) {
                        Call inTime = call.within(TimeLeft.of(call.timeout(), begun, clock));
                        Futures.whenDone(sendNow(way, inTime), result::complete, result::completeExceptionally);
                    } else {
                        withdraw(way, turn);
                        result.completeExceptionally(
                                notSent(call, "none of them ended within " + FlinkHttp.seconds(longest)));
                    }
                });
        return result;
    }

    private synchronized void withdraw(Way way, Turn turn) {
        Optional.ofNullable(lanes.get(way)).ifPresent(lane -> lane.turns.remove(turn));
    }

    /** Gives the place to the first one that still waits for it. */
    private void leave(Way way) {
        Optional<Turn> next = next(way);
        while (next.isPresent() && !next.get().come.complete(null)) {
            next = next(way);
        }
    }

    private synchronized Optional<Turn> next(Way way) {
        Lane lane = Objects.requireNonNull(lanes.get(way));
        Iterator<Turn> turns = lane.turns.iterator();
        if (turns.hasNext()) {
            Turn turn = turns.next();
            turns.remove();
            return Optional.of(turn);
        }
        lane.underWay--;
        if (lane.underWay == 0) {
            lanes.remove(way);
        }
        return Optional.empty();
    }

    private NotSentException notSent(Call call, String why) {
        return new NotSentException(call + " was not sent: " + places + " requests to this endpoint are under way, and "
                + why + "; check that the JobManager answers, or raise maxRequestsPerEndpoint");
    }
}
