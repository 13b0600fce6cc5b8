package io.savepoint.flink.rest;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.savepoint.model.ClusterId;
import io.savepoint.spi.JobLauncher;
import io.savepoint.spi.LaunchRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What tests of downloads have in common: a web server with a jar, and a launcher that notes what it is to launch. */
@Timeout(120)
abstract class Downloading {
    static final String PATH = "/repo/job.jar";
    static final byte[] JAR = jar(7);

    @RegisterExtension
    static final WireMockExtension SERVER = Asking.aServer();

    @TempDir
    Path directory;

    Path cache;
    /** Where in it the jars are. */
    Path kept;

    DownloadingJobLauncher launcher;
    final Noting delegate = new Noting();

    record Launched(ClusterId cluster, LaunchRequest request) {
        Path jar() {
            return Path.of(request.spec().jarFile().orElseThrow());
        }
    }

    /** A launcher that launches nothing. */
    static final class Noting implements JobLauncher {
        final List<Launched> launched = new CopyOnWriteArrayList<>();
        volatile Outcome outcome = Outcome.SUBMITTED;

        @Override
        public CompletionStage<Outcome> launch(ClusterId cluster, LaunchRequest request) {
            launched.add(new Launched(cluster, request));
            return CompletableFuture.completedFuture(outcome);
        }

        Path lastJar() {
            return launched.get(launched.size() - 1).jar();
        }
    }

    @BeforeEach
    void start() {
        cache = directory.resolve("cache");
        kept = cache.resolve("private");
        launcher = DownloadingJobLauncher.create(delegate, cache);
        serve(PATH, JAR);
    }

    static void serve(String path, byte[] body) {
        SERVER.stubFor(
                get(urlPathEqualTo(path)).willReturn(aResponse().withStatus(200).withBody(body)));
    }

    static void verifyDownloads(int times) {
        SERVER.verify(times, getRequestedFor(urlPathEqualTo(PATH)));
    }

    static LaunchRequest request(String jarFile) {
        return Launching.request(jarFile);
    }

    static LaunchRequest request() {
        return request(SERVER.baseUrl() + PATH);
    }

    /** Every file in the cache. */
    List<Path> cached() throws IOException {
        try (Stream<Path> all = Files.walk(cache)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    /** A jar with one entry that cannot be compressed. */
    static byte[] jar(int seed) {
        byte[] content = new byte[100_000];
        new Random(seed).nextBytes(content);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("Job.class"));
            zip.write(content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
