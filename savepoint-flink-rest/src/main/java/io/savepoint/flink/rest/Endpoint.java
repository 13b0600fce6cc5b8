package io.savepoint.flink.rest;

import java.net.URI;
import java.util.Locale;

/** What a REST endpoint's URL may look like. */
final class Endpoint {
    private static final int HIGHEST_PORT = 65_535;

    private Endpoint() {}

    /** Checks a URL and takes the slashes from its end, so that the same endpoint is always the same value. */
    static URI check(URI uri) {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        require(scheme.equals("http") || scheme.equals("https"), uri, "it must begin with http:// or https://");
        require(
                uri.getHost() != null && uri.getPort() <= HIGHEST_PORT,
                uri,
                "it must name a host, and a port up to 65535");
        require(uri.getRawUserInfo() == null, uri, "it must not carry user and password");
        require(
                uri.getRawQuery() == null && uri.getRawFragment() == null,
                uri,
                "it must not have a query or a fragment");
        String text = uri.toString();
        int end = text.length();
        while (text.charAt(end - 1) == '/') {
            end--;
        }
        return end == text.length() ? uri : URI.create(text.substring(0, end));
    }

    private static void require(boolean condition, URI uri, String rule) {
        if (!condition) {
            throw new IllegalArgumentException(
                    "endpoint must be the URL of Flink's REST API, as http://jobmanager:8081: " + rule + "; was "
                            + withoutSecrets(uri));
        }
    }

    private static String withoutSecrets(URI uri) {
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        return uri.getHost() == null && uri.getRawUserInfo() == null && uri.getRawQuery() == null
                ? "'" + uri + "'"
                : "'" + uri.getScheme() + "://" + uri.getHost() + port + "/...'";
    }
}
