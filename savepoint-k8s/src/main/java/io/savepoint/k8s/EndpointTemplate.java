package io.savepoint.k8s;

import io.savepoint.model.ClusterId;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A URL with the cluster's name and namespace left open. Immutable. */
final class EndpointTemplate {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)\\}");
    private static final int HIGHEST_PORT = 65_535;

    private final String template;

    EndpointTemplate(String template) {
        this.template = template;
        String rule = brokenRule(fill("namespace", "name"));
        if (rule != null) {
            // What has an @ may be of a URL with a password, which must not get into logs.
            String was = template.indexOf('@') < 0 ? "; was '" + template + "'" : "";
            throw new IllegalArgumentException(
                    "template must be a URL like http://{name}-jobmanager.{namespace}:8081: " + rule + was);
        }
    }

    URI endpointOf(ClusterId cluster) {
        return url(fill(cluster.namespace(), cluster.name()), cluster);
    }

    /** Checks a URL that was made of a cluster's name, which may be anything if it is not of a resource. */
    static URI url(String url, ClusterId cluster) {
        String rule = brokenRule(url);
        if (rule != null) {
            throw new IllegalArgumentException("cluster " + cluster
                    + ": its name and namespace make no URL of an endpoint, '" + url + "': " + rule);
        }
        return URI.create(url);
    }

    private String fill(String namespace, String name) {
        Matcher placeholders = PLACEHOLDER.matcher(template);
        return placeholders.replaceAll(found -> switch (found.group(1)) {
            case "namespace" -> Matcher.quoteReplacement(namespace);
            case "name" -> Matcher.quoteReplacement(name);
            // Left as it is, which no URL may have in it.
            default -> Matcher.quoteReplacement(found.group());
        });
    }

    private static @Nullable String brokenRule(String url) {
        Matcher unknown = PLACEHOLDER.matcher(url);
        if (unknown.find()) {
            return "it may have the placeholders {name} and {namespace} only, not " + unknown.group();
        }
        if (url.indexOf('@') >= 0) {
            return "it must not carry user and password";
        }
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            return "it is not a URL (" + e.getReason() + ")";
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            return "it must begin with http:// or https://";
        }
        if (uri.getHost() == null || uri.getPort() > HIGHEST_PORT) {
            return "it must name a host, and a port up to " + HIGHEST_PORT;
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            return "it must not have a query or a fragment";
        }
        return null;
    }
}
