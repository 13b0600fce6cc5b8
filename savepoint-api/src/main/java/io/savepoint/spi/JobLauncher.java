package io.savepoint.spi;

import io.savepoint.model.ClusterId;
import java.util.concurrent.CompletionStage;

/**
 * How the manager submits the cluster's job: to a session cluster by REST, or as the host's platform does it.
 *
 * <p><b>Contract.</b> The job runs under {@link LaunchRequest#jobId()}, which the manager has recorded before. A launch
 * under an id that Flink already has submits nothing and answers {@link Outcome#ALREADY_SUBMITTED}: that makes it safe
 * to repeat a launch whose answer was lost. The method returns at once and never throws; the stage completes within a
 * bounded time. Failures are {@link FlinkException}s: {@link FlinkRefusedException} when the job cannot be started like
 * this (bad jar, missing savepoint, state that no operator claims) and trying the same again is useless; any other kind
 * leaves open whether the job was submitted, and the manager will look before it repeats the launch.
 *
 * <p>Implementations are safe for use by any number of threads.
 */
public interface JobLauncher {
    /**
     * Submits the job.
     *
     * @param cluster where to
     * @param request what, under which id, from which savepoint
     * @return how it ended
     */
    CompletionStage<Outcome> launch(ClusterId cluster, LaunchRequest request);

    /** How a launch can end well. */
    enum Outcome {
        /** The job was submitted. */
        SUBMITTED,
        /** Flink had a job of that id already, running or ended; nothing was submitted. */
        ALREADY_SUBMITTED
    }
}
