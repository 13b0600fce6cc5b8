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

    /**
     * Submits the job like {@link #launch(ClusterId, LaunchRequest)}, for launchers that may need more than a few seconds
     * before they submit, as to download or upload a jar. This is the one that a manager calls.
     *
     * @param cluster where to
     * @param request what, under which id, from which savepoint
     * @param goAhead to be asked right before the request that submits; where it fails, nothing may be submitted, and the
     *     launch fails with the same exception
     * @return how it ended
     */
    default CompletionStage<Outcome> launch(ClusterId cluster, LaunchRequest request, GoAhead goAhead) {
        return launch(cluster, request);
    }

    /** Tells whether a launch is still wanted. Safe for use by any number of threads. */
    @FunctionalInterface
    interface GoAhead {
        /**
         * Asks. What is submitted has to be sent at once when the stage completes. Before each request that submits this
         * is to be asked anew.
         *
         * @return completes normally if the job may be submitted; exceptionally if not, as when another manager has gone
         *     on with the cluster meanwhile
         */
        CompletionStage<Void> confirm();
    }

    /** How a launch can end well. */
    enum Outcome {
        /** The job was submitted. */
        SUBMITTED,
        /** Flink had a job of that id already, running or ended; nothing was submitted. */
        ALREADY_SUBMITTED
    }
}
