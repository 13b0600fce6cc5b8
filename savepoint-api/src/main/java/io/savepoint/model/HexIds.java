package io.savepoint.model;

import java.util.HexFormat;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** The 128-bit hexadecimal form that Flink gives its job ids and trigger ids. */
final class HexIds {
    private static final int BYTES = 16;

    private HexIds() {}

    static String normalize(String what, String value) {
        String lower = value.toLowerCase(Locale.ROOT);
        if (!isHex(lower)) {
            throw new IllegalArgumentException(what + " must be 32 hexadecimal digits, was '" + value + "'");
        }
        return lower;
    }

    private static boolean isHex(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!HexFormat.isHexDigit(text.charAt(i))) {
                return false;
            }
        }
        return text.length() == 2 * BYTES;
    }

    static String random(RandomGenerator random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
