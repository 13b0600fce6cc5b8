package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.UnknownJobException;
import java.net.URI;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The checkpoints of jobs: what {@code /jobs/:jobid/checkpoints} of Flink's REST API does.
 *
 * <p>Every method returns at once. A future fails with a {@link io.savepoint.spi.FlinkException}, as everywhere in {@link
 * FlinkRestTransport}.
 *
 * <p>Safe for use by any number of threads.
 */
public final class Checkpoints {
    private final FlinkRequests requests;

    Checkpoints(FlinkRequests requests) {
        this.requests = requests;
    }

    /**
     * Asks Flink to begin a checkpoint ({@code POST /jobs/:jobid/checkpoints}), from Flink 1.17 on. It works also for jobs
     * without an interval of their own. Whether the job exists is not checked: if not, the checkpoint fails.
     *
     * @param cluster where to
     * @param job the job
     * @param type how much it is to hold
     * @param trigger the id to know it by, chosen by the caller. The same id again begins nothing as long as Flink knows
     *     it; ids of checkpoints and of savepoints do not meet
     * @return the id; {@link FlinkRefusedException} before Flink 1.17; after {@link
     *     io.savepoint.spi.FlinkUnreachableException} or {@link io.savepoint.spi.FlinkAnswerException} it may or may not
     *     have begun
     */
    public CompletableFuture<TriggerId> trigger(ClusterId cluster, JobId job, CheckpointType type, TriggerId trigger) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("checkpointType", type.name());
        body.put("triggerId", trigger.hex());
        return send(
                        cluster,
                        endpoint -> Call.post(cluster, endpoint, path(job), body, requests.timeout()),
                        "to trigger a checkpoint")
                .thenApply(Answers::requestId);
    }

    /**
     * Asks what became of a checkpoint that was triggered ({@code GET /jobs/:jobid/checkpoints/:triggerid}).
     *
     * @param cluster where to ask
     * @param job the job
     * @param trigger the id of the checkpoint
     * @return what Flink says of it; {@link FlinkRefusedException} before Flink 1.17
     */
    public CompletableFuture<CheckpointObservation> observe(ClusterId cluster, JobId job, TriggerId trigger) {
        return send(
                        cluster,
                        endpoint -> Call.get(cluster, endpoint, path(job) + "/" + trigger, requests.timeout()),
                        "to ask for a triggered checkpoint")
                .thenApply(CheckpointAnswers::observation);
    }

    private CompletableFuture<Answer> send(ClusterId cluster, Function<URI, Call> maker, String what) {
        return requests.withEndpoint(cluster, endpoint -> {
            Call call = maker.apply(endpoint);
            return requests.send(cluster, endpoint, FlinkVersion::triggersCheckpoints, version -> {
                if (!version.triggersCheckpoints()) {
                    throw FlinkRequests.tooOld(
                            call,
                            what,
                            "1.17",
                            version,
                            "take a savepoint instead, or have the job take checkpoints by itself"
                                    + " (execution.checkpointing.interval)");
                }
                return call;
            });
        });
    }

    private static String path(JobId job) {
        return "/jobs/" + job + "/checkpoints";
    }

    /**
     * Tells of a job's checkpoints and savepoints ({@code GET /jobs/:jobid/checkpoints}), also of one that has ended.
     *
     * @param cluster where to ask
     * @param job the job
     * @return the statistics; {@link UnknownJobException} if the JobManager does not know the job
     */
    public CompletableFuture<CheckpointStatistics> statistics(ClusterId cluster, JobId job) {
        return requests.ofJob(cluster, job, "/checkpoints", CheckpointAnswers::statistics);
    }

    /**
     * Finds the latest complete checkpoint of a job that is not discarded, to start a job from. Savepoints do not count;
     * {@link FlinkRestTransport#savepointHistory} tells those.
     *
     * <p>While the job runs, its later checkpoints replace this one. Whether the last one outlives the job is for {@code
     * execution.checkpointing.externalized-checkpoint-retention} to say, and whether it has a place at all for the job's
     * checkpoint storage: by default checkpoints are kept in the JobManager's memory.
     *
     * @param cluster where to ask
     * @param job the job
     * @return where it lies, as Flink spells it; empty if there is none; {@link UnknownJobException} if the JobManager
     *     does not know the job
     */
    public CompletableFuture<Optional<String>> latestRetainedPath(ClusterId cluster, JobId job) {
        return statistics(cluster, job)
                .thenApply(statistics -> Stream.concat(
                                statistics.latestCompleted().stream(), statistics.history().stream())
                        .filter(checkpoint -> checkpoint.kind() == Checkpoint.Kind.CHECKPOINT)
                        .filter(Checkpoint::isRestorable)
                        .max(Comparator.comparingLong(Checkpoint::id))
                        .flatMap(Checkpoint::path));
    }
}
