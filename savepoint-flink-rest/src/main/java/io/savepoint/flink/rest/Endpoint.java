package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import io.savepoint.spi.FlinkUnreachableException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** What a REST endpoint's URL may look like. */
final class Endpoint {
    private static final int HIGHEST_PORT = 65_535;

    private Endpoint() {}

    /** Reads and checks a URL. The JDK's own failure repeats the URL, passwords included, so it is not passed on. */
    static URI parse(String url) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            throw refused("it is not a URL (" + e.getReason() + ")", "");
        }
        return check(uri);
    }

    /** Checks a URL and takes the slashes from its end, so that the same endpoint is always the same value. */
    static URI check(URI uri) {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        require(scheme.equals("http") || scheme.equals("https"), uri, "it must begin with http:// or https://");
        String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
        require(authority.indexOf('@') < 0, uri, "it must not carry user and password");
        require(
                uri.getHost() != null || authority.indexOf('_') < 0,
                uri,
                "Java takes no host name with an underscore: use a name without one, or an IP address");
        require(
                uri.getHost() != null && uri.getPort() <= HIGHEST_PORT,
                uri,
                "it must name a host, and a port up to 65535");
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

    /** What became of looking an endpoint up. What a URL's password may be part of is left out, the cause included. */
    static FlinkUnreachableException unknown(ClusterId cluster, RuntimeException thrown) {
        String what = "Flink cluster " + cluster + ": its REST endpoint is not known: ";
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (String.valueOf(cause.getMessage()).indexOf('@') >= 0) {
                return new FlinkUnreachableException(what + thrown.getClass().getName()
                        + ", with a message that may hold a password and is not repeated here");
            }
        }
        return new FlinkUnreachableException(what + thrown, thrown);
    }

    private static void require(boolean condition, URI uri, String rule) {
        if (!condition) {
            throw refused(rule, withoutSecrets(uri));
        }
    }

    private static IllegalArgumentException refused(String rule, String was) {
        return new IllegalArgumentException(
                "endpoint must be the URL of Flink's REST API, as http://jobmanager:8081: " + rule + was);
    }

    private static String withoutSecrets(URI uri) {
        String text = uri.toString();
        if (uri.getScheme() != null && uri.getHost() != null) {
            String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
            text = uri.getScheme() + "://" + uri.getHost() + port + "/...";
        }
        // Without a host there is no telling what is a password.
        return text.matches("[^@?#]*") ? "; was '" + text + "'" : "";
    }
}
