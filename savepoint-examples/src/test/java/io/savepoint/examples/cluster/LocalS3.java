package io.savepoint.examples.cluster;

import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A store of objects that speaks S3, an S3Proxy in a JVM of its own, which ends with ours. It keeps its objects in memory. */
public final class LocalS3 implements AutoCloseable {
    public static final String ACCESS_KEY = "savepoint-tester";
    public static final String SECRET_KEY = "opensesame";

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Pattern KEY = Pattern.compile("<Key>(.*?)</Key>");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Ports ports;
    private final Process process;

    private LocalS3(Ports ports, Process process) {
        this.ports = ports;
        this.process = process;
    }

    /** Starts one with such buckets, which wants every request signed with {@link #SECRET_KEY}. */
    public static LocalS3 start(Path directory, String... buckets) throws Exception {
        Ports ports = Ports.reserve();
        Properties settings = new Properties();
        settings.setProperty("s3proxy.endpoint", "http://127.0.0.1:" + ports.rest());
        settings.setProperty("s3proxy.authorization", "aws-v2-or-v4");
        settings.setProperty("s3proxy.identity", ACCESS_KEY);
        settings.setProperty("s3proxy.credential", SECRET_KEY);
        settings.setProperty("jclouds.provider", "transient-nio2");
        Path file = directory.resolve("s3proxy.properties");
        try (Writer writer = Files.newBufferedWriter(file)) {
            settings.store(writer, null);
        }
        Path output = directory.resolve("s3proxy.out");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx96m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        ourClasses() + File.pathSeparator + System.getProperty("s3proxy.jar"),
                        ParentWatch.class.getName(),
                        "org.gaul.s3proxy.Main",
                        "--properties",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        LocalS3 server = new LocalS3(ports, process);
        boolean started = false;
        try {
            for (String bucket : buckets) {
                Await.answer("the bucket " + bucket + ", see " + output, TIMEOUT, () -> server.create(bucket, output));
            }
            started = true;
            return server;
        } finally {
            if (!started) {
                server.close();
            }
        }
    }

    private static Path ourClasses() throws URISyntaxException {
        return Path.of(ParentWatch.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    public String endpoint() {
        return "http://127.0.0.1:" + ports.rest();
    }

    private Optional<String> create(String bucket, Path output) throws Exception {
        try {
            return Optional.of(send("PUT", bucket, ""));
        } catch (ConnectException notYet) {
            if (!process.isAlive()) {
                throw new IOException("S3Proxy ended: " + Files.readString(output), notYet);
            }
            return Optional.empty();
        }
    }

    /** All objects below a location of the form {@code s3://bucket/directory}, by what follows that in their names. */
    public Set<String> list(String location) throws Exception {
        URI uri = URI.create(location);
        String directory = uri.getPath().substring(1) + "/";
        String listing = send("GET", uri.getHost(), "&prefix=" + encoded(directory));
        if (!listing.contains("<IsTruncated>false")) {
            throw new IOException("more than one page: " + listing);
        }
        return KEY.matcher(listing)
                .results()
                .map(key -> key.group(1).substring(directory.length()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Version 2 of Amazon's signatures in the query, the shortest there is. */
    private String send(String method, String bucket, String query) throws Exception {
        String expires = Long.toString(Instant.now().plus(TIMEOUT).getEpochSecond());
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(SECRET_KEY.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
        String signed = method + "\n\n\n" + expires + "\n/" + bucket;
        String signature = Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
        URI uri = URI.create(endpoint() + "/" + bucket + "?AWSAccessKeyId=" + ACCESS_KEY + "&Expires=" + expires
                + "&Signature=" + encoded(signature) + query);
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(uri)
                        .method(method, BodyPublishers.noBody())
                        .timeout(TIMEOUT)
                        .build(),
                BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(method + " of " + bucket + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.destroyForcibly().waitFor();
        ports.close();
    }
}
