package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.JobLauncher;
import io.savepoint.spi.LaunchRequest;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Submits jobs to session clusters: uploads the spec's {@code jarFile}, a path or a {@code file:} URL on this machine,
 * and runs it. A jar is uploaded once to each endpoint, as long as its size and its time of modification stay the same,
 * and again when Flink has lost it, which it does when the JobManager is restarted. When the file has been replaced by a
 * newer one and that runs, the jar uploaded before is deleted; the last one stays, as Flink keeps what is uploaded until
 * the JobManager ends. For jars on web servers, put a {@link DownloadingJobLauncher} around it.
 *
 * <p>The job starts from the savepoint of the {@link LaunchRequest}, whatever the {@code fromSavepoint} of its spec is:
 * a manager restarts jobs from later ones. {@link LaunchRequest#of} takes the spec's.
 *
 * <p>A job's {@code main} must make one job only, as Flink gives every one that it makes the same id. Flink before 1.15
 * knows an id again only while the job runs: a launch repeated after the job's end runs it a second time.
 *
 * <p>A launch takes at most a few times {@link FlinkRestConfig#launchTimeout()}, which bounds each of its requests.
 *
 * <p>Safe for use by any number of threads; nothing to close.
 */
public final class RestJobLauncher implements JobLauncher {
    private static final int MOST_JARS = 1000;

    private final FlinkRestTransport transport;
    private final RecentMap<Key, CompletableFuture<String>> uploaded = new RecentMap<>(MOST_JARS);

    /** How many launches are going to run a jar: as long as there is one, it is not deleted. */
    private final Map<Key, Integer> launching = new ConcurrentHashMap<>();

    private record Key(URI endpoint, JarFiles.Content content) {
        boolean replaces(Key other) {
            return endpoint.equals(other.endpoint)
                    && content.path().equals(other.content.path())
                    && content.modified().compareTo(other.content.modified()) >= 0
                    && !content.equals(other.content);
        }
    }

    private RestJobLauncher(FlinkRestTransport transport) {
        this.transport = transport;
    }

    /**
     * Makes a launcher.
     *
     * @param transport the way to Flink
     * @return a launcher that submits over it
     */
    public static RestJobLauncher create(FlinkRestTransport transport) {
        return new RestJobLauncher(transport);
    }

    /** {@inheritDoc} For scripts: what takes long, the upload, is not followed by another look at whether it is wanted. */
    @Override
    public CompletableFuture<Outcome> launch(ClusterId cluster, LaunchRequest request) {
        return launch(cluster, request, () -> CompletableFuture.completedFuture(null));
    }

    @Override
    public CompletableFuture<Outcome> launch(ClusterId cluster, LaunchRequest request, GoAhead goAhead) {
        return transport.requests().withEndpoint(cluster, endpoint -> {
            String jarFile = request.spec().jarFile().orElse("");
            if (jarFile.isBlank()) {
                return CompletableFuture.failedFuture(new FlinkRefusedException("Flink cluster " + cluster
                        + ": the spec has no jarFile, and without one there is nothing to submit; set it to the path of"
                        + " the job's jar"));
            }
            return transport
                    .jars()
                    .requests()
                    .content(cluster, jarFile)
                    .thenCompose(content -> launchAndTidy(cluster, new Key(endpoint, content), request, goAhead));
        });
    }

    private CompletableFuture<Outcome> launchAndTidy(
            ClusterId cluster, Key key, LaunchRequest request, GoAhead goAhead) {
        launching.merge(key, 1, Integer::sum);
        return launch(cluster, key, request, goAhead).whenComplete((outcome, thrown) -> {
            launching.computeIfPresent(key, (same, launches) -> launches == 1 ? null : launches - 1);
            if (thrown == null) {
                uploaded.removeAll(other -> key.replaces(other) && !launching.containsKey(other))
                        .forEach(jar -> delete(cluster, key.endpoint(), jar));
            }
        });
    }

    /** Deletes a jar if that can be done: nothing depends on it. */
    private void delete(ClusterId cluster, URI endpoint, CompletableFuture<String> jar) {
        Futures.whenDone(
                jar.thenCompose(id -> transport.jars().requests().delete(cluster, endpoint, id)),
                deleted -> {},
                failed -> {});
    }

    private CompletableFuture<Outcome> launch(ClusterId cluster, Key key, LaunchRequest request, GoAhead goAhead) {
        CompletableFuture<String> jar = jar(cluster, key);
        CompletableFuture<Outcome> first = run(cluster, key, jar, request, goAhead);
        // Only when Flink says that it has no such jar, hence has submitted nothing: the one case to try again.
        return Futures.thenHandle(first, (outcome, thrown) -> {
            if (!(thrown instanceof JarRequests.NoSuchJarException)) {
                return first;
            }
            uploaded.remove(key, jar);
            return Futures.thenHandle(run(cluster, key, jar(cluster, key), request, goAhead), (again, thrownAgain) -> {
                if (thrownAgain instanceof JarRequests.NoSuchJarException) {
                    throw new FlinkAnswerException(thrownAgain.getMessage()
                            + "; it was uploaded just now: look at web.upload.dir, which JobManagers must not share"
                            + " with what cleans it, and must share with each other where one endpoint leads to"
                            + " several");
                }
                return CompletableFuture.completedFuture(Futures.valueOrThrow(again, thrownAgain));
            });
        });
    }

    private CompletableFuture<Outcome> run(
            ClusterId cluster, Key key, CompletableFuture<String> jar, LaunchRequest request, GoAhead goAhead) {
        return jar.thenCompose(id -> goAhead.confirm().thenApply(confirmed -> id))
                .thenCompose(
                        id -> transport.jars().requests().run(cluster, key.endpoint(), id, JarRunRequest.of(request)));
    }

    /** The jar's id, after its upload if need be; launches at the same time share one upload. */
    private CompletableFuture<String> jar(ClusterId cluster, Key key) {
        CompletableFuture<String> mine = new CompletableFuture<>();
        CompletableFuture<String> shared = uploaded.getOrPut(key, () -> mine);
        if (shared == mine) {
            Path path = key.content().path();
            Futures.whenDone(
                    transport.jars().requests().upload(cluster, key.endpoint(), path), mine::complete, thrown -> {
                        uploaded.remove(key, mine);
                        mine.completeExceptionally(thrown);
                    });
        }
        return shared;
    }
}
