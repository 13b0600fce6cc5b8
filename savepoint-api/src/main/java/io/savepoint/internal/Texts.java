package io.savepoint.internal;

/** Keeps what others say to a size that fits a status. */
final class Texts {
    private static final int LONGEST = 1024;

    private Texts() {}

    static String bounded(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "\u2026";
    }
}
