package io.savepoint.examples.cluster;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;

/** Asks a server that may be just starting; under TLS, if there is a context for it. */
record RestProbe(Optional<SSLContext> tls) {

    static final RestProbe PLAIN = new RestProbe(Optional.empty());

    private static final int TIMEOUT_MILLIS = 2_000;

    static RestProbe tls(SSLContext context) {
        return new RestProbe(Optional.of(context));
    }

    String scheme() {
        return tls.isPresent() ? "https" : "http";
    }

    /** The body of a 200, and nothing for everything else: what is starting answers late, wrongly or not at all. */
    Optional<String> get(URI uri) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        if (connection instanceof HttpsURLConnection https && tls.isPresent()) {
            https.setSSLSocketFactory(tls.get().getSocketFactory());
        }
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
