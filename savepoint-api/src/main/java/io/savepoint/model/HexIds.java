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
        boolean valid = lower.length() == 2 * BYTES && lower.chars().allMatch(HexFormat::isHexDigit);
        if (!valid) {
            throw new IllegalArgumentException(what + " must be 32 hexadecimal digits, was '" + value + "'");
        }
        return lower;
    }

    static String random(RandomGenerator random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
