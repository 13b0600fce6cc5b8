package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobSpec;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.JobLauncher;
import io.savepoint.spi.LaunchRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Lets a launcher that takes jars of this machine, as {@link RestJobLauncher} does, launch those of web servers too. When
 * the spec's {@code jarFile} is a URL of scheme {@code http} or {@code https}, the jar is downloaded, and the launcher
 * gets the request with the path of the downloaded file instead. Every other request reaches it as it is.
 *
 * <p><b>Cache.</b> A jar is kept as {@code <cacheDirectory>/private/<SHA-256 of its content, in hex>/<name>.jar}, the name
 * being the last one in the URL's path; other characters than letters, digits, {@code .}, {@code _} and {@code -} become
 * {@code _}, and {@code .jar} is put behind it if need be. A file that is there already is not replaced if it has that
 * content, whatever URL it came from. The cache is unbounded: nothing that is kept is ever removed. Remove what you like
 * while nothing is launched, and it will be downloaded again. Files named {@code download-*.part} are being downloaded;
 * those that nobody wrote to for a day are what is left after a crash, and are removed when a launcher is made.
 *
 * <p><b>Whose it is.</b> Where files have POSIX owners and permissions, all that is made is for this process's user alone,
 * and so processes of one user may share a directory, those of several may not. {@code private} and what is in it must
 * belong to that user, and loses the permissions of others; {@code cacheDirectory} itself must belong to that user or to
 * root, as volumes of Kubernetes do. A directory of another user is not used, nor is a symbolic link in place of one. The
 * directories above are not looked at. Everybody may write to some volumes: in a directory that others may write to, and
 * that lacks the sticky bit of {@code /tmp}, they could put another {@code private} into the place of ours, so use such a
 * one only where, as in a container, there are no others.
 *
 * <p><b>How often.</b> A launcher downloads a URL, its query included, once: launches at the same time share a download,
 * and later ones take its file, as long as that is there. <em>It never looks whether the server has another content by
 * now</em>: give every version of a job a URL of its own. The last 1000 URLs are known; a failed download is not
 * remembered.
 *
 * <p><b>Failures.</b> These fail with a {@link FlinkRefusedException}, as another try is useless: a URL that is not well
 * formed or has a user or password in it, an answer of HTTP status 4xx (other than 408 and 429), a redirect that is not
 * followed, a jar over {@link Builder#maxBytes}, and what is not a zip file. These fail with a {@link
 * FlinkUnreachableException}: no connection, no end within {@link Builder#timeout}, HTTP status 408, 429 and 5xx, a
 * download that breaks off, and a cache directory that cannot be written or has become another user's. Nothing has been
 * submitted then. Messages do not tell user, password and query of a URL, as a query may be a signature. Otherwise a
 * launch ends as the other launcher's does.
 *
 * <p>Downloads know nothing of {@link FlinkRestConfig}: what is there to get to Flink (certificates, headers, a proxy) is
 * neither used for them nor sent to the servers of jars.
 *
 * <p>No thread waits for the network. Redirects are followed, except from https to http. A launch takes at most a few
 * times {@link Builder#timeout}, and as long as the other launcher takes. Cancelling its future does not end the download.
 *
 * <p>Safe for use by any number of threads; nothing to close.
 */
public final class DownloadingJobLauncher implements JobLauncher {
    private static final int MOST_URLS = 1000;
    /** No download takes longer. */
    private static final Duration LONGEST = Duration.ofDays(1);

    private final JobLauncher delegate;
    private final JarCache cache;
    private final JarDownloads downloads;
    private final RecentMap<URI, CompletableFuture<Path>> jars = new RecentMap<>(MOST_URLS);

    private DownloadingJobLauncher(Builder builder) {
        delegate = builder.delegate;
        cache = new JarCache(builder.cacheDirectory, builder.timeout);
        HttpClient client = builder.httpClient.orElseGet(() -> httpClient(builder.timeout));
        downloads = new JarDownloads(client, cache, builder.maxBytes, builder.timeout);
    }

    private static HttpClient httpClient(Duration timeout) {
        Duration patience = Duration.ofSeconds(10);
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(timeout.compareTo(patience) < 0 ? timeout : patience)
                .build();
    }

    /**
     * Makes a launcher with every option at its default.
     *
     * @param delegate what launches the downloaded jars
     * @param cacheDirectory where they are kept, on this machine; made if it does not exist
     * @return a launcher that downloads
     * @throws IllegalArgumentException if the directory cannot be made or written, or another user could change it
     */
    public static DownloadingJobLauncher create(JobLauncher delegate, Path cacheDirectory) {
        return builder(delegate, cacheDirectory).build();
    }

    /**
     * Starts a launcher.
     *
     * @param delegate what launches the downloaded jars
     * @param cacheDirectory where they are kept, on this machine; made if it does not exist
     * @return a builder with every option at its default
     */
    public static Builder builder(JobLauncher delegate, Path cacheDirectory) {
        return new Builder(delegate, cacheDirectory);
    }

    /** {@inheritDoc} For scripts: after the download nobody is asked whether the launch is still wanted. */
    @Override
    public CompletableFuture<Outcome> launch(ClusterId cluster, LaunchRequest request) {
        return launch(cluster, request, () -> CompletableFuture.completedFuture(null));
    }

    @Override
    public CompletableFuture<Outcome> launch(ClusterId cluster, LaunchRequest request, GoAhead goAhead) {
        String jarFile = request.spec().jarFile().orElse("");
        CompletableFuture<LaunchRequest> local = CompletableFuture.completedFuture(request);
        if (JarUrl.isOne(jarFile)) {
            JarUrl url;
            try {
                url = JarUrl.parse(cluster, jarFile);
            } catch (FlinkRefusedException e) {
                return CompletableFuture.failedFuture(e);
            }
            local = Futures.thenHandle(jar(url), (jar, thrown) -> {
                if (thrown instanceof DownloadException failed) {
                    throw failed.told(cluster, url);
                }
                LaunchRequest launched = of(request, Futures.valueOrThrow(jar, thrown));
                // The delegate may be one that asks nobody.
                return goAhead.confirm().thenApply(confirmed -> launched).toCompletableFuture();
            });
        }
        return Futures.plain(local.thenCompose(launched -> delegate.launch(cluster, launched, goAhead)));
    }

    private static LaunchRequest of(LaunchRequest request, Path jar) {
        JobSpec spec =
                JobSpec.builder().from(request.spec()).jarFile(jar.toString()).build();
        return new LaunchRequest(request.jobId(), spec, request.fromSavepoint(), request.allowNonRestoredState());
    }

    /** The downloaded jar, as long as it is there, and otherwise after its download. */
    private CompletableFuture<Path> jar(JarUrl url) {
        Optional<CompletableFuture<Path>> known = jars.get(url.uri());
        if (known.isEmpty()) {
            return download(url);
        }
        return known.get()
                .thenCompose(jar -> cache.has(jar).thenCompose(there -> {
                    if (there) {
                        return CompletableFuture.completedFuture(jar);
                    }
                    jars.remove(url.uri(), known.get());
                    return download(url);
                }));
    }

    /** Launches at the same time share one download. */
    private CompletableFuture<Path> download(JarUrl url) {
        CompletableFuture<Path> mine = new CompletableFuture<>();
        CompletableFuture<Path> shared = jars.getOrPut(url.uri(), () -> mine);
        if (shared == mine) {
            Futures.whenDone(downloads.download(url), mine::complete, thrown -> {
                jars.remove(url.uri(), mine);
                mine.completeExceptionally(thrown);
            });
        }
        return shared;
    }

    /** Builds a {@link DownloadingJobLauncher}; not safe for use by several threads. */
    public static final class Builder {
        private final JobLauncher delegate;
        private final Path cacheDirectory;
        private long maxBytes = 1L << 30;
        private Duration timeout = Duration.ofMinutes(5);
        private Optional<HttpClient> httpClient = Optional.empty();

        private Builder(JobLauncher delegate, Path cacheDirectory) {
            this.delegate = delegate;
            this.cacheDirectory = cacheDirectory.toAbsolutePath();
        }

        /**
         * Sets how large a jar may be; 1 GiB by default. Flink itself takes no more than its {@code
         * rest.server.max-content-length}, 100 MiB by default.
         *
         * @param maxBytes in bytes, at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder maxBytes(long maxBytes) {
            if (maxBytes < 1) {
                throw new IllegalArgumentException("maxBytes must be at least 1, was " + maxBytes);
            }
            this.maxBytes = maxBytes;
            return this;
        }

        /**
         * Sets how long a download may take, from the connection to the last byte; 5 minutes by default. The steps on the
         * disk before and after it may take as long each.
         *
         * @param timeout more than zero, at most one day
         * @return this builder
         * @throws IllegalArgumentException if it is not
         */
        public Builder timeout(Duration timeout) {
            this.timeout = FlinkRestConfig.Builder.positive("timeout", timeout);
            return this;
        }

        /**
         * Sets what the jars are downloaded with, for servers that want a password, a proxy or certificates of their own.
         * By default a client that follows redirects ({@link HttpClient.Redirect#NORMAL}) and waits 10 seconds for a
         * connection.
         *
         * @param httpClient the client, with its own rules about redirects and connections
         * @return this builder
         */
        public Builder httpClient(HttpClient httpClient) {
            this.httpClient = Optional.of(httpClient);
            return this;
        }

        /**
         * Makes the launcher; this makes the cache directory, and removes what crashed processes left in it.
         *
         * @return a launcher of the options set so far
         * @throws IllegalArgumentException if the directory cannot be made or written, or another user could change it
         */
        public DownloadingJobLauncher build() {
            try {
                JarCache.prepare(cacheDirectory, LONGEST);
            } catch (OwnDirectory.UnsafeException e) {
                throw new IllegalArgumentException(
                        "cacheDirectory must be a directory that no other user can change: " + e.getMessage(), e);
            } catch (IOException e) {
                throw new IllegalArgumentException(
                        "cacheDirectory must be a directory that this process can write: '" + cacheDirectory
                                + "' is not (" + e + ")",
                        e);
            }
            return new DownloadingJobLauncher(this);
        }
    }
}
