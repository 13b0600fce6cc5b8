package io.savepoint.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The book that {@link FlinkLedger} is a copy of.
 *
 * <p>Not safe for use by several threads: the fake's lock protects it.
 */
final class FakeLedger {
    private final List<FakeOperation> operations = new ArrayList<>();
    private final List<FakeDisposal> disposals = new ArrayList<>();
    private final List<FakeRun> runs = new ArrayList<>();
    private final Map<String, Integer> requests = new TreeMap<>();

    void requested(String name) {
        requests.merge(name, 1, Integer::sum);
    }

    void begun(FakeOperation operation) {
        operations.add(operation);
    }

    void begun(FakeDisposal disposal) {
        disposals.add(disposal);
    }

    void submitted(FakeRun run) {
        runs.add(run);
    }

    FlinkLedger copy() {
        return new FlinkLedger(
                operations.stream().map(FakeOperation::entry).toList(),
                runs.stream().map(FakeRun::entry).toList(),
                requests,
                disposals.stream().map(FakeDisposal::entry).toList());
    }
}
