package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import io.savepoint.spi.FlinkUnreachableException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What headers the requests to each cluster carry, such as those by which a proxy before Flink knows who asks: Flink itself
 * asks for no password and no token.
 *
 * <p>Asked before every request, so that a token may change at any time, on a thread of the transport's own. There are a
 * few of those for all clusters, so what takes long belongs into the stage. What a request waits for its headers counts as
 * part of its time, and is at most {@link FlinkRestConfig#requestTimeout()}.
 *
 * <p>If no headers come, or such as HTTP does not allow, the request is not sent, and fails as {@link
 * FlinkUnreachableException}, which says so. Values are never told: of what a provider throws, only the type is, as a
 * message may hold one. For {@link io.savepoint.spi.FlinkException}s, whose messages are free of secrets, it is the
 * message.
 *
 * <p>Clusters at one endpoint share requests, and so a request for several of them has the headers of one: let all clusters of
 * an endpoint have the same.
 *
 * <p>Implementations are safe for use by any number of threads.
 */
@FunctionalInterface
public interface FlinkHeaders {
    /**
     * Gives the headers of one request. These names are not allowed, as they are the transport's own: {@code Accept},
     * {@code Connection}, {@code Content-Length}, {@code Content-Type}, {@code Expect}, {@code Host}, {@code
     * Transfer-Encoding} and {@code Upgrade}. Values are of printable ASCII characters. Names that begin with {@code
     * Proxy-} are sent to an HTTP proxy and not to Flink, and to nobody where there is no proxy.
     *
     * @param cluster the cluster that the request is for
     * @param endpoint the URL that it is sent to: give a secret only to those that may know it
     * @return the headers by name
     */
    CompletionStage<Map<String, String>> headersFor(ClusterId cluster, URI endpoint);

    /**
     * A token, as {@code Authorization: Bearer ...}.
     *
     * @param token gives the token of the moment; white space around it, as at the end of a file, is left out
     * @return the header
     */
    static FlinkHeaders bearer(Supplier<String> token) {
        return header(
                "Authorization",
                () -> "Bearer " + HeaderRules.given("token", token.get()).strip());
    }

    /**
     * A token in a file that may be replaced at any time, as Kubernetes does: it is read for every request.
     *
     * @param tokenFile the file, which has nothing but the token in it
     * @return the header, as {@link #bearer(Supplier)}
     */
    static FlinkHeaders bearer(Path tokenFile) {
        return bearer(() -> {
            try {
                return Files.readString(tokenFile, StandardCharsets.US_ASCII);
            } catch (IOException e) {
                throw new FlinkUnreachableException(
                        "the token file '" + tokenFile + "' cannot be read (" + e + "); put it there", e);
            }
        });
    }

    /**
     * User and password, as {@code Authorization: Basic ...}.
     *
     * @param user the name, without a colon
     * @param password gives the password of the moment
     * @return the header
     * @throws IllegalArgumentException if there is a colon in the name
     */
    static FlinkHeaders basic(String user, Supplier<String> password) {
        return basic("Authorization", user, password);
    }

    /**
     * User and password for an HTTP proxy, as {@code Proxy-Authorization: Basic ...}. For {@code https} endpoints the JDK
     * sends this only if its property {@code jdk.http.auth.tunneling.disabledSchemes} does not have {@code Basic} in it,
     * which it has by default.
     *
     * @param user the name, without a colon
     * @param password gives the password of the moment
     * @return the header
     * @throws IllegalArgumentException if there is a colon in the name
     */
    static FlinkHeaders proxyBasic(String user, Supplier<String> password) {
        return basic("Proxy-Authorization", user, password);
    }

    private static FlinkHeaders basic(String name, String user, Supplier<String> password) {
        if (user.indexOf(':') >= 0) {
            throw new IllegalArgumentException("user must not have a colon in it");
        }
        return header(name, () -> {
            String both = user + ":" + HeaderRules.given("password", password.get());
            return "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
        });
    }

    /**
     * One header.
     *
     * @param name its name
     * @param value gives its value of the moment
     * @return the header
     * @throws IllegalArgumentException if a header must not have that name
     */
    static FlinkHeaders header(String name, Supplier<String> value) {
        HeaderRules.complaint(name).ifPresent(complaint -> {
            throw new IllegalArgumentException(complaint);
        });
        return (cluster, endpoint) ->
                CompletableFuture.completedFuture(Map.of(name, HeaderRules.given("value of " + name, value.get())));
    }

    /**
     * These headers and others.
     *
     * @param others the others; of two headers of one name, whatever its case, theirs is sent
     * @return all of them
     */
    default FlinkHeaders and(FlinkHeaders others) {
        return (cluster, endpoint) -> headersFor(cluster, endpoint)
                .thenCombine(others.headersFor(cluster, endpoint), (mine, theirs) -> {
                    Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
                    all.putAll(mine);
                    all.putAll(theirs);
                    return all;
                });
    }
}
