package io.savepoint.testing;

import static io.savepoint.testing.FlinkProbe.verify;

import io.savepoint.model.FlinkJobState;
import io.savepoint.model.JobId;
import io.savepoint.model.JobObservation;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.JobLauncher;
import io.savepoint.spi.JobLauncher.Outcome;
import io.savepoint.spi.LaunchRequest;
import io.savepoint.testing.FlinkTransportContract.Checks;
import java.util.Optional;

/** The checks of a launcher. */
final class FlinkLaunchChecks {
    private final JobLauncher launcher;

    private FlinkLaunchChecks(JobLauncher launcher) {
        this.launcher = launcher;
    }

    static void addTo(Checks checks, JobLauncher launcher) {
        FlinkLaunchChecks all = new FlinkLaunchChecks(launcher);
        checks.add("a job is launched under its id", all::launches);
        checks.add("a launch under an id that runs, or has ended, submits nothing", all::launchesOnce);
        checks.addWithJob("a job is launched from a savepoint", all::launchesFromSavepoint);
        checks.add("a launch from a missing savepoint is refused and leaves no running job", all::refusesMissing);
    }

    private void launches(FlinkProbe probe) throws Exception {
        JobId job = probe.newJobId();
        verifySubmitted(launch(probe, job, Optional.empty()));
        probe.awaitReady(job);
    }

    private void launchesOnce(FlinkProbe probe) throws Exception {
        JobId job = probe.newJobId();
        verifySubmitted(launch(probe, job, Optional.empty()));
        probe.awaitReady(job);
        verifyDuplicate(launch(probe, job, Optional.empty()));
        probe.awaitStateSoon(job, FlinkJobState.RUNNING);
        probe.answer("cancelJob", () -> probe.transport().cancelJob(probe.cluster(), job));
        probe.awaitState(job, FlinkJobState.CANCELED);
        verifyDuplicate(launch(probe, job, Optional.empty()));
        probe.awaitStateSoon(job, FlinkJobState.CANCELED);
    }

    private void launchesFromSavepoint(FlinkProbe probe, JobId source) throws Exception {
        String location = probe.awaitLocation(source, probe.stop(probe.request(source, probe.newTriggerId()), false));
        JobId job = probe.newJobId();
        verifySubmitted(launch(probe, job, Optional.of(location)));
        probe.awaitReady(job);
        verifyDuplicate(launch(probe, job, Optional.of(location)));
    }

    private void refusesMissing(FlinkProbe probe) throws Exception {
        JobId job = probe.newJobId();
        String missing = probe.fixture().savepointDirectory() + "/savepoint-000000-000000000000";
        probe.verifyFails(
                FlinkRefusedException.class,
                "launch",
                () -> launcher.launch(probe.cluster(), request(probe, job, Optional.of(missing))));
        JobObservation observation = probe.observe(job);
        verify(
                !(observation instanceof JobObservation.Found found)
                        || found.state().isTerminal(),
                "a launch was refused, and the job is %s",
                observation);
    }

    private Outcome launch(FlinkProbe probe, JobId job, Optional<String> savepoint) throws Exception {
        return probe.answer("launch", () -> launcher.launch(probe.cluster(), request(probe, job, savepoint)));
    }

    private static LaunchRequest request(FlinkProbe probe, JobId job, Optional<String> savepoint) {
        return new LaunchRequest(job, probe.fixture().jobSpec(), savepoint, false);
    }

    private static void verifySubmitted(Outcome outcome) {
        verify(outcome == Outcome.SUBMITTED, "the first launch under an id answered %s", outcome);
    }

    private static void verifyDuplicate(Outcome outcome) {
        verify(outcome == Outcome.ALREADY_SUBMITTED, "another launch under the same id answered %s", outcome);
    }
}
