package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.JobLauncher;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The jars of session clusters: what {@code /jars} of Flink's REST API does. {@link RestJobLauncher} uses it to start jobs
 * from their specs.
 *
 * <p>Every method returns at once. A future fails with a {@link io.savepoint.spi.FlinkException}, as everywhere in {@link
 * FlinkRestTransport}: {@link FlinkRefusedException} if Flink will not do it, and {@link
 * io.savepoint.spi.FlinkUnreachableException} or {@link io.savepoint.spi.FlinkAnswerException} if it may or may not have
 * done it. No request is repeated, but for {@link #run}, see there.
 *
 * <p>Safe for use by any number of threads.
 */
public final class Jars {
    private final FlinkRequests requests;
    private final JarRequests jars;

    Jars(FlinkRequests requests, JarRequests jars) {
        this.requests = requests;
        this.jars = jars;
    }

    /** What a launcher needs. */
    JarRequests requests() {
        return jars;
    }

    /**
     * Uploads a jar ({@code POST /jars/upload}), streaming it from the file. Takes up to {@link
     * FlinkRestConfig#launchTimeout()}.
     *
     * @param cluster where to
     * @param jar a file that can be read, whose name ends in {@code .jar}
     * @return Flink's id of the jar, which is valid until the JobManager ends; {@link FlinkRefusedException} if the file
     *     cannot be read or Flink does not take it
     */
    public CompletableFuture<String> upload(ClusterId cluster, Path jar) {
        return requests.withEndpoint(cluster, endpoint -> jars.upload(cluster, endpoint, jar));
    }

    /**
     * Lists the jars that were uploaded ({@code GET /jars}).
     *
     * @param cluster the cluster
     * @return the jars as Flink lists them, the newest first; {@link FlinkRefusedException} if this cluster does not serve
     *     jars
     */
    public CompletableFuture<List<UploadedJar>> list(ClusterId cluster) {
        return requests.get(cluster, "/jars", answer -> {
            if (answer.saysNoSuchPath()) {
                throw new FlinkRefusedException(answer.call() + " was answered with HTTP 404: this cluster serves no"
                        + " jars; set web.submit.enable to true, and see that flink-runtime-web is on its classpath");
            }
            return Answers.jars(answer);
        });
    }

    /**
     * Submits a job of an uploaded jar ({@code POST /jars/:jarid/run}). Flink runs the program's {@code main} meanwhile,
     * so this takes up to {@link FlinkRestConfig#launchTimeout()}.
     *
     * <p>The same request may be sent again when the answer was lost: its {@link JarRunRequest#jobId()} lets it run once
     * only, while the JobManager lives; before Flink 1.15, while the job runs. A restore that fails when the job runs
     * already, as for state of another type, is no refusal: {@link FlinkRestTransport#failureCause} tells it later.
     *
     * @param cluster where to
     * @param jarId the id that the upload gave
     * @param request what to run, and how
     * @return whether it was submitted now or before; {@link FlinkRefusedException} if the job cannot be started like
     *     this, there is no such jar, or the cluster's version does not know what the request needs: {@code claimMode}
     *     before 1.15, {@code flinkConfiguration} before 1.17
     */
    public CompletableFuture<JobLauncher.Outcome> run(ClusterId cluster, String jarId, JarRunRequest request) {
        return requests.withEndpoint(
                cluster,
                endpoint -> Futures.thenHandle(jars.run(cluster, endpoint, jarId, request), (outcome, thrown) -> {
                    if (thrown instanceof JarRequests.NoSuchJarException) {
                        throw new FlinkRefusedException(thrown.getMessage() + "; upload it first");
                    }
                    return CompletableFuture.completedFuture(Futures.valueOrThrow(outcome, thrown));
                }));
    }

    /**
     * Deletes an uploaded jar ({@code DELETE /jars/:jarid}). Jobs that were submitted from it go on. One that is not there
     * counts as deleted.
     *
     * @param cluster where
     * @param jarId the id that the upload gave
     * @return completes when it is gone
     */
    public CompletableFuture<Void> delete(ClusterId cluster, String jarId) {
        return requests.withEndpoint(cluster, endpoint -> jars.delete(cluster, endpoint, jarId));
    }
}
