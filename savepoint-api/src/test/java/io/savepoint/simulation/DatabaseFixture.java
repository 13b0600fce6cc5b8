package io.savepoint.simulation;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobSpec;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.store.SpecDocument;
import io.savepoint.testing.ClusterStateStoreContract;
import java.util.Optional;

/** The simulation's store under the contract that the Kubernetes store and all others keep. */
final class DatabaseFixture implements ClusterStateStoreContract.Fixture {
    private final Database database = new Database(new Database.Witness() {
        @Override
        public void statusWritten(Database.Resource before, Database.Resource after) {}

        @Override
        public void controlRemoved(Database.Resource before, Database.Resource after) {}
    });

    @Override
    public ClusterStateStore store() {
        return database;
    }

    @Override
    public void putSpec(ClusterId cluster, JobSpec spec) {
        if (database.find(cluster).isPresent()) {
            database.editJob(cluster, job -> SpecDocument.write(spec));
        } else {
            database.create(cluster, spec);
        }
    }

    @Override
    public void setControl(ClusterId cluster, String value) {
        database.annotate(cluster, Optional.of(value));
    }

    @Override
    public void remove(ClusterId cluster) {
        database.remove(cluster);
    }
}
