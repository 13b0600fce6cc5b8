package io.savepoint.store;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * Reads times as statuses hold them. Those in the form in which they are written are read here, since there are many of
 * them in each status, and the parser of {@code java.time} takes most of the time that a status does.
 */
final class Times {
    private static final String SECONDS = "0000-00-00T00:00:00Z";
    private static final String MILLIS = "0000-00-00T00:00:00.000Z";
    private static final int NANOS_PER_MILLI = 1_000_000;

    private Times() {}

    /**
     * Reads a time.
     *
     * @param text a time of RFC 3339
     * @return the time
     * @throws java.time.DateTimeException if it is none
     */
    static Instant parse(String text) {
        boolean withMillis = isLike(MILLIS, text);
        if (!withMillis && !isLike(SECONDS, text)) {
            return OffsetDateTime.parse(text).toInstant();
        }
        return LocalDateTime.of(
                        number(text, 0, 4),
                        number(text, 5, 7),
                        number(text, 8, 10),
                        number(text, 11, 13),
                        number(text, 14, 16),
                        number(text, 17, 19),
                        withMillis ? number(text, 20, 23) * NANOS_PER_MILLI : 0)
                .toInstant(ZoneOffset.UTC);
    }

    private static boolean isLike(String form, String text) {
        if (text.length() != form.length()) {
            return false;
        }
        for (int i = 0; i < form.length(); i++) {
            char expected = form.charAt(i);
            char found = text.charAt(i);
            if (expected == '0' ? found < '0' || found > '9' : found != expected) {
                return false;
            }
        }
        return true;
    }

    private static int number(String text, int begin, int end) {
        return Integer.parseInt(text, begin, end, 10);
    }
}
