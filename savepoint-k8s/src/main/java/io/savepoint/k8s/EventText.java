package io.savepoint.k8s;

/** Keeps messages to the 1024 bytes that Kubernetes allows in an Event ({@code note} of {@code events.k8s.io/v1}). */
final class EventText {
    static final int MOST_BYTES = 1024;
    private static final String ELLIPSIS = "\u2026";
    private static final int ELLIPSIS_BYTES = 3;

    private EventText() {}

    static String bounded(String text) {
        int bytes = 0;
        int fits = 0;
        for (int i = 0; i < text.length(); ) {
            int codePoint = text.codePointAt(i);
            bytes += utf8Bytes(codePoint);
            if (bytes > MOST_BYTES) {
                return text.substring(0, fits) + ELLIPSIS;
            }
            i += Character.charCount(codePoint);
            if (bytes <= MOST_BYTES - ELLIPSIS_BYTES) {
                fits = i;
            }
        }
        return text;
    }

    private static int utf8Bytes(int codePoint) {
        if (codePoint < 0x80) {
            return 1;
        }
        if (codePoint < 0x800) {
            return 2;
        }
        return codePoint < 0x10000 ? 3 : 4;
    }
}
