package io.savepoint.testing;

import static io.savepoint.testing.StoreProbe.verify;

import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ControlRequest;
import io.savepoint.spi.ClusterStateStore.WriteResult;
import io.savepoint.testing.ClusterStateStoreContract.Checks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;

/** The checks with several threads at a time. */
final class StoreRaceChecks {
    private static final int THREADS = 4;
    private static final int ROUNDS = 10;
    private static final ControlRequest CONTROL = new ControlRequest(ControlRequest.SAVEPOINT);

    private StoreRaceChecks() {}

    static void addTo(Checks checks) {
        checks.add("of concurrent compareAndSets with one version exactly one is written", StoreRaceChecks::oneWins);
        checks.add("concurrent increments by load and compareAndSet lose nothing", StoreRaceChecks::increments);
        checks.add("compareAndSet beside spec and control writes loses none of them", StoreRaceChecks::userWrites);
        checks.add(
                "of concurrent acknowledgements of one control exactly one is true", StoreRaceChecks::oneAcknowledges);
    }

    private static void oneWins(StoreProbe probe, ClusterId cluster) throws Exception {
        probe.putSpec(cluster, StoreSamples.spec(1));
        for (int round = 0; round < ROUNDS; round++) {
            int base = 1 + round * THREADS;
            String version = probe.current(cluster);
            List<Callable<WriteResult>> writers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int number = base + i;
                writers.add(() -> probe.compareAndSet(cluster, version, StoreSamples.status(number)));
            }
            List<WriteResult> results = probe.together(writers);
            List<Boolean> won = results.stream().map(WriteResult::isWritten).toList();
            int written = Collections.frequency(won, true);
            int conflicts = Collections.frequency(results, WriteResult.CONFLICT);
            verify(
                    written == 1 && conflicts == THREADS - 1,
                    "of %d concurrent compareAndSets with one version the answers were %s",
                    THREADS,
                    results);
            int winner = base + won.indexOf(true);
            int recorded = StoreSamples.restarts(probe.fresh(cluster).status());
            verify(recorded == winner, "writer %d was told WRITTEN, but writer %d is recorded", winner, recorded);
        }
    }

    private static void increments(StoreProbe probe, ClusterId cluster) throws Exception {
        probe.putSpec(cluster, StoreSamples.spec(1));
        List<Callable<Boolean>> writers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            writers.add(() -> {
                for (int round = 0; round < ROUNDS; round++) {
                    probe.replace(
                            cluster, status -> StoreSamples.withRestarts(status, StoreSamples.restarts(status) + 1));
                }
                return true;
            });
        }
        probe.together(writers);
        int recorded = StoreSamples.restarts(probe.fresh(cluster).status());
        verify(recorded == THREADS * ROUNDS, "of %d increments %d are recorded", THREADS * ROUNDS, recorded);
    }

    private static void userWrites(StoreProbe probe, ClusterId cluster) throws Exception {
        probe.putSpec(cluster, StoreSamples.spec(0));
        AtomicBoolean userIsDone = new AtomicBoolean();
        Callable<Integer> manager = () -> {
            int written = 0;
            while (!userIsDone.get()) {
                int number = ++written;
                probe.replace(cluster, status -> StoreSamples.status(number));
            }
            return written;
        };
        Callable<Integer> user = () -> {
            try {
                for (int round = 1; round <= ROUNDS; round++) {
                    probe.putSpec(cluster, StoreSamples.spec(round));
                    probe.setControl(cluster, "control-" + round);
                    // A write of the manager's that began before has ended then.
                    StoreProbe.pause();
                    isThere(probe.fresh(cluster), round);
                }
                return 0;
            } finally {
                userIsDone.set(true);
            }
        };
        int written = probe.together(List.of(manager, user)).get(0);
        ClusterState state = probe.fresh(cluster);
        isThere(state, ROUNDS);
        int recorded = StoreSamples.restarts(state.status());
        verify(recorded == written, "the last status was %d, but %d is recorded", written, recorded);
    }

    private static void isThere(ClusterState state, int round) {
        verify(state.spec().equals(StoreSamples.spec(round)), "spec %d was lost, it is %s", round, state.spec());
        verify(
                state.control().equals(Optional.of(new ControlRequest("control-" + round))),
                "control %d was lost, it is %s",
                round,
                state.control());
    }

    private static void oneAcknowledges(StoreProbe probe, ClusterId cluster) throws Exception {
        probe.putSpec(cluster, StoreSamples.spec(1));
        for (int round = 0; round < ROUNDS; round++) {
            probe.setControl(cluster, ControlRequest.SAVEPOINT);
            String version = probe.current(cluster);
            Callable<Boolean> acknowledge = () -> probe.answer(
                    "acknowledgeControl", () -> probe.store().acknowledgeControl(cluster, version, CONTROL));
            List<Boolean> answers = probe.together(Collections.nCopies(THREADS, acknowledge));
            verify(
                    Collections.frequency(answers, true) == 1,
                    "%d concurrent acknowledgements of one control answered %s",
                    THREADS,
                    answers);
        }
    }
}
