package io.savepoint.simulation;

import io.savepoint.model.ClusterId;
import io.savepoint.testing.ManualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Carries requests, answers and reports between the managers and the world, and lets go wrong what is planned to. */
final class Network {
    /** When a client gives up; transports and stores promise an answer within a bounded time. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final ManualScheduler time;
    private final Plan plan;
    private final Trace trace;
    private final Consumer<Host> deaths;
    private final Map<Site, Map<Integer, Plan.FaultAt>> faults = new HashMap<>();
    private final int[] passages = new int[Site.values().length];
    private final Coverage coverage;
    private final List<Runnable> heldBack = new ArrayList<>();
    private Duration untilReplacement = Duration.ZERO;
    private boolean mended;

    Network(ManualScheduler time, Plan plan, Trace trace, Coverage coverage, Consumer<Host> deaths) {
        this.time = time;
        this.plan = plan;
        this.trace = trace;
        this.coverage = coverage;
        this.deaths = deaths;
        for (Plan.Item item : plan.items()) {
            if (item instanceof Plan.FaultAt fault) {
                faults.computeIfAbsent(fault.site(), absent -> new HashMap<>()).put(fault.occurrence(), fault);
            }
        }
    }

    /** From now on nothing goes wrong any more. */
    void mend() {
        mended = true;
    }

    /** How long after the last death another process shall take the place of the dead one. */
    Duration untilReplacement() {
        return untilReplacement;
    }

    int passages(Site site) {
        return passages[site.ordinal()];
    }

    /**
     * A request.
     *
     * @param site where it passes
     * @param cluster whose it is
     * @param what a text for traces
     * @param effect what it does when it arrives
     * @param lost makes the failure for an answer that does not come
     * @param garbled makes the failure for an answer that makes no sense
     * @param conflict what a store answers when somebody else wrote
     * @param stale what a cache gives
     */
    record Request<T>(
            Site site,
            ClusterId cluster,
            String what,
            Supplier<CompletionStage<T>> effect,
            Function<String, RuntimeException> lost,
            Function<String, RuntimeException> garbled,
            Optional<T> conflict,
            Function<Integer, CompletionStage<T>> stale) {}

    <T> CompletionStage<T> send(Host host, Request<T> request) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (host.isDead()) {
            return answer;
        }
        Optional<Plan.FaultAt> planned = pass(request.site());
        Delivery<T> delivery = new Delivery<>(host, request, answer, number(request.site()));
        trace.add(() -> delivery.text()
                + planned.map(fault -> " !" + fault.fault() + " " + fault.amount())
                        .orElse(""));
        if (planned.isEmpty()) {
            delivery.usual();
        } else {
            coverage.happened(request.site(), planned.get().fault());
            delivery.faulty(planned.get().fault(), planned.get().amount());
        }
        return answer;
    }

    /** Reports a change to a watch of a process. */
    void report(Host host, ClusterId cluster, Consumer<ClusterId> listener, List<ClusterId> others) {
        if (host.isDead()) {
            return;
        }
        Optional<Plan.FaultAt> planned = pass(Site.WATCH);
        Duration usual = latency(Site.WATCH, number(Site.WATCH));
        Runnable delivered = () -> host.run(() -> listener.accept(cluster));
        trace.add(() -> host.name() + " is told of " + cluster
                + planned.map(fault -> " !" + fault.fault() + " " + fault.amount())
                        .orElse(""));
        if (planned.isEmpty()) {
            deliver(usual, delivered);
            return;
        }
        Duration amount = planned.get().amount();
        coverage.happened(Site.WATCH, planned.get().fault());
        switch (planned.get().fault()) {
            case LOST -> {}
            case LATE -> time.schedule(amount, delivered);
            case REORDERED -> heldBack.add(delivered);
            case DOUBLED -> {
                deliver(usual, delivered);
                deliver(usual, delivered);
            }
            case FALSE_ALARM -> {
                deliver(usual, delivered);
                others.forEach(other -> deliver(usual, () -> host.run(() -> listener.accept(other))));
            }
            default -> {
                strike(host, planned.get().fault(), amount);
                deliver(usual, delivered);
            }
        }
    }

    /** Reports that were held back come behind this one. */
    private void deliver(Duration delay, Runnable report) {
        time.schedule(delay, () -> {
            report.run();
            List<Runnable> late = List.copyOf(heldBack);
            heldBack.clear();
            late.forEach(Runnable::run);
        });
    }

    private Optional<Plan.FaultAt> pass(Site site) {
        passages[site.ordinal()]++;
        return mended
                ? Optional.empty()
                : Optional.ofNullable(faults.getOrDefault(site, Map.of()).get(number(site)));
    }

    private int number(Site site) {
        return passages[site.ordinal()];
    }

    /** By the place in the run alone, so that what is left out of a plan does not change how long the rest takes. */
    private Duration latency(Site site, int number) {
        long most = plan.setup().latency().toMillis();
        long mixed = (plan.seed() * 31 + site.ordinal()) * 0x9E3779B97F4A7C15L + number * 0xD1B54A32D192ED03L;
        mixed = (mixed ^ (mixed >>> 29)) * 0xBF58476D1CE4E5B9L;
        return most == 0 ? Duration.ZERO : Duration.ofMillis((mixed >>> 33) % most);
    }

    private void strike(Host host, Fault fault, Duration amount) {
        switch (fault) {
            case CRASH_BEFORE, CRASH_AFTER -> {
                host.die();
                untilReplacement = amount;
                deaths.accept(host);
            }
            case PAUSE_BEFORE, PAUSE_AFTER -> host.standStill(amount);
            case CLOCK_FORWARD -> host.jump(amount);
            case CLOCK_BACK -> host.jump(amount.negated());
            default -> throw new IllegalArgumentException(fault + " does not strike a process");
        }
    }

    /** A request on its way. */
    private final class Delivery<T> {
        private final Host host;
        private final Request<T> request;
        private final CompletableFuture<T> answer;
        private final Duration there;
        private final Duration back;

        Delivery(Host host, Request<T> request, CompletableFuture<T> answer, int number) {
            this.host = host;
            this.request = request;
            this.answer = answer;
            this.there = latency(request.site(), number * 2);
            this.back = latency(request.site(), number * 2 + 1);
        }

        String text() {
            return host.name() + " " + request.site() + " " + number(request.site()) + " " + request.what();
        }

        void usual() {
            time.schedule(there, () -> arrive(this::answerBack));
        }

        void faulty(Fault fault, Duration amount) {
            switch (fault) {
                case CRASH_BEFORE -> strike(host, fault, amount);
                case CRASH_AFTER -> {
                    strike(host, fault, amount);
                    time.schedule(there, () -> arrive(ignored -> {}));
                }
                case PAUSE_BEFORE -> {
                    strike(host, fault, amount);
                    time.schedule(amount.plus(there), () -> arrive(this::answerBack));
                }
                case PAUSE_AFTER -> {
                    strike(host, fault, amount);
                    usual();
                }
                case CLOCK_FORWARD, CLOCK_BACK ->
                    time.schedule(there, () -> {
                        strike(host, fault, amount);
                        arrive(this::answerBack);
                    });
                case REFUSED -> failAfter(back, request.lost(), "connection refused");
                case ANSWER_LOST -> {
                    time.schedule(there, () -> arrive(ignored -> {}));
                    failAfter(TIMEOUT, request.lost(), "timed out");
                }
                case ANSWER_LATE -> time.schedule(there, () -> arrive(result -> answerAfter(amount, result)));
                case REQUEST_LATE -> time.schedule(amount, () -> arrive(this::answerBack));
                case GIVEN_UP -> {
                    failAfter(TIMEOUT, request.lost(), "timed out");
                    time.schedule(amount, () -> arrive(ignored -> {}));
                }
                case DELIVERED_TWICE -> {
                    usual();
                    time.schedule(there.plus(amount), () -> arrive(ignored -> {}));
                }
                case SERVER_ERROR -> failAfter(there.plus(back), request.garbled(), "HTTP 500");
                case SERVER_ERROR_AFTER ->
                    time.schedule(there, () -> arrive(ignored -> failAfter(back, request.lost(), "HTTP 502")));
                case GARBAGE ->
                    time.schedule(there, () -> arrive(ignored -> failAfter(back, request.garbled(), "no JSON")));
                case THROWN -> throw new IllegalStateException();
                case ELECTION -> failAfter(there.plus(back), FlinkFailures::election, "HTTP 503");
                case CONFLICT ->
                    answerAfter(
                            there.plus(back),
                            CompletableFuture.completedFuture(request.conflict().orElseThrow()));
                case CONFLICT_AFTER ->
                    time.schedule(
                            there,
                            () -> arrive(ignored -> answerBack(CompletableFuture.completedFuture(
                                    request.conflict().orElseThrow()))));
                case STALE -> answerAfter(there.plus(back), request.stale().apply(amount.getNano()));
                default -> throw new IllegalArgumentException(fault + " cannot happen to a request");
            }
        }

        private void arrive(Consumer<CompletionStage<T>> then) {
            then.accept(request.effect().get());
        }

        private void answerBack(CompletionStage<T> result) {
            answerAfter(back, result);
        }

        private void answerAfter(Duration delay, CompletionStage<T> result) {
            time.schedule(
                    delay,
                    () -> host.run(() -> result.whenComplete((value, failure) -> {
                        trace.add(() -> host.name() + " hears " + request.what() + ": "
                                + (failure == null ? value : cause(failure).getMessage()));
                        if (failure == null) {
                            answer.complete(value);
                        } else {
                            answer.completeExceptionally(cause(failure));
                        }
                    })));
        }

        private void failAfter(Duration delay, Function<String, RuntimeException> failure, String why) {
            answerAfter(delay, CompletableFuture.failedFuture(failure.apply(request.what() + ": " + why)));
        }

        private Throwable cause(Throwable failure) {
            Throwable cause = failure.getCause();
            return failure instanceof CompletionException && cause != null ? cause : failure;
        }
    }
}
