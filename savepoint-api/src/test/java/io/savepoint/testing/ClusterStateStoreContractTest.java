package io.savepoint.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobSpec;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.testing.BrokenStore.Fault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The contract has to catch stores that break it, each by the check that is meant for it. */
class ClusterStateStoreContractTest {
    @Test
    void aSoundAsynchronousStoreWithALaggingCachePasses() {
        assertThat(failures(new BrokenStore(Fault.NONE_BUT_SLOW))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "LOAD_FINDS_UNKNOWN      | every method completes its stage for an unknown cluster",
                "LOAD_LOSES_ARGS         | load sees a spec that was put, every field of it",
                "LOAD_HIDES_CONTROL      | load sees a control that was set",
                "SPEC_KEEPS_VERSION      | the version changes with the spec",
                "SPEC_KEEPS_VERSION      | compareAndSet conflicts after a spec write",
                "CONTROL_KEEPS_VERSION   | the version changes with the control",
                "CONTROL_KEEPS_VERSION   | compareAndSet conflicts after a control write",
                "ACK_KEEPS_VERSION       | the version changes with an acknowledgement",
                "ACK_KEEPS_VERSION       | compareAndSet conflicts after an acknowledgement",
                "STATUS_KEEPS_VERSION    | the version changes with the status",
                "STATUS_KEEPS_VERSION    | compareAndSet conflicts after another status write",
                "LIST_IS_EMPTY           | list tells the clusters that exist",
                "LIST_KEEPS_REMOVED      | list tells the clusters that exist",
                "CAS_CUTS_MILLIS         | compareAndSet keeps every field of the status",
                "CAS_LOSES_BOOKKEEPING   | compareAndSet keeps every field of the status",
                "CAS_MERGES              | compareAndSet removes a field that is left empty",
                "CAS_WRITES_CONTROL      | compareAndSet leaves spec and control alone",
                "CAS_IGNORES_VERSION     | compareAndSet conflicts after a spec write",
                "CAS_IGNORES_VERSION     | compareAndSet conflicts after a control write",
                "CAS_IGNORES_VERSION     | compareAndSet conflicts after an acknowledgement",
                "CAS_IGNORES_VERSION     | compareAndSet conflicts after another status write",
                "CAS_IGNORES_VERSION     | of concurrent compareAndSets with one version exactly one is written",
                "CAS_BRINGS_BACK         | compareAndSet of a removed cluster is GONE and brings nothing back",
                "CAS_ALWAYS_CONFLICTS    | compareAndSet keeps every field of the status",
                "CAS_LIES                | compareAndSet keeps every field of the status",
                "CHECK_THEN_ACT          | of concurrent compareAndSets with one version exactly one is written",
                "CHECK_THEN_ACT          | concurrent increments by load and compareAndSet lose nothing",
                "CHECK_THEN_ACT          | compareAndSet beside spec and control writes loses none of them",
                "VERSION_STARTS_ANEW     | a version does not outlive its cluster",
                "PUT_DROPS_STATUS        | putting the spec again keeps control and status",
                "CAS_TELLS_OLD_VERSION   | compareAndSet tells the version that it wrote",
                "ACK_IGNORES_VERSION     | acknowledgeControl that comes late leaves a newer request alone",
                "ACK_REMOVES_ANY         | acknowledgeControl leaves another control alone",
                "ACK_ALWAYS_TRUE         | acknowledgeControl removes the control, once",
                "ACK_ALWAYS_TRUE         | of concurrent acknowledgements of one control exactly one is true",
                "ACK_REMOVES_NOTHING     | acknowledgeControl removes the control, once",
                "WATCH_IS_SILENT         | watch reports a new cluster",
                "WATCH_IS_SILENT         | watch reports a changed spec",
                "WATCH_IS_SILENT         | watch reports a control",
                "WATCH_IS_SILENT         | watch reports a removed cluster",
                "WATCH_NEVER_CLOSES      | a closed watch reports nothing, and another one goes on",
                "THROWS                  | every method completes its stage for an unknown cluster",
                "NEVER_COMPLETES         | every method completes its stage for an unknown cluster",
                "UNREACHABLE_IS_EMPTY    | a store that cannot be reached fails its stages with a StoreException",
                "UNREACHABLE_THROWS      | a store that cannot be reached fails its stages with a StoreException",
                "UNREACHABLE_RAW         | a store that cannot be reached fails its stages with a StoreException",
            })
    void catches(Fault fault, String check) {
        assertThat(failures(new BrokenStore(fault), check)).containsOnlyKeys(check);
    }

    private static Map<String, String> failures(BrokenStore store) {
        return failures(store, "");
    }

    private static Map<String, String> failures(BrokenStore store, String only) {
        Map<String, String> failures = new TreeMap<>();
        for (Check check : ClusterStateStoreContract.checks(new BrokenFixture(store))) {
            try {
                if (only.isEmpty() || check.name().equals(only)) {
                    check.run();
                }
            } catch (AssertionError e) {
                failures.put(check.name(), e.getMessage());
            } catch (Exception e) {
                throw new AssertionError(check + " broke off instead of failing", e);
            }
        }
        return failures;
    }

    private record BrokenFixture(BrokenStore broken) implements ClusterStateStoreContract.Fixture {
        @Override
        public ClusterStateStore store() {
            return broken;
        }

        @Override
        public void putSpec(ClusterId cluster, JobSpec spec) {
            broken.put(cluster, spec);
        }

        @Override
        public void setControl(ClusterId cluster, String value) {
            broken.control(cluster, value);
        }

        @Override
        public void remove(ClusterId cluster) {
            broken.remove(cluster);
        }

        @Override
        public Duration timeout() {
            return broken.is(Fault.NONE_BUT_SLOW) ? Duration.ofSeconds(20) : Duration.ofMillis(400);
        }

        @Override
        public Optional<ClusterStateStore> unreachableStore() {
            return Optional.of(new BrokenStore.Unreachable(broken.fault()));
        }
    }
}
