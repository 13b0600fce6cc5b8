package io.savepoint.examples.cluster;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Asks a server that may be just starting. */
final class RestProbe {

    private static final int TIMEOUT_MILLIS = 2_000;

    private RestProbe() {}

    /** The body of a 200, and nothing for everything else: what is starting answers late, wrongly or not at all. */
    static Optional<String> get(URI uri) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        try {
            if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
                return Optional.empty();
            }
            return Optional.of(new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException notYet) {
            return Optional.empty();
        } finally {
            connection.disconnect();
        }
    }
}
