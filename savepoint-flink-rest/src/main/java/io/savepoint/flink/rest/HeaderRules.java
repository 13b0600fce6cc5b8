package io.savepoint.flink.rest;

import io.savepoint.spi.FlinkUnreachableException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What headers of users may be; what they are not is a {@link FlinkUnreachableException} without values. The JDK's own
 * failure repeats a value, so none that it refuses gets there.
 */
final class HeaderRules {
    /** <a href="https://www.rfc-editor.org/rfc/rfc9110#name-tokens">RFC 9110</a>. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

    private static final Pattern VALUE = Pattern.compile("[ -~]+");

    /** Those of the transport, and those that the JDK's client lets nobody set. */
    private static final Set<String> OURS = Set.of(
            "accept", "connection", "content-length", "content-type", "expect", "host", "transfer-encoding", "upgrade");

    private HeaderRules() {}

    /** What is wrong with the name of a header, if anything. */
    static Optional<String> complaint(@Nullable String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            return Optional.of("the name of a header must be of letters, digits and hyphens, and this one is not");
        }
        return OURS.contains(name.toLowerCase(Locale.ROOT))
                ? Optional.of("the header " + name + " is the transport's own; leave it out")
                : Optional.empty();
    }

    /** The headers, of which there is one of each name. */
    static Map<String, String> checked(@Nullable Map<String, String> headers) {
        if (headers == null) {
            throw new FlinkUnreachableException("null came instead of them");
        }
        Map<String, String> checked = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.forEach((name, value) -> {
            complaint(name).ifPresent(complaint -> {
                throw new FlinkUnreachableException(complaint);
            });
            if (value == null || !VALUE.matcher(value).matches()) {
                throw new FlinkUnreachableException("the value of the header " + name
                        + " is empty, or has a line break or another character than printable ASCII in it");
            }
            checked.put(name, value);
        });
        return checked;
    }

    static String given(String what, @Nullable String value) {
        if (value == null || value.isBlank()) {
            throw new FlinkUnreachableException("the " + what + " is empty");
        }
        return value;
    }
}
