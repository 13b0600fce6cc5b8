package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import io.savepoint.spi.FlinkRefusedException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * The URL of a jar.
 *
 * @param uri where to get it from, its query included
 * @param shown what may be told of it: a query may be a signature
 * @param fileName the name of its file in the cache; Flink wants {@code .jar} at its end
 */
record JarUrl(URI uri, String shown, String fileName) {
    private static final int HIGHEST_PORT = 65_535;
    private static final int LONGEST_NAME = 100;
    private static final String SUFFIX = ".jar";

    /** Whether it is for downloading: whatever begins as a URL of http or https does. */
    static boolean isOne(String jarFile) {
        String start = jarFile.substring(0, Math.min(jarFile.length(), 6)).toLowerCase(Locale.ROOT);
        return start.startsWith("http:") || start.equals("https:");
    }

    /** Reads the field {@code jarFile}. The JDK's own failure repeats the URL, passwords included, so it is not passed on. */
    static JarUrl parse(ClusterId cluster, String jarFile) {
        URI uri;
        try {
            uri = new URI(jarFile);
        } catch (URISyntaxException e) {
            throw refused(cluster, withoutSecrets(jarFile), "it is not a URL (" + e.getReason() + ")");
        }
        String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
        String shown = uri.getHost() == null ? withoutSecrets(jarFile) : shown(uri);
        if (authority.indexOf('@') >= 0) {
            throw refused(
                    cluster,
                    shown,
                    "it must not carry user and password, as it is stored and told with the spec; take them out, and give"
                            + " DownloadingJobLauncher an HttpClient that authenticates");
        }
        if (uri.getHost() == null && authority.indexOf('_') >= 0) {
            throw refused(
                    cluster,
                    shown,
                    "Java takes no host name with an underscore: use a name without one, or an IP address");
        }
        if (uri.getHost() == null || uri.getPort() > HIGHEST_PORT || uri.getPort() == 0) {
            throw refused(cluster, shown, "it must name a host, and a port from 1 to 65535");
        }
        return new JarUrl(uri, shown, fileName(uri));
    }

    private static String shown(URI uri) {
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        return uri.getScheme() + "://" + uri.getHost() + port + uri.getRawPath();
    }

    /** For what has no host to be found: there is no telling what is a password. */
    private static String withoutSecrets(String text) {
        String scheme = text.substring(0, text.indexOf(':') + 1);
        return text.indexOf('@') < 0 ? text.split("[?#]", 2)[0] : scheme + "...";
    }

    private static String fileName(URI uri) {
        String path = uri.getPath();
        String name = path.substring(path.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9._-]", "_");
        if (name.toLowerCase(Locale.ROOT).endsWith(SUFFIX)) {
            name = name.substring(0, name.length() - SUFFIX.length());
        }
        name = name.substring(0, Math.min(name.length(), LONGEST_NAME)).replaceFirst("^\\.+", "");
        return (name.isEmpty() ? "job" : name) + SUFFIX;
    }

    private static FlinkRefusedException refused(ClusterId cluster, String shown, String why) {
        return new FlinkRefusedException("Flink cluster " + cluster + ": jarFile '" + shown + "': " + why
                + "; it must be the http or https URL of a jar, without user and password. Nothing was submitted");
    }
}
