package io.savepoint.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobObservation;
import io.savepoint.model.JobSpec;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.Reconciliation;
import io.savepoint.model.Reconciliation.Outcome;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.SavepointEvent.Type;
import io.savepoint.policy.Backoff;
import io.savepoint.policy.StartJobPolicy;
import io.savepoint.store.InMemoryClusterStateStore;
import io.savepoint.testing.FakeFlink;
import io.savepoint.testing.Faults;
import io.savepoint.testing.Faults.Fault;
import io.savepoint.testing.ManualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OutagesTest {
    private static final ClusterId ORDERS = ClusterId.of("default", "orders");
    private static final Observation UNREACHABLE = Observation.of(new JobObservation.Unreachable("connection refused"));
    private static final Observation ANSWER = Observation.of(new JobObservation.NotFound());
    private static final Observation NOT_ASKED = Observation.of(new JobObservation.NotAsked());

    private final ManualScheduler time = new ManualScheduler();
    private final List<String> lines = new ArrayList<>();
    private final List<SavepointEvent> events = new ArrayList<>();
    private final Outages outages = listened(ORDERS);

    private Outages listened(ClusterId id) {
        return new Outages(id, time.clock(), line -> lines.add("WARN " + line), line -> lines.add("INFO " + line));
    }

    private void observed(Observation... observations) {
        for (Observation seen : observations) {
            outages.observed(seen).ifPresent(events::add);
            time.advance(Duration.ofSeconds(1));
        }
    }

    @Test
    void anOutageIsToldOnceWhenItBeginsAndOnceWhenItIsOver() {
        observed(UNREACHABLE, UNREACHABLE);
        assertThat(lines).isEmpty();
        observed(UNREACHABLE, UNREACHABLE, UNREACHABLE, UNREACHABLE);
        assertThat(lines)
                .containsExactly("WARN default/orders: Flink cannot be reached; still trying: connection refused");
        lines.clear();
        observed(ANSWER);
        assertThat(lines).isEmpty();
        observed(ANSWER, ANSWER);
        assertThat(lines).containsExactly("INFO default/orders: Flink can be reached again, after 6 s");
        assertThat(events)
                .extracting(SavepointEvent::type, SavepointEvent::message)
                .containsExactly(
                        tuple(Type.FLINK_UNREACHABLE, "Flink cannot be reached; still trying: connection refused"),
                        tuple(Type.FLINK_REACHABLE, "Flink can be reached again, after 6 s"));
        lines.clear();
        observed(UNREACHABLE, UNREACHABLE, UNREACHABLE);
        assertThat(lines).hasSize(1).first().asString().startsWith("WARN");
    }

    @Test
    void whatFailsNowAndThenIsNotTold() {
        observed(UNREACHABLE, UNREACHABLE, ANSWER, UNREACHABLE, UNREACHABLE, ANSWER);
        assertThat(lines).isEmpty();
    }

    @Test
    void whatWorksNowAndThenIsOneOutage() {
        observed(UNREACHABLE, UNREACHABLE, UNREACHABLE, ANSWER, UNREACHABLE, ANSWER, UNREACHABLE, UNREACHABLE);
        assertThat(lines).hasSize(1);
    }

    @Test
    void aTickThatDoesNotAskTellsNothing() {
        observed(UNREACHABLE, NOT_ASKED, UNREACHABLE, NOT_ASKED, UNREACHABLE);
        assertThat(lines).hasSize(1);
        observed(NOT_ASKED, NOT_ASKED, NOT_ASKED);
        assertThat(lines).hasSize(1);
    }

    @Test
    void anAnswerAboutTheOperationAloneIsAnAnswer() {
        Observation answer = Observation.of(new JobObservation.NotAsked(), new OperationObservation.InProgress());
        observed(UNREACHABLE, UNREACHABLE, UNREACHABLE, answer, answer);
        assertThat(lines).hasSize(2);
    }

    @Test
    void aReasonOfSeveralLinesIsOneLine() {
        for (int tick = 0; tick < 3; tick++) {
            outages.storeFailed("no answer\r\nfrom the\nserver");
        }
        assertThat(lines)
                .containsExactly("WARN default/orders: the store fails; still trying: no answer from the server");
    }

    private Engine engine(Faults process, InMemoryClusterStateStore store, FakeFlink flink) {
        Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));
        Duration second = Duration.ofSeconds(1);
        return new Engine(
                new EngineParts(
                        process.store(store),
                        process.transport(flink),
                        Optional.of(flink),
                        List.of(StartJobPolicy.create()),
                        List.of(events::add),
                        time,
                        new SplittableRandom(42),
                        false,
                        10,
                        new ConcurrencyLimit(Integer.MAX_VALUE, Integer.MAX_VALUE),
                        IllegalStateException::new),
                new Timings(
                        second,
                        second,
                        second.multipliedBy(30),
                        Duration.ofMinutes(5),
                        second,
                        second,
                        backoff,
                        backoff),
                this::listened);
    }

    private Outcome tick(Engine engine, int times) {
        Outcome last = Outcome.GONE;
        for (int tick = 0; tick < times; tick++) {
            Reconciliation done = engine.reconcile(ORDERS).join();
            last = done.outcome();
            time.advance(Duration.ofSeconds(1));
        }
        return last;
    }

    @Test
    void ticksTellOfFlinkAndOfTheStore() {
        InMemoryClusterStateStore store = new InMemoryClusterStateStore();
        FakeFlink flink = FakeFlink.create(time);
        List<String> failing = new ArrayList<>();
        Faults process =
                Faults.by((number, name) -> failing.contains(name) ? Optional.of(Fault.FAIL_BEFORE) : Optional.empty());
        Engine engine = engine(process, store, flink);
        store.put(ORDERS, JobSpec.builder().jarFile("orders.jar").build());
        tick(engine, 10);
        assertThat(lines).isEmpty();

        failing.add("load");
        assertThat(tick(engine, 5)).isEqualTo(Outcome.STORE_FAILED);
        assertThat(lines).hasSize(1).first().asString().startsWith("WARN default/orders: the store fails");
        failing.clear();
        tick(engine, 5);
        assertThat(lines).hasSize(2).last().asString().startsWith("INFO default/orders: the store works again");

        lines.clear();
        flink.cluster(ORDERS).unreachable(true);
        tick(engine, 5);
        assertThat(lines).hasSize(1).first().asString().startsWith("WARN default/orders: Flink cannot be reached");
        flink.cluster(ORDERS).unreachable(false);
        tick(engine, 5);
        assertThat(lines).hasSize(2).last().asString().startsWith("INFO default/orders: Flink can be reached again");
    }
}
